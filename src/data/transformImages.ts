/** Moves the pixels of images by an affine map each: what the augmentations share. */
import {
  add,
  gather,
  getBackend,
  getKernel,
  image,
  mul,
  type Rank,
  reshape,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';

/** Numbers in a row of maps: a0, a1, a2, b0, b1, b2 and two zeros, the form of `tf.image.transform`. */
export const ROW = 8;

// The cpu kernel fills the first image of a batch only, and tensorflow has none: there pixels are gathered.
const hasKernel = (): boolean => getBackend() !== 'cpu' && getKernel('Transform', getBackend()) !== undefined;

/** For each pixel of the result one pixel of the input, and its weight. */
interface Tap {
  readonly index: Int32Array;
  readonly weight: Float32Array;
}

const tapsOf = (x: Tensor4D, rows: Float32Array, interpolation: 'nearest' | 'bilinear'): readonly Tap[] => {
  const [B, H, W] = x.shape;
  const taps = Array.from({ length: interpolation === 'bilinear' ? 4 : 1 }, () => ({
    index: new Int32Array(B * H * W),
    weight: new Float32Array(B * H * W),
  }));
  for (let b = 0, at = 0; b < B; b++) {
    const [a0 = 0, a1 = 0, a2 = 0, b0 = 0, b1 = 0, b2 = 0] = rows.subarray(b * ROW, (b + 1) * ROW);
    for (let row = 0; row < H; row++) {
      for (let column = 0; column < W; column++, at++) {
        const [inX, inY] = [a0 * column + a1 * row + a2, b0 * column + b1 * row + b2];
        const rounded = interpolation === 'nearest' ? 0.5 : 0;
        const [left, top] = [Math.floor(inX + rounded), Math.floor(inY + rounded)];
        for (const [corner, { index, weight }] of taps.entries()) {
          const [right, down] = [corner & 1, corner >> 1];
          const [px, py] = [left + right, top + down];
          if (px < 0 || px >= W || py < 0 || py >= H) continue;
          index[at] = (b * H + py) * W + px;
          weight[at] = rounded > 0 ? 1 : (1 - Math.abs(inX - px)) * (1 - Math.abs(inY - py));
        }
      }
    }
  }
  return taps;
};

const gathered = (x: Tensor4D, taps: readonly Tap[]): Tensor => {
  const pixels = reshape(x, [-1, x.shape[3]]);
  const weighted = taps.map(({ index, weight }) =>
    mul<Tensor2D>(gather(pixels, tensor1d(index, 'int32')), tensor2d(weight, [weight.length, 1])),
  );
  return reshape(
    weighted.reduce((sum, term) => add(sum, term)),
    x.shape,
  );
};

/**
 * Each image seen through its map; 0 outside the image.
 *
 *   out(x, y) = in(a0·x + a1·y + a2, b0·x + b1·y + b2)
 *
 * @param x images, [B, H, W, C]
 * @param rows B maps of {@link ROW} numbers each
 * @param interpolation `'nearest'` moves pixels, `'bilinear'` mixes the four around a place
 * @returns [B, H, W, C]
 */
export const transformImages = (
  x: Tensor,
  rows: Float32Array,
  interpolation: 'nearest' | 'bilinear',
): Tensor =>
  tidy(() => {
    const images = reshape<Rank.R4>(x, x.shape as [number, number, number, number]);
    if (!hasKernel()) return gathered(images, tapsOf(images, rows, interpolation));
    return image.transform(images, tensor2d(rows, [x.shape[0] as number, ROW]), interpolation, 'constant', 0);
  });
