/** JSON values: what a model's spec and a checkpoint's metadata are made of, and how they are parsed. */
import { describe, oneLine } from '../core/describe';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Whether a value is of a kind. */
export type Is<T> = (value: unknown) => value is T;

/** A record of anything. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What a record holds under a name that comes from elsewhere; of what records inherit (`toString`, `constructor`) nothing.
 *
 * @param record that is looked into
 * @param name from a file, a user, an objective
 * @example own({ a: 1 }, 'toString') // undefined
 */
export const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** A text. */
export const isString = (value: unknown): value is string => typeof value === 'string';

/** A name or a version, to be shown as it is: a short text of one line, without control characters. */
export const isLine = (value: unknown): value is string => isString(value) && value === oneLine(value);

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

/** Null. */
export const isNull = (value: unknown): value is null => value === null;

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

/**
 * A record of unknown origin that has no entries but the named ones.
 *
 * @param where name of the reader, for the message
 * @param name of the record, for the message
 * @param value of unknown origin
 * @param names of all entries that it may have
 * @throws RangeError when it is not a record, or has another entry
 */
export function parseRecord(
  where: string,
  name: string,
  value: unknown,
  names: readonly string[],
): Readonly<Record<string, unknown>> {
  const record = parse(where, name, value, 'a record', isRecord);
  const surplus = Object.keys(record).find((entry) => !names.includes(entry));
  if (surplus === undefined) return record;
  throw new RangeError(
    `${where}: ${name} has an entry ${describe(surplus)}, needed ${names.join(', ')} alone`,
  );
}

/** Deeper than anything that the library writes, and shallow enough for functions that call themselves. */
const MAX_DEPTH = 500;

/** Levels and names of a JSON text, counted before it is parsed; names only as far as it is shallow. */
const outlineOf = (text: string): { readonly shallow: boolean; readonly names: number } => {
  let [depth, names] = [0, 0];
  let quoted = false;
  for (let i = 0; i < text.length && depth <= MAX_DEPTH; i++) {
    const sign = text[i];
    if (sign === '"') quoted = !quoted;
    else if (quoted) i += sign === '\\' ? 1 : 0;
    else if (sign === '[' || sign === '{') depth++;
    else if (sign === ']' || sign === '}') depth--;
    else if (sign === ':') names++;
  }
  return { shallow: depth <= MAX_DEPTH, names };
};

/** Names in all records of a JSON value. */
const namesIn = (value: Json): number => {
  if (typeof value !== 'object' || value === null) return 0;
  const parts: readonly Json[] = Array.isArray(value) ? value : Object.values(value);
  let names = Array.isArray(value) ? 0 : parts.length;
  for (const part of parts) if (typeof part === 'object') names += namesIn(part);
  return names;
};

const parsed = (text: string): Json | undefined => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/**
 * The value of a JSON text of unknown origin.
 *
 * @param text that may be anything
 * @returns the value, or `undefined` where the text is not JSON or nests deeper than 500
 */
export const parseJson = (text: string): Json | undefined =>
  outlineOf(text).shallow ? parsed(text) : undefined;

/** Names that the records of one text may have together: more would take seconds, whatever is then said of them. */
const MOST_NAMES = 500_000;

/**
 * The value of a JSON text in a file. Its records name each entry once: of two of one name, one reader takes the first and
 * another the last.
 *
 * @param where name of the reader, for the message
 * @param name of the text, for the message
 * @param text that may be anything
 * @returns the value, or `undefined` where the text is not JSON or nests deeper than 500
 * @throws RangeError when a record has two entries of one name, or the text more than 500,000 entries
 */
export function parseStoredJson(where: string, name: string, text: string): Json | undefined {
  const { shallow, names } = outlineOf(text);
  if (!shallow) return undefined;
  if (names > MOST_NAMES)
    throw new RangeError(`${where}: ${name} has ${names} entries, needed at most ${MOST_NAMES}`);
  const value = parsed(text);
  if (value !== undefined && namesIn(value) !== names)
    throw new RangeError(`${where}: ${name} has two entries of one name, needed each name once`);
  return value;
}

const sorted = (_: string, value: unknown): unknown =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;

/** The text of a JSON value, the same whatever the order of its keys. */
export const canonical = (value: unknown): string => JSON.stringify(value, sorted) ?? 'undefined';

/** Characters of a value that an error text shows. */
const SHOWN = 300;

/** The text of a JSON value for an error text: what comes from a file can be as long as the file. */
export const brief = (value: unknown): string => oneLine(canonical(value), SHOWN);
