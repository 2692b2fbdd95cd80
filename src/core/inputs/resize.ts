/** Images of another size: the mean over the pixel's area where an axis shrinks, a line between neighbors where it grows. */

/** For place i of the new axis: the first old place that it reads, and the weights from `starts[i]` on, up to `starts[i + 1]`. */
interface AxisWeights {
  readonly firsts: Int32Array;
  readonly starts: Int32Array;
  readonly weights: Float64Array;
}

/** The most old places that a new one reads. */
const reachOf = (from: number, to: number): number => (to < from ? Math.ceil(from / to) + 1 : 2);

/** Weights of each new place, as `weigh` writes them: it gives the first old place and the number of weights. */
function axisWeights(
  from: number,
  to: number,
  weigh: (i: number, out: Float64Array) => readonly [first: number, count: number],
): AxisWeights {
  const [firsts, starts] = [new Int32Array(to), new Int32Array(to + 1)];
  const weights = new Float64Array(to * reachOf(from, to));
  for (let i = 0; i < to; i++) {
    const start = starts[i] as number;
    const [first, count] = weigh(i, weights.subarray(start));
    firsts[i] = first;
    starts[i + 1] = start + count;
  }
  return { firsts, starts, weights };
}

/** Area of each old pixel that a new one covers, as shares. */
const shrinking = (from: number, to: number): AxisWeights =>
  axisWeights(from, to, (i, out) => {
    const [start, end] = [(i * from) / to, ((i + 1) * from) / to];
    const first = Math.floor(start);
    const count = Math.min(from, Math.ceil(end - 1e-9)) - first;
    for (let k = 0; k < count; k++)
      out[k] = (Math.min(end, first + k + 1) - Math.max(start, first + k)) / (end - start);
    return [first, count];
  });

/** The two neighbors of a new pixel's center; edges go on. */
const growing = (from: number, to: number): AxisWeights =>
  axisWeights(from, to, (i, out) => {
    const center = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / to - 0.5));
    const first = Math.min(Math.floor(center), Math.max(0, from - 2));
    out[0] = from === 1 ? 1 : 1 - (center - first);
    if (from > 1) out[1] = center - first;
    return [first, from === 1 ? 1 : 2];
  });

const axisOf = (from: number, to: number): AxisWeights =>
  to < from ? shrinking(from, to) : growing(from, to);

/** A row of values in another width. */
function rowInto(values: Float32Array, { firsts, starts, weights }: AxisWeights, out: Float32Array): void {
  for (let c = 0; c < out.length; c++) {
    const [first, start, end] = [firsts[c] as number, starts[c] as number, starts[c + 1] as number];
    let sum = 0;
    for (let k = start; k < end; k++) sum += (weights[k] as number) * (values[first + k - start] as number);
    out[c] = sum;
  }
}

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
  const narrow = new Float32Array(height * columns);
  const across = width === columns ? undefined : axisOf(width, columns);
  for (let r = 0; r < height; r++) {
    const out = narrow.subarray(r * columns, (r + 1) * columns);
    if (across) rowInto(rowAt(r), across, out);
    else out.set(rowAt(r));
  }
  if (height === rows) return narrow;
  const resized = new Float32Array(rows * columns);
  const { firsts, starts, weights } = axisOf(height, rows);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const [first, start, end] = [firsts[r] as number, starts[r] as number, starts[r + 1] as number];
      let sum = 0;
      for (let k = start; k < end; k++)
        sum += (weights[k] as number) * (narrow[(first + k - start) * columns + c] as number);
      resized[r * columns + c] = sum;
    }
  return resized;
}
