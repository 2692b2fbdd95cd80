/** Reads vectors of numbers of one width. */
import { isRecord } from '../../files/json';
import { describe } from '../describe';
import { arrayKind, isBytes } from '../typedArrays';
import { LARGEST_NUMBER } from './cells';
import type { InputReader } from './input';
import { assertRoom } from './room';
import type { VectorsInput } from './vectors';

/** A vector: an array or a typed array of numbers. */
export type Vector = ArrayLike<number>;

/** Vectors of one width as one list, one after another. */
export interface FlatVectors {
  /** count × width numbers */
  readonly values: ArrayLike<number>;
  /** numbers of a vector */
  readonly width: number;
}

/** A list of vectors of one width. */
export type Vectors = readonly Vector[] | FlatVectors;

/** Vectors by their width. */
export interface OpenVectors {
  readonly count: number;
  readonly width: number;
  /** a number of a vector */
  at(vector: number, d: number): number;
}

const isList = (value: unknown): value is Vector => Array.isArray(value) || arrayKind(value) !== undefined;

/** A number or a 64-bit integer; NaN for a text, true or nothing, which would pass for numbers. */
const numberOf = (value: unknown): number =>
  typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;

const isFlat = (value: unknown): value is FlatVectors =>
  isRecord(value) && 'values' in value && 'width' in value;

/**
 * Vectors of one width.
 *
 * @param width that they must have; default that of the first
 * @throws TypeError or RangeError naming the first that is none
 */
export function vectorsOf(where: string, name: string, given: unknown, width?: number): OpenVectors {
  if (isFlat(given)) {
    const { values, width: own } = given;
    if (!isList(values) || !Number.isInteger(own) || own < 1 || values.length % own !== 0)
      throw new RangeError(
        `${where}: ${name} is { values: ${describe(values)}, width: ${describe(own)} }, needed values of a multiple of width`,
      );
    if (width !== undefined && own !== width)
      throw new RangeError(`${where}: ${name}.width is ${own}, needed ${width}, as in the data of the model`);
    const raw = (n: number, d: number): unknown => values[n * own + d];
    const at = (n: number, d: number): number => numberOf(raw(n, d));
    return checked(where, name, { count: values.length / own, width: own, at }, raw);
  }
  if (!Array.isArray(given))
    throw new TypeError(
      `${where}: ${name} is ${describe(given)}${isList(given) ? ` of ${given.length} numbers` : ''}, needed a list of vectors, or { values, width } for vectors one after another`,
    );
  const needed = width ?? (isList(given[0]) ? given[0].length : 0);
  for (let i = 0; i < given.length; i++)
    if (!isList(given[i]) || given[i].length !== needed || needed === 0)
      throw new RangeError(
        `${where}: ${name}[${i}] is ${isList(given[i]) ? `of ${given[i].length} numbers` : describe(given[i])}, needed a vector of ${needed || 'at least 1'} numbers${width === undefined ? ', as the first' : ''}`,
      );
  const raw = (n: number, d: number): unknown => given[n][d];
  const at = (n: number, d: number): number => numberOf(raw(n, d));
  return checked(where, name, { count: given.length, width: needed, at }, raw);
}

/** Refuses a number that is none, or is not finite as the float32 that it becomes. */
function checked(
  where: string,
  name: string,
  vectors: OpenVectors,
  raw: (n: number, d: number) => unknown,
): OpenVectors {
  const { count, width, at } = vectors;
  for (let n = 0; n < count; n++)
    for (let d = 0; d < width; d++)
      if (!(Math.abs(at(n, d)) <= LARGEST_NUMBER))
        throw new RangeError(
          `${where}: ${name}[${n}][${d}] is ${describe(raw(n, d))}, needed ${Number.isFinite(at(n, d)) ? `a number up to ${LARGEST_NUMBER}: leave rows with fill values out` : 'a finite number'}`,
        );
  return vectors;
}

/** Whether a mean square is about that of numbers with deviation 1. */
const isNearOne = (meanSquare: number): boolean => meanSquare > 1 / 4 && meanSquare < 4;

/**
 * Whether numbers are vectors as they came, and not scaled: the Gaussian of the data before it was scaled explains them, N(0, 1)
 * does not.
 */
function areUnscaled(values: ArrayLike<number>, { mean, sd }: VectorsInput): boolean {
  const width = mean.length;
  // With numbers left out, x is narrower than a vector.
  if (values.length === 0 || sd.some((one) => one === 0)) return false;
  const logSd = sd.reduce((sum, one) => sum + Math.log(one), 0) / width;
  let [scaled, unscaled] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const [value, m, s] = [values[i], mean[i % width], sd[i % width]] as [number, number, number];
    scaled += value ** 2 / values.length;
    unscaled += ((value - m) / s) ** 2 / values.length;
  }
  return isNearOne(unscaled) && !isNearOne(scaled) && unscaled + 2 * logSd < scaled;
}

/** Lists of vectors. */
export const VECTORS_READER: InputReader<VectorsInput> = {
  needed: 'a list of vectors, or { values, width }',
  // Values of the width of a vector may be one that was handed over without a list, and x never has bytes: `read` says what is
  // needed.
  isRaw: (value, { mean }) =>
    Array.isArray(value) ||
    isFlat(value) ||
    isBytes(value) ||
    (arrayKind(value) !== undefined && (value as Vector).length === mean.length),
  refusal: (values, spec) =>
    areUnscaled(values, spec)
      ? `vectors that are not scaled yet, needed a list of vectors, or { values, width: ${spec.mean.length} }, which are scaled as the data was`
      : undefined,
  read(where, name, { mean, sd }, raw) {
    const { count, at } = vectorsOf(where, name, raw, mean.length);
    const kept = sd.flatMap((one, d) => (one > 0 ? [d] : []));
    assertRoom(where, name, count, kept.length, 'read them in blocks, by streamBatches');
    const x = new Float32Array(count * kept.length);
    for (let n = 0; n < count; n++)
      for (const [j, d] of kept.entries())
        x[n * kept.length + j] = (at(n, d) - (mean[d] as number)) / (sd[d] as number);
    return { x, count };
  },
};
