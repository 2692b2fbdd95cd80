/** Changes of a batch's inputs, ahead of the objective. */
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Batch } from '../core/batch';
import { describe, formatShape } from '../core/describe';
import { assertNotAsync } from '../core/notAsync';
import { sameShape } from '../core/shape';
import type { Model } from '../models/model';
import type { StepSettings } from './settings';

/**
 * The batch with its inputs changed; the given one is left as it is.
 *
 * @param batch as the source gave it
 * @param step that it is of: its draws are of no other
 * @param options of the run
 * @returns tensors of the caller's own
 * @throws TypeError or RangeError when the changed inputs are not a tensor, or of another shape
 */
export function augmented<M extends Model>(
  batch: Batch,
  step: number,
  { augment, noise }: Pick<StepSettings<M>, 'augment' | 'noise'>,
): Batch {
  const by = typeof augment === 'function' ? { labeled: augment, unlabeled: augment } : (augment ?? {});
  const stream = noise.split('augment').split(step);
  const change = (part: 'labeled' | 'unlabeled', x: Tensor): Tensor => {
    const given = by[part] === undefined ? x : by[part](x, stream.split(part));
    assertNotAsync('train', 'augment', given);
    if (!Array.isArray(given?.shape))
      throw new TypeError(`train: augment gives ${describe(given)} for ${part} inputs, needed a tensor`);
    if (given.isDisposed)
      throw new RangeError(`train: augment gives a disposed tensor for ${part} inputs, needed a living one`);
    if (given.dtype !== 'float32')
      throw new TypeError(`train: augment gives ${part} inputs of dtype ${given.dtype}, needed float32`);
    // Cloned, so that a function that gives its input back does not make one tensor belong to two batches.
    const changed = given.clone();
    if (!sameShape(changed.shape, x.shape)) {
      throw new RangeError(
        `train: augment gives ${part} inputs of shape ${formatShape(changed.shape)}, needed ${formatShape(x.shape)}`,
      );
    }
    return changed;
  };
  return tidy(() => {
    const { labeled, unlabeled } = batch;
    return {
      ...(labeled && { labeled: { ...labeled, x: change('labeled', labeled.x) } }),
      ...(unlabeled && { unlabeled: { ...unlabeled, x: change('unlabeled', unlabeled.x) } }),
    };
  });
}
