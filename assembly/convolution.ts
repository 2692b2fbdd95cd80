/** Convolution and its gradients, NHWC, as matrix products over patches: a part of them at a time, which stays in the cache. */
import { copy, fill } from './copy';
import { product, productScratch } from './product';

/** Sizes of a convolution: input [batch, height, width, channels], output [batch, rows, columns, filters]. */
@unmanaged
export class Sizes {
  batch: i32;
  height: i32;
  width: i32;
  channels: i32;
  rows: i32;
  columns: i32;
  filters: i32;
  filterHeight: i32;
  filterWidth: i32;
  strideHeight: i32;
  strideWidth: i32;
  top: i32;
  left: i32;
}

/** Patches at a time. */
const PART = 256;

// @ts-ignore: decorator
@inline
function patchSize(s: Sizes): i32 {
  return s.filterHeight * s.filterWidth * s.channels;
}

/** Bytes that each of the three needs beside its operands. */
export function convolutionScratch(s: Sizes): i32 {
  const size = patchSize(s);
  const products = max(
    max(productScratch(PART, s.filters, size), productScratch(PART, size, s.filters)),
    productScratch(size, s.filters, PART),
  );
  return ((PART * size) << 2) + products;
}

// @ts-ignore: decorator
@inline
function addTo(to: usize, from: usize, count: i32): void {
  for (; count >= 4; count -= 4, to += 16, from += 16) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
  }
  for (; count > 0; count--, to += 4, from += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}

/** Patches first … first + count − 1 of the images; or, with `adds`, the images plus these patches. */
// @ts-ignore: decorator
@inline
function exchange(patches: usize, images: usize, s: Sizes, first: i32, count: i32, adds: bool): void {
  const channels = s.channels;
  const line = s.filterWidth * channels;
  const perImage = s.rows * s.columns;
  let image = first / perImage;
  let p = (first % perImage) / s.columns;
  let q = first % s.columns;
  for (; count > 0; count--) {
    // Taps of one line of the filter lie side by side in the image: those inside it are one run.
    const w = q * s.strideWidth - s.left;
    const begin = min(s.filterWidth, max(0, -w));
    const end = max(begin, min(s.filterWidth, s.width - w));
    const before = begin * channels;
    const run = (end - begin) * channels;
    const after = line - before - run;
    for (let i = 0; i < s.filterHeight; i++, patches += line << 2) {
      const h = p * s.strideHeight + i - s.top;
      const inside = h >= 0 && h < s.height;
      const at = images + ((<usize>((image * s.height + h) * s.width + w + begin) * channels) << 2);
      const there = patches + (before << 2);
      if (adds) {
        if (inside) addTo(at, there, run);
      } else if (inside) {
        fill(patches, before, 0);
        copy(there, at, run << 2);
        fill(there + (run << 2), after, 0);
      } else fill(patches, line, 0);
    }
    if (++q == s.columns) {
      q = 0;
      if (++p == s.rows) {
        p = 0;
        image++;
      }
    }
  }
}

/** output[b,p,q,o] = Σ x[b, p·s + i − top, q·s + j − left, c] · filter[i,j,c,o]. */
export function convolve(output: usize, x: usize, filter: usize, s: Sizes, scratch: usize): void {
  const size = patchSize(s);
  const n = s.filters;
  const all = s.batch * s.rows * s.columns;
  const spare = scratch + ((PART * size) << 2);
  for (let first = 0; first < all; first += PART) {
    const count = min(PART, all - first);
    exchange(scratch, x, s, first, count, false);
    product(output + ((first * n) << 2), n << 2, scratch, size << 2, 4, filter, n << 2, 4, count, n, size, spare, false);
  }
}

/** filter[i,j,c,o] = Σ x[b, p·s + i − top, q·s + j − left, c] · dy[b,p,q,o], added to zeros part by part. */
export function filterGradient(filter: usize, x: usize, dy: usize, s: Sizes, scratch: usize): void {
  const size = patchSize(s);
  const n = s.filters;
  const all = s.batch * s.rows * s.columns;
  const spare = scratch + ((PART * size) << 2);
  fill(filter, size * n, 0);
  for (let first = 0; first < all; first += PART) {
    const count = min(PART, all - first);
    exchange(scratch, x, s, first, count, false);
    product(filter, n << 2, scratch, 4, size << 2, dy + ((first * n) << 2), n << 2, 4, size, n, count, spare, true);
  }
}

/** x[b, p·s + i − top, q·s + j − left, c] += dy[b,p,q,o] · filter[i,j,c,o], from zeros. */
export function inputGradient(x: usize, dy: usize, filter: usize, s: Sizes, scratch: usize): void {
  const size = patchSize(s);
  const n = s.filters;
  const all = s.batch * s.rows * s.columns;
  const spare = scratch + ((PART * size) << 2);
  fill(x, s.batch * s.height * s.width * s.channels, 0);
  for (let first = 0; first < all; first += PART) {
    const count = min(PART, all - first);
    product(scratch, size << 2, dy + ((first * n) << 2), n << 2, 4, filter, 4, n << 2, count, size, n, spare, false);
    exchange(scratch, x, s, first, count, true);
  }
}
