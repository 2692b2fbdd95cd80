/**
 * Options of a function: one table holds names, defaults, ranges and messages, and one call reads it.
 *
 *   const { padding, flip } = readOptions('cropAndFlip', options, {
 *     padding: number(integersFrom(0), 4),
 *     flip: flag(true),
 *   });
 *
 * The documented interface stays the type. A name that it lacks, or has and the table lacks, is an error of types.
 */
import { isListOf, isString } from '../files/json';
import { assertFunction, assertMethods, assertNumber, assertOneOf, plainOf } from './assert';
import { describe, oneLine } from './describe';
import { assertNoise, type Noise, streamOf } from './noise';
import { assertShapes, isShaped } from './shape';
import type { NumberOrScalar } from './weightedSum';

/**
 * Reads one option: checks what came, and fills in the default where there is one.
 *
 * @param where name of the calling function, for the message
 * @param name the option; one of a nested record has the record's name before it, `counts.labeled`
 * @param value what came; `undefined` where the option is left out
 * @returns the value to go on with
 * @throws RangeError or TypeError naming function, option, what came and what was needed
 */
export type Rule<T> = (where: string, name: string, value: unknown) => T;

/** A rule for each option, and for nothing else. One that must be given has no rule that allows to leave it out. */
export type Rules<T> = { readonly [Name in Exclude<keyof T, never>]: Rule<T[Name]> };

/** The options as their rules leave them: every name is there, with its default where it was left out. */
export type ReadOptions<R> = { readonly [Name in keyof R]: R[Name] extends Rule<infer T> ? T : never };

/** What a table is read to that has a name too many. */
interface NoOption<Name> {
  readonly 'is not an option': Name;
}

/**
 * The options of a function.
 *
 * @param where name of the calling function, for messages
 * @param given what came
 * @param rules the table
 * @param name the argument; its options are called `name.option` in messages unless it is `options`
 * @returns each option by name; those that a changed `Object.prototype` has are not read
 * @throws TypeError when the options are not a plain object
 * @throws RangeError when a name is not an option; and what the rules throw, in the order of the table
 */
export function readOptions<T extends object, R extends Rules<T>>(
  where: string,
  given: T,
  rules: R & Rules<T>,
  name?: string,
): Exclude<keyof R, keyof T> extends never ? ReadOptions<R> : NoOption<Exclude<keyof R, keyof T>>;
export function readOptions(
  where: string,
  given: object,
  rules: Readonly<Record<string, Rule<unknown>>>,
  name = 'options',
): object {
  const needed = name === 'options' ? undefined : `an object { ${Object.keys(rules).join(', ')} }`;
  for (const option of Object.keys(plainOf(where, given, name, needed)))
    if (!Object.hasOwn(rules, option)) {
      const path = oneLine(name === 'options' ? option : `${name}.${option}`);
      throw new RangeError(
        `${where}: ${path} is not an option, needed ${Object.keys(rules).join(', ') || 'none'}`,
      );
    }
  const own: Readonly<Record<string, unknown>> = Object.assign(Object.create(null), given);
  const read = Object.entries(rules).map(([option, rule]) => [
    option,
    rule(where, name === 'options' ? option : `${name}.${option}`, own[option]),
  ]);
  return Object.fromEntries(read);
}

/**
 * Options with their defaults and unchecked, for an estimate ahead of the call that checks them.
 *
 * @param given options that may all be left out
 */
export const withDefaults = <T extends object, R extends Rules<T>>(given: T, rules: R): ReadOptions<R> =>
  Object.fromEntries(
    Object.entries<Rule<unknown>>(rules).map(([option, rule]) => [
      option,
      given[option as keyof T] === undefined ? rule('', option, undefined) : given[option as keyof T],
    ]),
  ) as ReadOptions<R>;

/** A range of numbers, in words and as a test. */
export interface NumberRange {
  /** the range in words, for messages: `a number in [0, 1]` */
  readonly needed: string;
  /** whether a number is in it */
  readonly holds: (value: number) => boolean;
}

/** All numbers but NaN and the infinities. */
export const FINITE_NUMBER: NumberRange = { needed: 'a finite number', holds: Number.isFinite };

/** Numbers from 0 on, infinity among them. */
export const NOT_BELOW_0: NumberRange = { needed: 'a number of at least 0', holds: (value) => value >= 0 };

/** Rates: beyond float32 they would make every weight infinite. */
export const FLOAT32_AT_LEAST_0: NumberRange = {
  needed: 'a finite float32 number of at least 0',
  holds: (value) => value >= 0 && Number.isFinite(Math.fround(value)),
};

/** Finite numbers from 0 on: weights, amounts. */
export const AT_LEAST_0: NumberRange = {
  needed: 'a finite number of at least 0',
  holds: (value) => value >= 0 && Number.isFinite(value),
};

/** Finite numbers above 0. */
export const ABOVE_0: NumberRange = {
  needed: 'a finite number above 0',
  holds: (value) => value > 0 && Number.isFinite(value),
};

/** From 0 to below 1. */
export const BELOW_1: NumberRange = {
  needed: 'a number in [0, 1)',
  holds: (value) => value >= 0 && value < 1,
};

/** From 0 to 1, both among them: shares and probabilities. */
export const UNIT_INTERVAL: NumberRange = {
  needed: 'a number in [0, 1]',
  holds: (value) => value >= 0 && value <= 1,
};

/** Integers from `least` on, or to `largest`. */
export const integersFrom = (least: number, largest = Number.POSITIVE_INFINITY): NumberRange => ({
  needed:
    largest === Number.POSITIVE_INFINITY
      ? `an integer of at least ${least}`
      : `an integer from ${least} to ${largest}`,
  holds: (value) => Number.isInteger(value) && value >= least && value <= largest,
});

/** A number of a range. */
export const number =
  ({ needed, holds }: NumberRange, fallback?: number): Rule<number> =>
  (where, name, value = fallback) => {
    assertNumber(where, name, value, needed, holds);
    return value;
  };

/** A number of a range, or a scalar tensor: its value stays on the device and is not checked. */
export const numberOrScalar =
  ({ needed, holds }: NumberRange, fallback?: number): Rule<NumberOrScalar> =>
  (where, name, value = fallback) => {
    if (isShaped(value)) assertShapes(where, { [name]: [value, '', 'float32'] });
    else assertNumber(where, name, value, `a scalar tensor or ${needed}`, holds);
    return value as NumberOrScalar;
  };

/** Makes the rule of a weight: `numberOrScalar` in a bound, `schedule` in an objective. */
export type WeightRule<T> = (range: NumberRange, fallback: number) => Rule<T>;

/** One of the choices. */
export const oneOf =
  <const T>(choices: readonly T[], fallback?: NoInfer<T>): Rule<T> =>
  (where, name, value = fallback) => {
    assertOneOf(where, name, value as T, choices);
    return value as T;
  };

/** True or false. */
export const flag = (fallback?: boolean): Rule<boolean> => oneOf<boolean>([true, false], fallback);

/**
 * What a check of its own lets pass.
 *
 * @param check throws where the value is none; it is given the default too
 */
export const checked =
  <T>(check: (where: string, name: string, value: T) => void, fallback?: NoInfer<T>): Rule<T> =>
  (where, name, value = fallback) => {
    check(where, name, value as T);
    return value as T;
  };

/** Any value, unchanged: the function checks it later, or together with other arguments. */
export function unchecked<T>(): Rule<T>;
export function unchecked<T>(fallback: T): Rule<Exclude<T, undefined>>;
export function unchecked(fallback?: unknown): Rule<unknown> {
  return (_, __, value = fallback) => value;
}

/** A text. */
export const text = (fallback?: string): Rule<string> =>
  checked((where, name, value) => {
    if (typeof value !== 'string')
      throw new TypeError(`${where}: ${name} is ${describe(value)}, needed a text`);
  }, fallback);

/** An array of texts. */
export const texts = (fallback?: readonly string[]): Rule<readonly string[]> =>
  checked((where, name, value) => {
    if (!isListOf(isString)(value))
      throw new TypeError(`${where}: ${name} is ${describe(value)}, needed an array of texts`);
  }, fallback);

/** A function. */
export const callable = <T>(fallback?: T): Rule<T> => checked<T>(assertFunction, fallback);

/** An object with these functions. */
export const withMethods = <T>(methods: readonly (keyof T & string)[], fallback?: T): Rule<T> =>
  checked<T>((where, name, value) => assertMethods(where, name, value, methods), fallback);

/** The seed of a function: the option `seed`, read as the function's own stream. */
export const seedStream =
  (fallback?: number): Rule<Noise> =>
  (where, _, value = fallback) =>
    streamOf(where, value as number | Noise);

/** The stream that a function draws from: the option `noise`. */
export const noiseStream = (): Rule<Noise> => checked((where, _, value) => assertNoise(where, value));

/** An option that may be left out, and has no default then. */
export const optional =
  <T>(rule: Rule<T>): Rule<T | undefined> =>
  (where, name, value) =>
    value === undefined ? undefined : rule(where, name, value);

/** A record of options in an option, with a table of its own. */
export const record =
  <T extends object, R extends Rules<T>>(
    rules: R & Rules<T>,
    fallback?: NoInfer<T>,
  ): Rule<T & ReadOptions<R>> =>
  (where, name, value = fallback) =>
    readOptions<T, R>(where, value as T, rules, name) as unknown as T & ReadOptions<R>;

/** A signal that ends some work. */
export const abortSignal: Rule<AbortSignal> = /* @__PURE__ */ checked((where, name, value) => {
  if (typeof value?.aborted !== 'boolean')
    throw new TypeError(
      `${where}: ${name} is ${describe(value)}, needed an AbortSignal: a controller has it as its signal`,
    );
});
