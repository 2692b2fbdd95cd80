/** Whether batches hold what a model describes. */
import type { BatchSource } from '../core/batch';
import type { ByteMeaning } from '../core/byteValues';
import { FINITE, type Supports, squarable } from '../core/support';
import type { Model, SemiSupervisedVae } from './model';

const inWords = (bytes: ByteMeaning): string => (bytes === 'counts' ? 'a count' : 'value / 255');

/** The support of the model's likelihood, where it has one that states it. */
export const supportOf = (model: Model): Supports | undefined =>
  (model as Partial<SemiSupervisedVae>).likelihood?.support;

/** A model, or one that is being made. */
type Observer = Model | Pick<SemiSupervisedVae, 'likelihood'>;

/** What a model takes the bytes of inputs for: what its likelihood says. */
export const byteMeaningOf = (model: Observer): ByteMeaning =>
  (model as Partial<SemiSupervisedVae>).likelihood?.bytes ?? 'unit';

/**
 * Refuses data whose bytes mean something else than the model takes them for.
 *
 * @param where name of the calling function, for the message
 * @param bytes what those of the data mean; undefined where the data does not say, or has no bytes
 * @throws RangeError saying both
 */
export function assertBytesFit(where: string, model: Observer, bytes: ByteMeaning | undefined): void {
  const needed = byteMeaningOf(model);
  if (bytes === undefined || bytes === needed) return;
  throw new RangeError(
    `${where}: a byte of the data is ${inWords(bytes)}, the model's likelihood takes it for ${inWords(needed)}; needed the same: createDataset with bytes: '${needed}', or float32 values`,
  );
}

/**
 * Refuses inputs outside the support of the model's likelihood: training a Bernoulli likelihood on values 0 … 255 would
 * raise no other error.
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
  await batches.assertWithin?.(where, squarable(supportOf(model) ?? FINITE));
}
