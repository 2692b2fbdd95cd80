/** Random crops and mirror images. */
import {
  add,
  cast,
  concat,
  floor,
  less,
  minimum,
  mul,
  ones,
  slice,
  sub,
  type Tensor,
  type Tensor2D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { assertMethods } from '../core/assert';
import type { Augment } from '../core/batch';
import { checked, flag, readOptions } from '../core/options';
import { assertPadding } from '../core/pixels';
import { assertShapes } from '../core/shape';
import { specOf } from '../core/spec';
import { maker } from '../core/uncalled';
import { transformImages } from './transformImages';

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
 * @throws RangeError when `padding` is not an integer of at least 0
 * @example cropAndFlip({ padding: 4 })(tf.ones([1, 32, 32, 3]), noise).shape // [1, 32, 32, 3]
 */
export const cropAndFlip = /* @__PURE__ */ maker(
  'cropAndFlip({ … })',
  function cropAndFlip(options: CropAndFlipOptions = {}): Augment {
    const { padding, flip } = readOptions('cropAndFlip', options, {
      padding: checked(assertPadding, 4),
      flip: flag(true),
    });
    const change: Augment = (x, noise) => {
      const { B = 0, W = 0 } = assertShapes('cropAndFlip', { x: [x, 'B H W C', 'float32'] });
      assertMethods('cropAndFlip', 'noise', noise, ['uniform']);
      // On the device from the draws on, so that a step that changes its images can be recorded.
      return tidy(() => {
        const drawn = noise.uniform([B, DRAWS]);
        const column = (i: number): Tensor => slice(drawn, [0, i], [B, 1]);
        const places = 2 * padding + 1;
        // The product of a draw just below 1 may round to the number of places.
        const offset = (i: number): Tensor =>
          sub(minimum(floor(mul(column(i), places)), places - 1), padding);
        const mirrored = flip ? cast(less(column(2), 0.5), 'float32') : zeros([B, 1]);
        const [none, one] = [zeros([B, 1]), ones([B, 1])];
        const across = [sub(1, mul(mirrored, 2)), none, add(offset(0), mul(mirrored, W - 1))];
        const rows = concat([...across, none, one, offset(1), none, none], 1) as Tensor2D;
        return transformImages(x, rows, 'nearest');
      });
    };
    return Object.assign(change, { spec: specOf({ augment: 'cropAndFlip', padding, flip }) });
  },
);
