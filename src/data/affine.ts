/** Random affine changes of images. */
import {
  add,
  concat,
  cos,
  div,
  mul,
  neg,
  sin,
  slice,
  sub,
  type Tensor,
  type Tensor2D,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { assertMethods } from '../core/assert';
import type { Augment } from '../core/batch';
import { BELOW_1, type NumberRange, number, readOptions } from '../core/options';
import { assertShapes } from '../core/shape';
import { specOf } from '../core/spec';
import { maker } from '../core/uncalled';
import { transformImages } from './transformImages';

/** Largest changes; each is drawn uniformly between its negative and itself, for every image anew. */
export interface AffineOptions {
  /** angle in radians, positive turns x (right) towards y (down); default 0 */
  readonly rotation?: number;
  /** share by which the size changes, below 1: sizes from 1 − scale to 1 + scale; default 0 */
  readonly scale?: number;
  /** horizontal shear, in widths per height; default 0 */
  readonly shear?: number;
  /** displacement along both axes, in pixels; default 0 */
  readonly shift?: number;
}

// Far beyond any image; near the end of float32, places would be differences of infinities.
const AMOUNT: NumberRange = {
  needed: 'a number from 0 to 1000000',
  holds: (value) => value >= 0 && value <= 1e6,
};

/**
 * Rotates, scales, shears and shifts each image about its center, by amounts drawn anew for each.
 *
 *   out(p) = in( c + A⁻¹ (p − c − t) ),   A = s · R(θ) · [[1, h], [0, 1]],   R(θ) = [[cos θ, −sin θ], [sin θ, cos θ]]
 *
 * with p = (x, y), c the center ((W − 1)/2, (H − 1)/2), and in(·) bilinear between pixels and 0 outside.
 *
 * @param options largest rotation, scale, shear and shift
 * @returns an {@link Augment} of images [B, H, W, C]; values stay between 0 and the largest where they were at least 0
 * @throws RangeError when an amount is negative or above 1e6, or `scale` is not below 1
 * @example affine({ rotation: 0.2, scale: 0.1, shift: 2 })(tf.ones([1, 28, 28, 1]), noise).shape // [1, 28, 28, 1]
 */
export const affine = /* @__PURE__ */ maker('affine({ … })', (options: AffineOptions): Augment => {
  const { rotation, scale, shear, shift } = readOptions('affine', options, {
    rotation: number(AMOUNT, 0),
    scale: number(BELOW_1, 0),
    shear: number(AMOUNT, 0),
    shift: number(AMOUNT, 0),
  });
  const largest = [rotation, scale, shear, shift, shift];
  const change: Augment = (x, noise) => {
    const { B = 0, H = 0, W = 0 } = assertShapes('affine', { x: [x, 'B H W C', 'float32'] });
    assertMethods('affine', 'noise', noise, ['uniform']);
    const [cx, cy] = [(W - 1) / 2, (H - 1) / 2];
    // On the device from the draws on, so that a step that changes its images can be recorded.
    return tidy(() => {
      const drawn = sub(mul(noise.uniform([B, largest.length]), 2), 1);
      const [angle, growth, h, dx, dy] = largest.map((most, i) =>
        mul(slice(drawn, [0, i], [B, 1]), most),
      ) as [Tensor, Tensor, Tensor, Tensor, Tensor];
      const size = add(growth, 1);
      const [a, b] = [div(cos(angle), size), div(sin(angle), size)];
      const [tx, ty] = [add(dx, cx), add(dy, cy)];
      // A⁻¹ = [[1, −h], [0, 1]] · R(−θ) / s
      const [ax, ay] = [add(a, mul(h, b)), sub(b, mul(h, a))];
      const outX = sub(sub(cx, mul(ax, tx)), mul(ay, ty));
      const outY = sub(add(cy, mul(b, tx)), mul(a, ty));
      const rows = concat([ax, ay, outX, neg(b), a, outY, zeros([B, 2])], 1) as Tensor2D;
      return transformImages(x, rows, 'bilinear');
    });
  };
  return Object.assign(change, { spec: specOf({ augment: 'affine', rotation, scale, shear, shift }) });
});
