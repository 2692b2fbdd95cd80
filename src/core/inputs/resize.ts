/** Images of another size: the mean over the pixel's area where an axis shrinks, a line between neighbors where it grows. */

/** For each place of the new axis, the first old place that it reads, and the weights from there on. */
type AxisWeights = readonly { readonly first: number; readonly weights: readonly number[] }[];

/** Area of each old pixel that a new one covers, as shares. */
const shrinking = (from: number, to: number): AxisWeights =>
  Array.from({ length: to }, (_, i) => {
    const [start, end] = [(i * from) / to, ((i + 1) * from) / to];
    const first = Math.floor(start);
    const length = Math.min(from, Math.ceil(end - 1e-9)) - first;
    const weights = Array.from(
      { length },
      (_, k) => (Math.min(end, first + k + 1) - Math.max(start, first + k)) / (end - start),
    );
    return { first, weights };
  });

/** The two neighbors of a new pixel's center; edges go on. */
const growing = (from: number, to: number): AxisWeights =>
  Array.from({ length: to }, (_, i) => {
    const center = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const first = Math.min(Math.floor(center), Math.max(0, from - 2));
    return { first, weights: from === 1 ? [1] : [1 - (center - first), center - first] };
  });

const axisOf = (from: number, to: number): AxisWeights =>
  to < from ? shrinking(from, to) : growing(from, to);

/**
 * One channel of an image in another size. Rows are read one after the other, so that a large image is never held as numbers.
 *
 * @param rowAt the values of a row of the image, read before the next is asked for
 * @param from its height and width
 * @param to the height and width wanted
 * @returns height × width values, between the least and the largest of those given
 * @example resize(() => Float32Array.of(0, 4, 8, 12), [1, 4], [1, 2]) // [2, 10]
 */
export function resize(
  rowAt: (row: number) => Float32Array,
  from: readonly [number, number],
  to: readonly [number, number],
): Float32Array {
  const [height, width] = from;
  const [rows, columns] = to;
  const [down, across] = [axisOf(height, rows), axisOf(width, columns)];
  const narrow = new Float32Array(height * columns);
  for (let r = 0; r < height; r++) {
    const values = rowAt(r);
    for (const [c, { first, weights }] of across.entries()) {
      let sum = 0;
      for (const [k, weight] of weights.entries()) sum += weight * (values[first + k] as number);
      narrow[r * columns + c] = sum;
    }
  }
  const resized = new Float32Array(rows * columns);
  for (const [r, { first, weights }] of down.entries())
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (const [k, weight] of weights.entries())
        sum += weight * (narrow[(first + k) * columns + c] as number);
      resized[r * columns + c] = sum;
    }
  return resized;
}
