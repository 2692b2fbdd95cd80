/** Moves the pixels of images by an affine map each: what the augmentations share. */
import {
  abs,
  add,
  cast,
  clipByValue,
  equal,
  floor,
  gather,
  getBackend,
  getKernel,
  image,
  logicalAnd,
  mul,
  type Rank,
  range,
  reshape,
  scalar,
  slice,
  sub,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor3d,
  tidy,
} from '@tensorflow/tfjs-core';
import { backendTraits } from '../host/backendTraits';

// Elsewhere pixels are gathered.
const hasKernel = (): boolean =>
  backendTraits().transforms === true && getKernel('Transform', getBackend()) !== undefined;

/**
 * Where each image begins among the pixels of its batch: on the host, exact beyond 2²⁴, where floats and some devices are not.
 *
 * @returns [B, 1, 1], integers
 */
export const firstPixels = (images: number, pixelsPerImage: number): Tensor3D =>
  tensor3d(
    Int32Array.from({ length: images }, (_, i) => i * pixelsPerImage),
    [images, 1, 1],
    'int32',
  );

/** The numbers 0 … count − 1 along one axis of three. */
const places = (count: number, axis: 1 | 2): Tensor3D =>
  reshape(range(0, count), [1, axis === 1 ? count : 1, axis === 2 ? count : 1]);

// In operations on tensors throughout, so that maps may be drawn on the device.
const gathered = (x: Tensor4D, rows: Tensor2D, interpolation: 'nearest' | 'bilinear'): Tensor => {
  const [B, H, W, C] = x.shape;
  const pixels = reshape(x, [-1, C]);
  const [columns, lines] = [places(W, 2), places(H, 1)];
  const number = (i: number): Tensor => reshape(slice(rows, [0, i], [B, 1]), [B, 1, 1]);
  const place = (i: number): Tensor =>
    add(add(mul(number(i), columns), mul(number(i + 1), lines)), number(i + 2)); // [B, H, W]
  const [inX, inY] = [place(0), place(3)];
  const nearest = interpolation === 'nearest';
  const whole = (at: Tensor): Tensor => floor(nearest ? add(at, 0.5) : at);
  const [left, top] = [whole(inX), whole(inY)];
  const first = firstPixels(B, H * W);
  const tap = (right: number, down: number): Tensor => {
    const [px, py] = [add(left, right), add(top, down)];
    const [seenX, seenY] = [clipByValue(px, 0, W - 1), clipByValue(py, 0, H - 1)];
    const index = add(first, add(mul(cast(seenY, 'int32'), scalar(W, 'int32')), cast(seenX, 'int32')));
    const inside = cast(logicalAnd(equal(px, seenX), equal(py, seenY)), 'float32');
    const share = (at: Tensor, p: Tensor): Tensor => sub(1, abs(sub(at, p)));
    const weight = nearest ? inside : mul(inside, mul(share(inX, px), share(inY, py)));
    return mul(gather(pixels, reshape(index, [-1])), reshape(weight, [-1, 1]));
  };
  const corners: readonly Tensor[] = nearest ? [tap(0, 0)] : [tap(0, 0), tap(1, 0), tap(0, 1), tap(1, 1)];
  return reshape(
    corners.reduce((sum, term) => add(sum, term)),
    x.shape,
  );
};

/**
 * Each image seen through its map; 0 outside the image.
 *
 *   out(x, y) = in(a0·x + a1·y + a2, b0·x + b1·y + b2)
 *
 * @param x images, [B, H, W, C]
 * @param rows maps, [B, 8]: a0, a1, a2, b0, b1, b2 and two zeros, the form of `tf.image.transform`
 * @param interpolation `'nearest'` moves pixels, `'bilinear'` mixes the four around a place
 * @returns [B, H, W, C]
 */
export const transformImages = (x: Tensor, rows: Tensor2D, interpolation: 'nearest' | 'bilinear'): Tensor =>
  tidy(() => {
    const images = reshape<Rank.R4>(x, x.shape as [number, number, number, number]);
    if (!hasKernel()) return gathered(images, rows, interpolation);
    return image.transform(images, rows, interpolation, 'constant', 0);
  });
