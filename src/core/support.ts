/** Which values a distribution of observed values is defined on. */
import type { ByteMeaning } from './byteValues';
import { isBytes } from './typedArrays';

/** The finite values between two bounds, or the integers among them; a bound of ±Infinity leaves that side open. */
export interface Support {
  /** the smallest value, inclusive */
  readonly min: number;
  /** the largest value, inclusive */
  readonly max: number;
  /** whether integers alone belong to it, as counts do; default `false` */
  readonly integers?: boolean;
  /** so many equally spaced values from min to max belong to it, both among them; default: all values between */
  readonly levels?: number;
  /** so many places from this one on have a sum of at most 1, as the levels of a one-hot column; default 1 place */
  readonly oneOf?: number;
}

/** One support for all values, or one for each place of the last axis, as for the columns of a table. */
export type Supports = Support | readonly Support[];

/** The supports in a list. */
export const supportsOf = (supports: Supports): readonly Support[] =>
  Array.isArray(supports) ? supports : [supports as Support];

/** Any number that is none of NaN and the infinities. */
export const FINITE: Support = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };

/** Whole numbers from 0 on. */
export const COUNTS: Support = { min: 0, max: Number.POSITIVE_INFINITY, integers: true };

/** Zeros and ones. */
export const FLAGS: Support = { min: 0, max: 1, integers: true };

/** The places of levels, of which at most one is 1. */
export const levelSupports = (levels: number): readonly Support[] =>
  Array.from({ length: levels }, (_, i) => (i === 0 ? { ...FLAGS, oneOf: levels } : FLAGS));

/** The values of a support that a training step can square. */
export const squarable = (supports: Supports): Supports => {
  const clipped = supportsOf(supports).map((support) => ({
    ...support,
    min: Math.max(support.min, -LARGEST),
    max: Math.min(support.max, LARGEST),
  }));
  return clipped.length === 1 ? (clipped[0] as Support) : clipped;
};

/** How far from a bound a value still counts as rounded, a few units of float32. */
const ROUNDING = 1e-6;

/** The largest finite float32. */
const LARGEST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

/** Squares of more, and their sums over a batch, leave float32. */
const LARGEST = 1e18;

/** How far from a level a value still counts as rounded, as a share of the distance of two levels. */
const NEAR_LEVEL = 1e-3;

/** Whether a value is one of the equally spaced ones. */
const isLevel = (value: number, { min, max, levels = 2 }: Support): boolean => {
  const place = ((value - min) / (max - min)) * (levels - 1);
  return Math.abs(place - Math.round(place)) <= NEAR_LEVEL;
};

const inWords = ({ min, max, integers = false, levels }: Support): string => {
  if (levels !== undefined) return `one of ${levels} equally spaced values from ${min} to ${max}`;
  const [hasMin, hasMax] = [min > -LARGEST, max < LARGEST];
  const kind = integers ? 'an integer' : hasMin && hasMax ? 'a number' : 'a finite number';
  if (hasMin && hasMax) return `${kind} from ${min} to ${max}`;
  if (hasMin) return `${kind} of at least ${min}`;
  if (hasMax) return `${kind} of at most ${max}`;
  return kind;
};

/** What the values as a whole look like, and what to do: said where a finite one lies outside. */
const remedy = (values: ArrayLike<number>, { min, max, integers = false, levels }: Support): string => {
  let [lowest, highest, whole] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
    whole &&= Number.isInteger(value);
  }
  const come =
    lowest === highest ? `; all values are ${lowest}` : `; the values go from ${lowest} to ${highest}`;
  if (Math.max(highest, -lowest) > LARGEST)
    return `${come}, beyond ${LARGEST}, where squares leave float32: scale them, and mark fill values as missing`;
  if (integers) return whole ? come : `${come}: hand over counts as they are, neither scaled nor averaged`;
  if (levels !== undefined && lowest >= min && highest <= max)
    return `${come}: round them to the levels, or choose the number of levels that they have`;
  if (lowest >= min - ROUNDING && highest <= max + ROUNDING)
    return `${come}, which is rounding: clamp them, Math.min(${max}, Math.max(${min}, value))`;
  if (min !== 0 || max !== 1) return come;
  // One value tells nothing of a scale.
  if (lowest === highest) return come;
  if (whole && lowest >= 0 && highest > 127 && highest <= 255)
    return `${come}: divide by 255, or hand over the bytes`;
  if (whole && lowest >= 0 && highest <= 255) return `${come}: divide by ${highest}`;
  if (lowest >= -1 && highest <= 1) return `${come}: add 1 and divide by 2`;
  return `${come}: scale them to 0 … 1, or use gaussianObservation on columns of mean 0 and deviation 1`;
};

/** Which values are checked, and how. */
interface WithinOptions {
  /** what bytes stand for */
  readonly bytes?: ByteMeaning | undefined;
  /** first index that is checked */
  readonly from?: number;
  /** index to stop before */
  readonly to?: number;
}

/** Bytes that stand for numbers of these supports need no look. */
const holdsBytes = ({ min, max, integers, levels }: Support, unit: number): boolean =>
  levels === undefined
    ? min <= 0 && max >= 255 / unit && (unit === 1 || !integers)
    : min === 0 && max === 255 / unit && levels === 256;

/** Refuses several places of which more than one is 1: levels exclude each other. */
const assertOneOf = (
  where: string,
  name: string,
  values: ArrayLike<number>,
  from: number,
  places: number,
): void => {
  let sum = 0;
  for (let i = from; i < from + places; i++) sum += values[i] ?? 0;
  if (sum > 1)
    throw new RangeError(
      `${where}: ${name} and the ${places - 1} values after it sum to ${sum}, needed at most one 1: they are the levels of one column`,
    );
};

/** Index of the first value that does not lie between the bounds, or `to`. Values count as the float32 that they become. */
const firstBeyond = (
  values: ArrayLike<number>,
  { min, max, integers = false }: Support,
  unit: number,
  [from, to]: readonly [from: number, to: number],
): number => {
  const [lowest, highest] = [
    Math.max(Math.fround(min), -LARGEST_FLOAT),
    Math.min(Math.fround(max), LARGEST_FLOAT),
  ];
  for (let i = from; i < to; i++) {
    const value = Math.fround((values[i] as number) / unit);
    // Neither comparison holds of NaN.
    if (!(value >= lowest && value <= highest) || (integers && !Number.isInteger(value))) return i;
  }
  return to;
};

/**
 * Refuses values outside a support; NaN and infinities lie outside any. Values count as the float32 that they become.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @param values what is checked
 * @param supports which values are allowed
 * @param options what bytes stand for, default value / 255; which of the values are checked, default all
 * @throws RangeError naming function, argument, index, what came and what was needed
 */
export function assertWithin(
  where: string,
  name: string,
  values: ArrayLike<number>,
  supports: Supports,
  { bytes = 'unit', from = 0, to = values.length }: WithinOptions = {},
): void {
  const each = supportsOf(supports);
  const unit = isBytes(values) && bytes === 'unit' ? 255 : 1;
  if (isBytes(values) && each.every((support) => holdsBytes(support, unit))) return;
  const [first] = each;
  const isPlain = each.length === 1 && first?.levels === undefined && first?.oneOf === undefined;
  // Data sets of 10⁸ values are looked through here, nearly all of them without a fault.
  for (let i = isPlain ? firstBeyond(values, first as Support, unit, [from, to]) : from; i < to; i++) {
    const place = i % each.length;
    const support = each[place] as Support;
    const { min, max, integers = false, levels, oneOf = 1 } = support;
    const given = (values[i] as number) / unit;
    const value = Math.fround(given);
    const fits = integers ? Number.isInteger(value) : Number.isFinite(value);
    const isOn = levels === undefined || isLevel(value, support);
    if (fits && isOn && value >= Math.fround(min) && value <= Math.fround(max)) {
      if (oneOf > 1) assertOneOf(where, `${name}[${i}]`, values, i, oneOf);
      continue;
    }
    const alike = each.length === 1 ? values : Array.from(values).filter((_, j) => j % each.length === place);
    const how = unit === 1 && Number.isFinite(value) ? remedy(alike, support) : '';
    const column = each.length === 1 ? '' : ` (column ${place})`;
    throw new RangeError(`${where}: ${name}[${i}]${column} is ${given}, needed ${inWords(support)}${how}`);
  }
}
