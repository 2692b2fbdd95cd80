/** Checks of plain arguments; shapes are checked in `shape.ts`. */
import { isLine } from '../files/json';
import { describe } from './describe';
import { awaitHint, valuesHint } from './hints';
import type { Shaped } from './shape';
import { isBytes } from './typedArrays';
import { assertNoFunction, assertNoMaker } from './uncalled';

/**
 * Refuses a number outside its range.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @param value what came
 * @param needed the range in words, for the message
 * @param holds whether the value is in that range
 * @throws RangeError naming function, argument, what came and what was needed
 */
export function assertNumber(
  where: string,
  name: string,
  value: unknown,
  needed: string,
  holds: (value: number) => boolean,
): asserts value is number {
  if (typeof value !== 'number' || !holds(value)) {
    throw new RangeError(`${where}: ${name} is ${describe(value)}, needed ${needed}`);
  }
}

/** Refuses anything but an integer of at least `least`. */
export const assertInteger = (where: string, name: string, value: unknown, least = 1): void =>
  assertNumber(
    where,
    name,
    value,
    `an integer of at least ${least}`,
    (v) => Number.isInteger(v) && v >= least,
  );

/** Refuses a value that is not among the listed ones. */
export function assertOneOf<T>(where: string, name: string, value: T, choices: readonly T[]): void {
  if (!choices.includes(value)) {
    const needed = choices.map((choice) => describe(choice)).join(', ');
    throw new RangeError(`${where}: ${name} is ${describe(value)}, needed one of ${needed}`);
  }
}

/** More values than that no typed array is asked for: engines count them with 32 bits. */
export const MOST_VALUES = 2 ** 31 - 1;

/** Refuses a size that nothing could hold; `value` is a product of sizes checked before. */
export const assertSize = (where: string, name: string, value: number): void =>
  assertNumber(where, name, value, `at most ${MOST_VALUES} values`, (v) => v <= MOST_VALUES);

/** Longer plain arrays are kept as tables by V8, and of a few of them the process ends. */
const MOST_ENTRIES = 2 ** 25;

/** Refuses a size that no plain array is made of; `value` is a product of sizes checked before. */
export const assertEntries = (where: string, name: string, value: number): void =>
  assertNumber(where, name, value, `at most ${MOST_ENTRIES}`, (v) => v <= MOST_ENTRIES);

/**
 * The record that a function takes named arguments or options in, so that leaving it out names it.
 *
 * @param where name of the calling function, for the message
 * @param value what came
 * @param name the argument
 * @param needed what it must be, for the message
 * @returns the value
 * @throws TypeError when it is not an object
 */
export function recordOf<T>(where: string, value: T, name = 'options', needed = 'an object'): T {
  assertNoFunction(where, name, value);
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`${where}: ${name} is ${describe(value)}, needed ${needed}`);
  return value;
}

/** Whether an object was written as one, `{ … }`: the getters of a class, or entries of a map, would be passed over. */
export const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  // Another realm has an `Object.prototype` of its own.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

/**
 * A record of entries by name: what is none, or a map, would be gone through as if it were empty.
 *
 * @param where name of the calling function, for the message
 * @param value what came
 * @param name the argument
 * @param needed what it must be, for the message
 * @returns the value
 * @throws TypeError when it is not a plain object
 */
export function plainOf<T extends object>(where: string, value: T, name: string, needed?: string): T {
  if (isPlain(recordOf(where, value, name, needed))) return value;
  throw new TypeError(
    `${where}: ${name} is ${describe(value)}, needed a plain object, { … }${awaitHint(value)}`,
  );
}

/** Refuses what lacks a function that is called, or whose `name` is none. */
export function assertMethods<T>(
  where: string,
  name: string,
  value: T,
  methods: readonly (keyof T & string)[],
): void {
  // Every function has `apply` and `call`.
  const inherits = (method: string): boolean => typeof value === 'function' && !Object.hasOwn(value, method);
  const missing = methods.find((method) => typeof value?.[method] !== 'function' || inherits(method));
  if (missing === undefined) return;
  assertNoFunction(where, name, value);
  // As what `fit` and `search` give.
  const { model } = (value ?? {}) as { readonly model?: T };
  const hint = typeof model?.[missing] === 'function' ? ': take its .model' : awaitHint(value);
  throw new TypeError(`${where}: ${name} is ${describe(value)}, needed an object with ${missing}()${hint}`);
}

/** Refuses anything but a function, or one that makes what is needed. */
export function assertFunction(where: string, name: string, value: unknown): void {
  assertNoMaker(where, name, value);
  if (typeof value !== 'function')
    throw new TypeError(`${where}: ${name} is ${describe(value)}, needed a function`);
}

/**
 * Refuses a name that no checkpoint holds, such as one with a tab or a line break.
 *
 * @param where name of the calling function, for the message
 * @param what whose name it is
 * @throws RangeError
 */
export function assertName(where: string, what: string, name: string): void {
  if (!isLine(name))
    throw new RangeError(
      `${where}: the name of ${what} is ${describe(name)}, needed at most 100 characters, none of them a control character or a line break`,
    );
}

/** Refuses anything but a list of numbers: an array of them or a typed one. */
export function assertNumbers(where: string, name: string, value: ArrayLike<number | bigint>): void {
  if (typeof value !== 'object' || !Number.isInteger(value?.length))
    throw new TypeError(
      `${where}: ${name} is ${describe(value)}, needed an array of numbers${valuesHint(name, value)}`,
    );
}

/** Refuses inputs of integers: they do not tell whether 255 is white. */
export function assertNotIntegers(where: string, name: string, x: Shaped): void {
  const { dtype } = x ?? {};
  if (dtype === 'int32' || dtype === 'bool')
    throw new TypeError(
      `${where}: ${name} has dtype ${dtype}, needed float32: divide by 255, or hand over the bytes as a Uint8Array`,
    );
}

/** Refuses anything but bytes. */
export function assertBytes(where: string, name: string, value: unknown): void {
  if (!isBytes(value)) throw new TypeError(`${where}: ${name} is ${describe(value)}, needed a Uint8Array`);
}
