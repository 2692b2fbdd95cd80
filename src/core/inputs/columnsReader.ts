/** Reads rows of a table cell by cell into the places of their columns. */
import { isString } from '../../files/json';
import { describe, oneLine } from '../describe';
import { isBytes } from '../typedArrays';
import { cellError, NEEDED_CELL } from './cellError';
import {
  type Cell,
  cellReader,
  countIn,
  dateIn,
  flagIn,
  isDate,
  LARGEST_NUMBER,
  levelIn,
  MISSING_TEXTS,
  squarableIn,
} from './cells';
import { type Column, type ColumnsInput, type NumberColumn, placesOf, widthOf } from './columns';
import type { InputReader } from './input';
import { assertRoom } from './room';
import { isTable, type Rows, type Table, tableOf } from './table';

/** Larger numbers of deviations are beyond float32. */
const LARGEST_FLOAT = 3e38;

/** What a cell of a measured column must be. */
const neededNumber = ({ dates, sd }: NumberColumn, value: number | undefined): string => {
  if (dates) return 'a date, as the column has in the data: a Date, or a text such as "2024-01-05T10:30Z"';
  const isTooFar = value !== undefined && LARGEST_FLOAT * sd < LARGEST_NUMBER;
  const number = isTooFar ? `a number up to ${(LARGEST_FLOAT * sd).toPrecision(2)}` : NEEDED_CELL.number;
  return `${number}, as the column has in the data`;
};

/** Puts what a known cell says into x from a place on; says what was needed where it cannot. */
const put = (
  x: Float32Array,
  at: number,
  column: Column,
  cell: Exclude<Cell, undefined>,
  given: unknown,
): string | undefined => {
  if (column.type === 'levels') {
    const level = column.levels.indexOf(levelIn(cell));
    if (level < 0)
      return `one of ${column.levels.slice(0, 12).map(describe).join(', ')}${column.levels.length > 12 ? ', …' : ''}, or nothing where the level is a new one`;
    x[at + level] = 1;
    return undefined;
  }
  if (column.type === 'number') {
    const number = isDate(given) ? undefined : squarableIn(cell);
    const value = column.dates ? dateIn(given) : number;
    x[at] = ((value ?? 0) - column.mean) / column.sd;
    return value === undefined || !Number.isFinite(x[at]) ? neededNumber(column, value) : undefined;
  }
  const value = column.type === 'flag' ? flagIn(cell) : countIn(cell);
  x[at] = value ?? 0;
  return value === undefined ? NEEDED_CELL[column.type] : undefined;
};

/** What x has for a missing value of a column without a mask: the mean, rounded where values are whole, or no level. */
const meanOf = (column: Column): number =>
  column.type === 'flag' || column.type === 'count' ? Math.round(column.mean) : 0;

/** Refuses a table that lacks a column. */
const assertColumns = (where: string, name: string, table: Table, columns: readonly Column[]): void => {
  const missing = columns.filter((column) => !table.names.includes(column.name));
  if (table.count === 0 || missing.length === 0) return;
  const listed = (names: readonly string[]): string =>
    `${names.slice(0, 8).map(describe).join(', ')}${names.length > 8 ? ', …' : ''}`;
  throw new RangeError(
    `${where}: ${name} has no column ${listed(missing.map((column) => column.name))}, needed ${listed(columns.map((column) => column.name))}; its columns are ${listed(table.names)}`,
  );
};

/** Refuses a row without any cell: parsers give one for an empty line, and every column would have a missing value. */
export function assertNoEmptyRow(
  where: string,
  name: string,
  table: Table,
  missing: readonly string[],
): void {
  const read = cellReader(missing);
  const isMissing = (cell: unknown): boolean =>
    cell === null || cell === undefined || (isString(cell) && read(cell, () => '') === undefined);
  const columns = table.names.map((column) => table.column(column));
  for (let row = 0; row < table.count; row++)
    if (columns.every((at) => isMissing(at(row))))
      throw new RangeError(
        `${where}: ${name}[${row}] has no cell with a value, needed one at least: leave empty lines out, as skipEmptyLines of a parser does`,
      );
}

/** What makes the numbers of a table fewer. */
const fewerOf = (columns: readonly Column[]): string => {
  const [widest] = [...columns].sort((a, b) => widthOf(b) - widthOf(a));
  return widest && widthOf(widest) > 1
    ? `column ${describe(widest.name)} has ${widthOf(widest)} levels; types: { ${describe(widest.name)}: 'ignore' } leaves it out`
    : 'read the rows in blocks, by rowBlocks and streamBatches';
};

/** Rows of a table. */
export const COLUMNS_READER: InputReader<ColumnsInput> = {
  needed: 'rows: an array of records, or a record of columns',
  // x of columns never has bytes.
  isRaw: (value) => isTable(value) || isBytes(value),
  read(where, name, { columns, missing }, raw) {
    const table = tableOf(where, name, raw as Rows);
    assertColumns(where, name, table, columns);
    assertNoEmptyRow(where, oneLine(name), table, missing ?? MISSING_TEXTS);
    const { places, width } = placesOf(columns);
    const read = cellReader(missing);
    assertRoom(where, name, table.count, width, fewerOf(columns));
    const x = new Float32Array(table.count * width);
    for (const { column, from, mask } of places) {
      const cellAt = table.column(column.name);
      for (let row = 0; row < table.count; row++) {
        const place = (): string => `${where}: column ${describe(column.name)} of ${oneLine(name)}[${row}]`;
        const at = row * width + from;
        const given = cellAt(row);
        const cell = read(given, place);
        if (cell === undefined) {
          if (mask === undefined) x[at] = meanOf(column);
          continue;
        }
        const needed = put(x, at, column, cell, given);
        if (needed === undefined) {
          if (mask !== undefined) x[row * width + mask] = 1;
        } else if (column.type === 'levels' || (column.type === 'number' && column.dates))
          throw new RangeError(`${place()} is ${describe(given)}, needed ${needed}`);
        else throw cellError(place(), given, needed, 'write nothing where the value is missing');
      }
    }
    return { x, count: table.count };
  },
};
