/** JSON values: what a model's spec and a checkpoint's metadata are made of, and how they are parsed. */
import { describe } from './shape';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Whether a value is of a kind. */
export type Is<T> = (value: unknown) => value is T;

/** A record of anything. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text. */
export const isString = (value: unknown): value is string => typeof value === 'string';

/** True or false. */
export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

/** An integer of at least 0. */
export const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** A finite number. */
export const isFiniteNumber = (value: unknown): value is number => Number.isFinite(value);

/** A list whose items are all of one kind. */
export const isListOf =
  <T>(is: Is<T>): Is<readonly T[]> =>
  (value): value is readonly T[] =>
    Array.isArray(value) && value.every(is);

/** A record whose values are all of one kind. */
export const isRecordOf =
  <T>(is: Is<T>): Is<Readonly<Record<string, T>>> =>
  (value): value is Readonly<Record<string, T>> =>
    isRecord(value) && Object.values(value).every(is);

/** What is of a kind, or null. */
export const isNullOr =
  <T>(is: Is<T>): Is<T | null> =>
  (value): value is T | null =>
    value === null || is(value);

/**
 * A value of unknown origin as what it must be.
 *
 * @param where name of the reader, for the message
 * @param name of the value, for the message
 * @param needed the kind in words, for the message
 * @throws RangeError when it is anything else
 */
export function parse<T>(where: string, name: string, value: unknown, needed: string, is: Is<T>): T {
  if (is(value)) return value;
  throw new RangeError(`${where}: ${name} is ${describe(value)}, needed ${needed}`);
}

/** Deeper than anything that the library writes, and shallow enough for functions that call themselves. */
const MAX_DEPTH = 500;

const isShallow = (text: string): boolean => {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length && depth <= MAX_DEPTH; i++) {
    const sign = text[i];
    if (sign === '"') quoted = !quoted;
    else if (quoted) i += sign === '\\' ? 1 : 0;
    else if (sign === '[' || sign === '{') depth++;
    else if (sign === ']' || sign === '}') depth--;
  }
  return depth <= MAX_DEPTH;
};

/**
 * The value of a JSON text of unknown origin.
 *
 * @param text that may be anything
 * @returns the value, or `undefined` where the text is no JSON or nests deeper than 500
 */
export function parseJson(text: string): Json | undefined {
  try {
    return isShallow(text) ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

const sorted = (_: string, value: unknown): unknown =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;

/** The text of a JSON value, the same whatever the order of its keys. */
export const canonical = (value: unknown): string => JSON.stringify(value, sorted) ?? 'undefined';

/** Characters of a value that an error text shows. */
const SHOWN = 300;

/** The text of a JSON value for an error text: what comes from a file can be as long as the file. */
export const brief = (value: unknown): string => {
  const text = canonical(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
};
