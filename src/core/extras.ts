/** Reads what is known of examples beside inputs and classes. */
import { assertNumbers } from './assert';
import { describe } from './describe';

/** Where extras are read: for messages, and how many examples there are. */
export interface ExtrasPlace {
  readonly where: string;
  /** stands before names in messages */
  readonly prefix: string;
  readonly count: number;
}

/** Numbers of a range, as float32. */
export const numbersOf = (
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

/** Ones and zeros, as float32. */
export const flagsOf = (place: ExtrasPlace, name: string, given: ArrayLike<number>): Float32Array =>
  numbersOf(place, name, given, isFlag, '1 or 0');
