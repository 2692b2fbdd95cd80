/** Which values a distribution of observed values is defined on. */
import type { ByteMeaning } from './byteValues';
import { isBytes } from './typedArrays';

/** The finite values between two bounds, or the integers among them; a bound of ±Infinity leaves that side open. */
export interface Support {
  /** the smallest value, itself among them */
  readonly least: number;
  /** the largest value, itself among them */
  readonly largest: number;
  /** whether integers alone belong to it, as counts do; default `false` */
  readonly integers?: boolean;
}

/** Any number that is none of NaN and the infinities. */
export const FINITE: Support = { least: Number.NEGATIVE_INFINITY, largest: Number.POSITIVE_INFINITY };

/** How far from a bound a value still counts as rounded, a few units of float32. */
const ROUNDING = 1e-6;

const inWords = ({ least, largest, integers = false }: Support): string => {
  const isOpen = !Number.isFinite(least) || !Number.isFinite(largest);
  const kind = integers ? 'an integer' : isOpen ? 'a finite number' : 'a number';
  if (!isOpen) return `${kind} from ${least} to ${largest}`;
  if (Number.isFinite(least)) return `${kind} of at least ${least}`;
  if (Number.isFinite(largest)) return `${kind} of at most ${largest}`;
  return kind;
};

/** What the values as a whole look like, and what to do: said where a finite one lies outside. */
const remedy = (values: ArrayLike<number>, { least, largest, integers = false }: Support): string => {
  let [lowest, highest, whole] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
    whole &&= Number.isInteger(value);
  }
  const come = `; the values go from ${lowest} to ${highest}`;
  if (integers) return whole ? come : `${come}: hand over counts as they are, neither scaled nor averaged`;
  if (lowest >= least - ROUNDING && highest <= largest + ROUNDING)
    return `${come}, which is rounding: clamp them, Math.min(${largest}, Math.max(${least}, value))`;
  if (least !== 0 || largest !== 1) return come;
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

/**
 * Refuses values outside a support; NaN and infinities lie outside any. Values count as the float32 that they become.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @param values what is checked
 * @param support which values are allowed
 * @param options what bytes stand for, default value / 255; which of the values are checked, default all
 * @throws RangeError naming function, argument, index, what came and what was needed
 */
export function assertWithin(
  where: string,
  name: string,
  values: ArrayLike<number>,
  support: Support,
  { bytes = 'unit', from = 0, to = values.length }: WithinOptions = {},
): void {
  const { integers = false } = support;
  const [least, largest] = [Math.fround(support.least), Math.fround(support.largest)];
  const unit = isBytes(values) && bytes === 'unit' ? 255 : 1;
  const isWhole = !integers || unit === 1;
  if (isBytes(values) && isWhole && least <= 0 && largest >= 255 / unit) return;
  for (let i = from; i < to; i++) {
    const given = (values[i] as number) / unit;
    const value = Math.fround(given);
    const fits = integers ? Number.isInteger(value) : Number.isFinite(value);
    if (fits && value >= least && value <= largest) continue;
    const how = unit === 1 && Number.isFinite(value) ? remedy(values, support) : '';
    throw new RangeError(`${where}: ${name}[${i}] is ${given}, needed ${inWords(support)}${how}`);
  }
}
