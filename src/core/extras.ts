/** Reads what is known of examples beside inputs and classes. */
import { assertNumbers } from './assert';
import { describe } from './describe';

/** Where extras are read, for messages. */
export interface ExtrasPlace {
  readonly where: string;
  /** stands before names in messages */
  readonly prefix: string;
}

/** Numbers of a range, as float32. */
const numbersOf = (
  place: ExtrasPlace,
  name: string,
  given: ArrayLike<number>,
  isRight: (value: number) => boolean,
  needed: string,
): Float32Array => {
  const { where, prefix } = place;
  assertNumbers(where, `${prefix}${name}`, given);
  return Float32Array.from(given, (value, i) => {
    if (typeof value !== 'number' || !isRight(value))
      throw new RangeError(`${where}: ${prefix}${name}[${i}] is ${describe(value)}, needed ${needed}`);
    return value;
  });
};

const isFlag = (value: number): boolean => value === 0 || value === 1;

/** Beyond these, products and sums of weights and terms leave float32. */
const [LEAST_WEIGHT, MOST_WEIGHT] = [1e-30, 1e30];

const isWeight = (value: number): boolean => value === 0 || (value >= LEAST_WEIGHT && value <= MOST_WEIGHT);

/** How much each of N examples counts, as float32; not all are 0. */
export const weightsOf = (place: ExtrasPlace, given: ArrayLike<number>, count: number): Float32Array => {
  const needed = `0, or a number from ${LEAST_WEIGHT} to ${MOST_WEIGHT}`;
  const weights = numbersOf(place, 'weight', given, isWeight, needed);
  const { length } = weights;
  assertExtrasLength(place, 'weight', length, `one for each of ${count} examples`, length === count);
  if (weights.every((weight) => weight === 0))
    throw new RangeError(`${place.where}: ${place.prefix}weight is 0 for all examples, needed one above 0`);
  return weights;
};

/** Ones and zeros, as float32. */
export const flagsOf = (place: ExtrasPlace, name: string, given: ArrayLike<number>): Float32Array =>
  numbersOf(place, name, given, isFlag, '1 or 0');

/** Refuses extras of another length. */
export const assertExtrasLength = (
  { where, prefix }: ExtrasPlace,
  name: string,
  length: number,
  needed: string,
  fits: boolean,
): void => {
  if (!fits) throw new RangeError(`${where}: ${prefix}${name} has ${length} values, needed ${needed}`);
};

/** Which of N × D values are known, as ones and zeros. */
export const observedOf = (place: ExtrasPlace, given: ArrayLike<number>, values: number): Float32Array => {
  const observed = flagsOf(place, 'observed', given);
  const { length } = observed;
  assertExtrasLength(place, 'observed', length, `${values}, one for each value of x`, length === values);
  return observed;
};

/**
 * Refuses a value that is there where `observed` says that it is missing: the encoder would see it.
 *
 * @param name of the values, for the message
 */
export function assertZeroWhereMissing(
  { where, prefix }: ExtrasPlace,
  name: string,
  values: ArrayLike<number>,
  observed: ArrayLike<number>,
): void {
  for (let i = 0; i < values.length; i++)
    if (observed[i] === 0 && values[i] !== 0)
      throw new RangeError(
        `${where}: ${name}[${i}] is ${values[i]} where ${prefix}observed is 0, needed 0: a missing value is 0 in ${name}`,
      );
}

/** Covariates, N × C. */
export const covariatesOf = (place: ExtrasPlace, given: ArrayLike<number>, count: number): Float32Array => {
  const isRight = (value: number): boolean => Number.isFinite(Math.fround(value));
  const covariates = numbersOf(place, 'covariates', given, isRight, 'a finite float32 number');
  const { length } = covariates;
  const fits = length > 0 && length % count === 0;
  assertExtrasLength(place, 'covariates', length, `a multiple of ${count} examples`, fits);
  return covariates;
};
