/** Applies `augment` to a batch before the objective sees it. */
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Batch } from '../core/batch';
import { describe, formatShape } from '../core/describe';
import { assertNotAsync } from '../core/notAsync';
import { sameShape } from '../core/shape';
import type { Model } from '../models/model';
import type { StepSettings } from './settings';

/**
 * The batch with augmented inputs; the given batch stays unchanged.
 *
 * @param batch of the batch source
 * @param step of the batch, which its noise depends on
 * @param options of the run
 * @returns tensors that belong to the caller
 * @throws TypeError or RangeError when `augment` returns anything but a float32 tensor of the same shape
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
    // A function may return its input. The clone keeps one tensor from belonging to two batches.
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
