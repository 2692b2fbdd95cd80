/** What a column of a table holds, by a look at its cells. */
import { describe } from '../core/describe';
import {
  type Cell,
  countIn,
  flagIn,
  LARGEST_NUMBER,
  levelIn,
  numberIn,
  squarableIn,
} from '../core/inputs/cells';
import type { Column } from '../core/inputs/columns';
import { groupedNumbers, markedNumbers, numberAdvice } from './markedNumbers';

/** How a column is read: measurements, categories, true and false, counts, or not at all. */
export type ColumnType = Column['type'] | 'ignore';

/** All of them. */
export const COLUMN_TYPES = [
  'number',
  'flag',
  'count',
  'levels',
  'ignore',
] as const satisfies readonly ColumnType[];

/** A column of more levels does not hold categories, unless `types` says so. */
const MOST_LEVELS = 50;

/** Fewer rows may be all different by chance. */
const FEWEST_ROWS = 20;

/** A column, absent where it is left out, and what to say of it. */
export interface Found {
  readonly column?: Column;
  readonly note?: string;
}

interface Given {
  readonly where: string;
  readonly name: string;
  /** its cells in the order of the rows */
  readonly cells: readonly Cell[];
  /** whether they are dates */
  readonly dates?: boolean;
}

const known = ({ cells }: Given): Exclude<Cell, undefined>[] => cells.filter((cell) => cell !== undefined);

/** Numbers by a reader; a cell that is none is refused. */
const numbersOf = (
  { where, name, cells }: Given,
  read: (cell: Cell) => number | undefined,
  needed: string,
): number[] =>
  cells.flatMap((cell, row) => {
    if (cell === undefined) return [];
    const value = read(cell);
    if (value === undefined) {
      const advice = numberAdvice(String(cell));
      throw new RangeError(
        `${where}: column ${describe(name)} of rows[${row}] is ${describe(cell)}, needed ${needed}; ${advice ? `${advice}; ` : ''}missing: [${describe(cell)}] takes it for a missing value, types: { ${describe(name)}: "levels" } for a category`,
      );
    }
    return [value];
  });

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** A column of a type that is known. */
function columnOf(given: Given, type: Column['type']): Column {
  const { name, cells, dates } = given;
  const base = { name, masked: cells.includes(undefined) };
  if (type === 'levels') {
    const levels = [...new Set(known(given).map(levelIn))].sort();
    return { ...base, type, levels };
  }
  if (type === 'flag') return { ...base, type, mean: meanOf(numbersOf(given, flagIn, 'true or false')) };
  if (type === 'count') {
    return {
      ...base,
      type,
      mean: Math.round(meanOf(numbersOf(given, countIn, 'a whole number of at least 0'))),
    };
  }
  const values = numbersOf(
    given,
    squarableIn,
    `a number up to ${LARGEST_NUMBER}, as most cells of the column are`,
  );
  const mean = meanOf(values);
  const sd = Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
  return { ...base, type, mean, sd, ...(dates && { dates }) };
}

/** What identifiers are called: `id`, `customer_id`, `customerId`, and a row number by a word of its own. */
const CALLED_IDENTIFIER = /(^|[_\W])id$|[a-z]I[dD]$|^(index|key|row)$/i;

/** Times count up by one too, and are measured. */
const CALLED_TIME = /year|date|time|day/i;

/** Whether different integers number the rows: they count up by one, in any order, or are called identifiers. */
const isNumbering = (name: string, values: readonly number[]): boolean => {
  const span = values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
  return CALLED_IDENTIFIER.test(name) || (span === values.length - 1 && !CALLED_TIME.test(name));
};

/** Why a column is left out, and the type that keeps it, where one does. */
interface LeftOut {
  readonly reason: string;
  readonly keeps?: ColumnType;
}

/** What texts are, where they are not categories. */
const noLevels = (texts: readonly string[], different: number): LeftOut | undefined => {
  const words = texts.reduce((sum, text) => sum + text.split(/\s+/).length, 0) / texts.length;
  const keeps = 'levels';
  if (words > 4) return { reason: `holds texts of ${words.toFixed(0)} words: text(…) reads such`, keeps };
  if (texts.length >= FEWEST_ROWS && different === texts.length)
    return { reason: 'has another text in every row, as an identifier has', keeps };
  if (different > MOST_LEVELS) return { reason: `has ${different} different texts`, keeps };
  return undefined;
};

/** The type of a column by its cells, and what may be wrong with it. */
interface Typed {
  readonly type: Column['type'];
  readonly doubt?: string;
}

/** More different numbers beside one text are measurements rather than categories. */
const MOST_CODES = 10;

/** What to say where most levels are numbers and one text stands among them, such as "-" for a missing value. */
function mixedWith(texts: readonly string[], isNumber: (text: string) => boolean): string | undefined {
  const different = [...new Set(texts)];
  const [other, ...more] = different.filter((text) => !isNumber(text));
  if (other === undefined || more.length > 0 || different.length - 1 <= MOST_CODES) return undefined;
  return `holds ${different.length - 1} different numbers beside ${describe(other)}: missing: [${describe(other)}] takes that for a missing value`;
}

/** The type of a column by its cells, or why it is left out. */
function typeOf(given: Given): Typed | LeftOut {
  const cells = known(given);
  const texts = cells.map(levelIn);
  const different = new Set(texts).size;
  if (cells.length === 0) return { reason: 'has no value' };
  if (different === 1) return { reason: `says ${describe(cells[0])} in every row` };
  if (cells.every((cell) => flagIn(cell) !== undefined)) return { type: 'flag' };
  const values = cells.map(numberIn).filter((value) => value !== undefined);
  const marked =
    values.length < cells.length
      ? markedNumbers(texts, values.length, different)
      : groupedNumbers(cells.filter((cell) => typeof cell === 'string'));
  if (marked && !marked.few) return marked;
  // Where most are numbers, the others are refused by their rows.
  if (values.length > cells.length / 2) {
    const isIdentifier =
      values.length === cells.length &&
      different === cells.length &&
      cells.length >= FEWEST_ROWS &&
      values.every(Number.isInteger) &&
      isNumbering(given.name, values);
    return isIdentifier
      ? { reason: 'numbers the rows, as an identifier does', keeps: 'number' }
      : { type: 'number' };
  }
  const doubt = marked ? marked.reason : mixedWith(texts, (text) => numberIn(text) !== undefined);
  return noLevels(texts, different) ?? { type: 'levels', ...(doubt && { doubt }) };
}

/**
 * How a column is read.
 *
 * @param given the function, the name of the column and its cells
 * @param type what the user says; default by the cells
 * @returns the column, or a note that says why it is left out; a note beside the column where categories may be measurements
 * @throws RangeError naming a cell that is not of the column's type
 */
export function findColumn(given: Given, type?: ColumnType): Found {
  const { name } = given;
  const column = `column ${describe(name)}`;
  if (type === 'ignore') return { note: `${column} is left out, as types says` };
  const found = typeOf(given);
  // What says the same in every row says nothing, whatever its type is.
  const isEmpty = new Set(known(given).map(levelIn)).size < 2;
  if ('reason' in found && (type === undefined || isEmpty))
    return {
      note: `${column} is left out: it ${found.reason}${found.keeps ? `; types: { ${describe(name)}: ${describe(found.keeps)} } keeps it` : ''}`,
    };
  if (type !== undefined) return { column: columnOf(given, type) };
  const { type: own, doubt } = found as Typed;
  const note =
    doubt &&
    `${column} is read as categories: it ${doubt} where they are measurements; types: { ${describe(name)}: "levels" } says that they are categories`;
  return { column: columnOf(given, own), ...(note && { note }) };
}
