/** Cells of tables, as what they mean: parsers give numbers as texts, databases as 64-bit integers. */
import { describe } from '../describe';

/** What a cell holds; nothing where the value is missing. */
export type Cell = number | boolean | string | undefined;

/** Texts that mean a missing value where nothing else is said: those that R, pandas, databases and spreadsheets write. */
export const MISSING_TEXTS: readonly string[] = [
  'NA',
  'N/A',
  'n/a',
  '#N/A',
  '<NA>',
  'NaN',
  'nan',
  'null',
  'NULL',
  'None',
];

/** No run of digits divides in two ways: a text of any length takes linear time. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** Whether a value is a date of any realm. */
export const isDate = (value: unknown): boolean =>
  typeof value === 'object' && Object.prototype.toString.call(value) === '[object Date]';

/** 2024-01-05, with a time such as 10:30 or 10:30:00.5 behind T or a space, and a zone such as Z or +01:00. */
const ISO_DATE =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,3})?\d*\s?(?:Z|([+-]\d{2}):?(\d{2})?)?)?$/;

/** The time in milliseconds of a date, or of a text that ISO 8601 writes one as, in UTC where it names no zone. */
export function dateIn(value: unknown): number | undefined {
  if (isDate(value)) return Number.isNaN(Number(value)) ? undefined : Number(value);
  const [, day, minutes = '00:00', seconds = ':00', rest = '', hours = '+00', more = '00'] =
    (typeof value === 'string' && ISO_DATE.exec(value.trim())) || [];
  if (day === undefined) return undefined;
  // Programs take February 30 for March 1.
  const midnight = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(Number(midnight)) || midnight.toISOString().slice(0, 10) !== day) return undefined;
  const time = Date.parse(`${day}T${minutes}${seconds}${rest}${hours}:${more}`);
  return Number.isNaN(time) ? undefined : time;
}

/**
 * Reads a cell. Nothing, NaN, an empty text and the texts given are missing values; a text that spells a number means that
 * number too, however a cell writes it. A 64-bit integer is the number that it is, and a date its time in milliseconds.
 *
 * @param missing texts that mean a missing value
 * @returns a reader; it takes the place of a cell, for its message
 */
export function cellReader(missing: readonly string[]): (value: unknown, place: () => string) => Cell {
  const absent = new Set(['', ...missing]);
  const numbers = new Set(missing.filter((text) => text.trim() !== '').map(Number));
  return (value, place) => {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') {
      const text = value.trim();
      return absent.has(text) || (NUMBER.test(text) && numbers.has(Number(text))) ? undefined : text;
    }
    if (typeof value === 'boolean') return value;
    const number = isDate(value) || typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number')
      throw new TypeError(
        `${place()} is ${describe(value)}, needed a number, a text, true or false, a date, or nothing`,
      );
    return Number.isNaN(number) || numbers.has(number) ? undefined : number;
  };
}

/** Squares of larger numbers and their sums are beyond what a number holds: such cells are fill values. */
export const LARGEST_NUMBER = 1e100;

/** The number that a cell holds or spells; none where it is something else. */
export const numberIn = (cell: Cell): number | undefined => {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : undefined;
  return typeof cell === 'string' && NUMBER.test(cell) ? Number(cell) : undefined;
};

/** The same, of a number that can be standardized. */
export const squarableIn = (cell: Cell): number | undefined => {
  const value = numberIn(cell);
  return value !== undefined && Math.abs(value) <= LARGEST_NUMBER ? value : undefined;
};

/** The count that a cell holds or spells. */
export const countIn = (cell: Cell): number | undefined => {
  const count = numberIn(cell);
  return count !== undefined && Number.isInteger(count) && count >= 0 ? count : undefined;
};

/** 1 or 0 for a cell that says true or false, in one of three ways; none where it says something else. */
export const flagIn = (cell: Cell): 0 | 1 | undefined => {
  const text = String(cell).toLowerCase();
  if (text === 'true' || text === '1') return 1;
  return text === 'false' || text === '0' ? 0 : undefined;
};

/** The level that a cell names. */
export const levelIn = (cell: Exclude<Cell, undefined>): string => String(cell);
