/** Whether batches hold what a model describes. */
import type { BatchSource } from '../core/batch';
import { FINITE, type Support } from '../core/support';
import type { Model, SemiSupervisedVae } from './model';

/** What inputs the model's likelihood is a density of, where it has one that tells. */
export const supportOf = (model: Model): Support | undefined =>
  (model as Partial<SemiSupervisedVae>).likelihood?.support;

/**
 * Refuses batches with inputs that the model's likelihood is no density of: a Bernoulli likelihood of values 0 … 255
 * has no bound, and would be trained without a word.
 *
 * @param where name of the calling function, for the message
 * @param model a model without a likelihood, or with one that tells no support, takes any finite inputs
 * @param batches a source that cannot tell takes any model
 * @throws RangeError naming the first value outside
 */
export async function assertInputsSupported(
  where: string,
  model: Model,
  batches: BatchSource,
): Promise<void> {
  await batches.assertWithin?.(where, supportOf(model) ?? FINITE);
}
