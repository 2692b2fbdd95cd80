/** Products of matrices, plain and transposed, by packed panels that stay in the caches. */
import { fill } from './copy';
import { fma } from './fma';
import { pack } from './pack';

/** Rows and columns of what is held in registers: 8 sums, 2 of B, 1 of A and 1 for products, of 15 that engines have. */
const ROWS = 4;
const COLUMNS = 8;

/** Depth of a panel: 8 KiB of B, which stay in the first cache. */
const DEPTH = 256;

/** Rows of A packed at once: 128 KiB, which stay in the second. */
const BLOCK = 128;

/** Bytes that {@link product} needs beside its operands. */
export function productScratch(m: i32, n: i32, k: i32): i32 {
  const depth = min(k, DEPTH);
  return (roundUp(n, COLUMNS) * depth + roundUp(min(m, BLOCK), ROWS) * depth + ROWS * COLUMNS) << 2;
}

// @ts-ignore: decorator
@inline
function roundUp(value: i32, unit: i32): i32 {
  return (value + unit - 1) & -unit;
}

// @ts-ignore: decorator
@inline
function put(c: usize, low: v128, high: v128, adds: bool): void {
  v128.store(c, adds ? f32x4.add(v128.load(c), low) : low);
  v128.store(c, adds ? f32x4.add(v128.load(c, 16), high) : high, 16);
}

/**
 * Rows × columns of the product of two panels; rows of `c` lie `line` bytes apart.
 *
 * Each round of the loop does eight depths, and the panels may end after any of them. Without the looks at the end between
 * them, engines would add two products to one sum in a row, which waits for the first. For the same reason the last rows
 * are stored first: engines compute in the opposite order, and the first row's factor is the first to be loaded.
 */
function tile(a: usize, b: usize, c: usize, line: usize, depth: i32, adds: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  const end = a + (<usize>depth << 4);
  let x: v128, b0: v128, b1: v128;
  for (;;) {
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load32_splat(a); c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31);
    if ((a += 16) == end) break;
    b += 32;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load32_splat(a); c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31);
    if ((a += 16) == end) break;
    b += 32;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load32_splat(a); c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31);
    if ((a += 16) == end) break;
    b += 32;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load32_splat(a); c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31);
    if ((a += 16) == end) break;
    b += 32;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load32_splat(a); c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31);
    if ((a += 16) == end) break;
    b += 32;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load32_splat(a); c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31);
    if ((a += 16) == end) break;
    b += 32;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load32_splat(a); c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31);
    if ((a += 16) == end) break;
    b += 32;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load32_splat(a); c00 = fma(x, b0, c00); c01 = fma(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = fma(x, b0, c10); c11 = fma(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = fma(x, b0, c20); c21 = fma(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = fma(x, b0, c30); c31 = fma(x, b1, c31);
    if ((a += 16) == end) break;
    b += 32;
  }
  put(c + 3 * line, c30, c31, adds);
  put(c + 2 * line, c20, c21, adds);
  put(c + line, c10, c11, adds);
  put(c, c00, c01, adds);
}

/** A tile of which only the first rows and columns are wanted. */
function edge(
  a: usize,
  b: usize,
  c: usize,
  line: usize,
  depth: i32,
  adds: bool,
  rows: i32,
  columns: i32,
  spare: usize,
): void {
  tile(a, b, spare, COLUMNS << 2, depth, false);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const to = c + line * i + (j << 2);
      const value = load<f32>(spare + ((i * COLUMNS + j) << 2));
      store<f32>(to, adds ? load<f32>(to) + value : value);
    }
  }
}

/**
 * C = A·B, or C + A·B: m × k by k × n.
 *
 * Rows of C lie `line` bytes apart, its columns 4. Neighbours in a row and in a column of A lie `aColumn` and `aRow`
 * bytes apart, one of the two 4; the same of B. Each value is a sum in one order, whatever it is computed together
 * with: rows or columns may be divided among threads.
 */
export function product(
  c: usize,
  line: usize,
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  bRow: usize,
  bColumn: usize,
  m: i32,
  n: i32,
  k: i32,
  scratch: usize,
  adds: bool,
): void {
  if (k == 0 && !adds) for (let i = 0; i < m; i++) fill(c + line * i, n, 0);
  const most = min(k, DEPTH);
  const panelsOfB = scratch;
  const panelsOfA = panelsOfB + ((roundUp(n, COLUMNS) * most) << 2);
  const spare = panelsOfA + ((roundUp(min(m, BLOCK), ROWS) * most) << 2);
  for (let k0 = 0; k0 < k; k0 += DEPTH) {
    const depth = min(DEPTH, k - k0);
    const add = adds || k0 > 0;
    pack(panelsOfB, b + bRow * k0, bColumn, bRow, n, depth, COLUMNS);
    for (let m0 = 0; m0 < m; m0 += BLOCK) {
      const rows = min(BLOCK, m - m0);
      pack(panelsOfA, a + aRow * m0 + aColumn * k0, aRow, aColumn, rows, depth, ROWS);
      for (let j = 0; j < n; j += COLUMNS) {
        const panel = panelsOfB + ((j * depth) << 2);
        const columns = min(COLUMNS, n - j);
        for (let i = 0; i < rows; i += ROWS) {
          const height = min(ROWS, rows - i);
          const left = panelsOfA + ((i * depth) << 2);
          const to = c + line * (m0 + i) + (j << 2);
          if (height == ROWS && columns == COLUMNS) tile(left, panel, to, line, depth, add);
          else edge(left, panel, to, line, depth, add, height, columns, spare);
        }
      }
    }
  }
}
