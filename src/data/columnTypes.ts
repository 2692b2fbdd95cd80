/** What a column of a table holds, by a look at its cells. */
import { describe } from '../core/describe';
import { cellError, NEEDED_CELL } from '../core/inputs/cellError';
import { type Cell, countIn, dateIn, flagIn, levelIn, numberIn, squarableIn } from '../core/inputs/cells';
import type { Column } from '../core/inputs/columns';
import { groupedNumbers, markedNumbers } from '../core/inputs/markedNumbers';
import { meanAndSd } from './meanAndSd';

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
  /** whether they are dates, as their milliseconds since 1970 */
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
    if (value !== undefined) return [value];
    throw cellError(
      `${where}: column ${describe(name)} of rows[${row}]`,
      cell,
      needed,
      `missing: [${describe(cell)}] takes it for a missing value, types: { ${describe(name)}: "levels" } for a category`,
    );
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
  if (type === 'flag') return { ...base, type, mean: meanOf(numbersOf(given, flagIn, NEEDED_CELL.flag)) };
  if (type === 'count') {
    return {
      ...base,
      type,
      mean: Math.round(meanOf(numbersOf(given, countIn, NEEDED_CELL.count))),
    };
  }
  const values = numbersOf(given, squarableIn, `${NEEDED_CELL.number}, as most cells of the column are`);
  const moments = meanAndSd(values.length, (n) => values[n] as number);
  return { ...base, type, ...moments, ...(dates && { dates }) };
}

/** What identifiers are called: `id`, `customer_id`, `customerId`, and a row number by a word of its own; `paid` is none. */
const isCalledIdentifier = (name: string): boolean =>
  /(^|[_\W])id$|^(index|key|row)$/i.test(name) || /[a-z]I[dD]$/.test(name);

/** Times count up by one too, and are measured. */
const CALLED_TIME = /year|date|time|day/i;

/** Whether different integers number the rows: they count up by one, in any order, or are called identifiers. */
const isNumbering = (name: string, values: readonly number[]): boolean => {
  const span = values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
  return isCalledIdentifier(name) || (span === values.length - 1 && !CALLED_TIME.test(name));
};

/** Why a column is left out, and the type that keeps it, where one does. */
interface LeftOut {
  readonly reason: string;
  readonly keeps?: ColumnType;
  /** whether no type keeps it: it has no value, or one */
  readonly always?: true;
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

/** What to say where most texts are dates and others stand among them. */
function datesBeside(texts: readonly string[]): string | undefined {
  const others = texts.filter((text) => dateIn(text) === undefined);
  const [other] = others;
  if (other === undefined || others.length >= texts.length / 2) return undefined;
  return `holds dates beside ${describe(other)}: missing: [${describe(other)}] takes that for a missing value`;
}

/** What all known cells say, however they spell or round it; nothing where they differ, as texts do where they are categories. */
function onlyValue(given: Given, type: ColumnType | undefined): Exclude<Cell, undefined> | undefined {
  const cells = known(given);
  const [first] = cells;
  if (new Set(cells.map(levelIn)).size < 2) return first;
  if (type === 'levels') return undefined;
  const flags = cells.map(flagIn);
  if (!flags.includes(undefined)) return new Set(flags).size < 2 ? first : undefined;
  const numbers = cells.map(squarableIn).filter((value) => value !== undefined);
  const isNumber = numbers.length === cells.length;
  return isNumber && meanAndSd(numbers.length, (n) => numbers[n] as number).sd === 0 ? numbers[0] : undefined;
}

/** The type of a column by its cells, or why it is left out. */
function typeOf(given: Given, type: ColumnType | undefined): Typed | LeftOut {
  const cells = known(given);
  const texts = cells.map(levelIn);
  const different = new Set(texts).size;
  if (cells.length === 0) return { reason: 'has no value', always: true };
  const only = onlyValue(given, type);
  if (only !== undefined) {
    const said = given.dates ? new Date(Number(only)).toISOString() : describe(only);
    return { reason: `says ${said} in every row`, always: true };
  }
  if (cells.every((cell) => flagIn(cell) !== undefined)) return { type: 'flag' };
  const dated = datesBeside(texts);
  if (dated)
    return noLevels(texts, different) ? { reason: dated, keeps: 'levels' } : { type: 'levels', doubt: dated };
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
      !given.dates &&
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
  const found = typeOf(given, type);
  if ('reason' in found && (type === undefined || found.always))
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
