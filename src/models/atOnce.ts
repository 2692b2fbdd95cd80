/** What a model's functions give, which is needed at once: an async function would give a promise of it. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { atOnce } from '../core/notAsync';
import type { BoundContext, BoundTerms, LabelInference, SemiSupervisedVae, Vae } from './model';

/**
 * q(y|x) and the bound of a model with labels.
 *
 * @param where name of the calling function, for the message
 * @throws TypeError when `infer`, or the bound that it gives, is async
 */
export function inferred(
  where: string,
  model: Pick<SemiSupervisedVae, 'infer'>,
  x: Tensor,
  context: BoundContext,
): LabelInference {
  const found = atOnce(where, "the model's infer", model.infer(x, context));
  return {
    labelLogits: found.labelLogits,
    ...(found.features && { features: found.features }),
    bound: (y, options) => atOnce(where, "the model's bound", found.bound(y, options)),
  };
}

/**
 * The bound of a model without labels.
 *
 * @param where name of the calling function, for the message
 * @throws TypeError when `bound` is async
 */
export const boundOf = (
  where: string,
  model: Pick<Vae, 'bound'>,
  x: Tensor,
  context: BoundContext,
): BoundTerms => atOnce(where, "the model's bound", model.bound(x, context));
