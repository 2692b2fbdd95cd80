/** Random crops and mirror images. */
import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { assertInteger, assertMethods, assertSize, recordOf } from '../core/assert';
import type { Augment } from '../core/batch';
import { assertShapes } from '../core/shape';
import { ROW, transformImages } from './transformImages';

/** What {@link cropAndFlip} does. */
export interface CropAndFlipOptions {
  /** black pixels put around the image before a crop of its own size is taken; default 4 */
  readonly padding?: number;
  /** whether half of the images are mirrored, left to right; default true */
  readonly flip?: boolean;
}

const DRAWS = 3;

/**
 * Pads each image, crops it back to its size at a random place, and mirrors half of them: the usual augmentation
 * of CIFAR-10 (He et al. 2016, §4.2). Pixels are moved, never mixed.
 *
 *   out(x, y) = in( (x or W − 1 − x) + dx, y + dy ),   dx, dy ~ U{ −padding, …, padding },   0 outside
 *
 * @param options padding and flip
 * @returns an {@link Augment} of images [B, H, W, C]
 * @throws RangeError when `padding` is no integer of at least 0
 * @example cropAndFlip({ padding: 4 })(tf.ones([1, 32, 32, 3]), noise).shape // [1, 32, 32, 3]
 */
export function cropAndFlip(options: CropAndFlipOptions = {}): Augment {
  const { padding = 4, flip = true } = recordOf('cropAndFlip', options);
  assertInteger('cropAndFlip', 'padding', padding, 0);
  assertSize('cropAndFlip', 'padding', padding);
  return (x, noise) => {
    const { B = 0, W = 0 } = assertShapes('cropAndFlip', { x: [x, 'B H W C', 'float32'] });
    assertMethods('cropAndFlip', 'noise', noise, ['uniforms']);
    const drawn = noise.uniforms(DRAWS * B);
    const rows = new Float32Array(ROW * B);
    for (let b = 0; b < B; b++) {
      const offset = (i: number): number =>
        Math.floor((drawn[DRAWS * b + i] as number) * (2 * padding + 1)) - padding;
      const mirrored = flip && (drawn[DRAWS * b + 2] as number) < 0.5;
      rows.set([mirrored ? -1 : 1, 0, offset(0) + (mirrored ? W - 1 : 0), 0, 1, offset(1)], ROW * b);
    }
    return tidy(() => transformImages(x, tensor2d(rows, [B, ROW]), 'nearest'));
  };
}
