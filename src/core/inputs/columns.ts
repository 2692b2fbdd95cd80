/**
 * Rows of a table as numbers.
 *
 *   x = [ values of column 1, values of column 2, …, masks ]
 *
 * A number is standardized, (v − mean) / sd. A level is one-hot. A flag is 0 or 1. A count stays as it is. A masked column has
 * a mask, 1 where its value is known and 0 where it is missing; its values are 0 there.
 */
import {
  isBoolean,
  isFiniteNumber,
  isListOf,
  isRecord,
  isString,
  parse,
  parseRecord,
} from '../../files/json';
import { describe, oneLine } from '../describe';
import { type Cell, cellReader, flagIn, levelIn, numberIn } from './cells';
import type { InputKind } from './input';
import { isTable, type Rows, type Table, tableOf } from './table';

/** What every column has. */
interface ColumnBase {
  /** what the column is called in rows */
  readonly name: string;
  /** whether it has a mask: some of its values were missing in the data */
  readonly masked: boolean;
}

/** A column of measurements; x has (value − mean) / sd. */
export interface NumberColumn extends ColumnBase {
  /** measurements */
  readonly type: 'number';
  /** mean of the known values */
  readonly mean: number;
  /** standard deviation of the known values, above 0 */
  readonly sd: number;
}

/** A column of categories; x has a one in the place of the level. */
export interface LevelsColumn extends ColumnBase {
  /** categories */
  readonly type: 'levels';
  /** what its cells may say, at least two */
  readonly levels: readonly string[];
}

/** A column of true and false; x has 1 and 0. */
export interface FlagColumn extends ColumnBase {
  /** true and false */
  readonly type: 'flag';
  /** share of true among the known values */
  readonly mean: number;
}

/** A column of counts; x has them as they are. */
export interface CountColumn extends ColumnBase {
  /** whole numbers from 0 */
  readonly type: 'count';
  /** mean of the known values, rounded */
  readonly mean: number;
}

/** How one column is read. */
export type Column = NumberColumn | LevelsColumn | FlagColumn | CountColumn;

/** JSON that says how rows are read. */
export interface ColumnsInput {
  /** name of the kind in the registry */
  readonly kind: 'columns';
  /** the columns that are read, in the order of x, numbers first; rows may have others, in any order */
  readonly columns: readonly Column[];
  /** texts that mean a missing value, beside the empty one */
  readonly missing: readonly string[];
}

/** Values of a column in x, its mask apart. */
export const widthOf = (column: Column): number => (column.type === 'levels' ? column.levels.length : 1);

/** Where a column lies in x. */
export interface ColumnPlace {
  readonly column: Column;
  /** its first value */
  readonly from: number;
  /** its mask, where it has one */
  readonly mask?: number;
}

/** Where each column lies in x, and the width of x. */
export function placesOf(columns: readonly Column[]): {
  readonly places: readonly ColumnPlace[];
  readonly width: number;
} {
  let mask = columns.reduce((sum, column) => sum + widthOf(column), 0);
  let from = 0;
  const places = columns.map((column) => {
    const place = { column, from, ...(column.masked && { mask: mask++ }) };
    from += widthOf(column);
    return place;
  });
  return { places, width: mask };
}

/** A count, or what a cell is in place of one. */
const countIn = (cell: Cell): number | undefined => {
  const count = numberIn(cell);
  return count !== undefined && Number.isInteger(count) && count >= 0 ? count : undefined;
};

/** Puts what a known cell says into x from a place on; says what was needed where it cannot. */
const put = (
  x: Float32Array,
  at: number,
  column: Column,
  cell: Exclude<Cell, undefined>,
): string | undefined => {
  if (column.type === 'levels') {
    const level = column.levels.indexOf(levelIn(cell));
    if (level < 0)
      return `one of ${column.levels.slice(0, 12).map(describe).join(', ')}${column.levels.length > 12 ? ', …' : ''}, or nothing where the level is a new one`;
    x[at + level] = 1;
    return undefined;
  }
  if (column.type === 'number') {
    const value = numberIn(cell);
    x[at] = ((value ?? 0) - column.mean) / column.sd;
    return value === undefined || !Number.isFinite(x[at]) ? 'a finite number' : undefined;
  }
  const value = column.type === 'flag' ? flagIn(cell) : countIn(cell);
  x[at] = value ?? 0;
  if (value !== undefined) return undefined;
  return column.type === 'flag' ? 'true or false' : 'a whole number of at least 0';
};

/** What x has for a missing value of a column without a mask: the mean, or no level. */
const meanOf = (column: Column): number =>
  column.type === 'flag' || column.type === 'count' ? column.mean : 0;

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

const parseColumn = (where: string, name: string, value: unknown): Column => {
  const { type } = isRecord(value) ? value : {};
  const own = { number: ['mean', 'sd'], levels: ['levels'], flag: ['mean'], count: ['mean'] } as const;
  if (!isString(type) || !Object.hasOwn(own, type))
    throw new RangeError(
      `${where}: ${name}.type is ${describe(type)}, needed ${Object.keys(own).map(describe).join(' or ')}`,
    );
  const kind = type as Column['type'];
  const entries = parseRecord(where, name, value, ['name', 'type', 'masked', ...own[kind]]);
  const base = {
    name: parse(where, `${name}.name`, entries.name, 'a name', isString),
    masked: parse(where, `${name}.masked`, entries.masked, 'true or false', isBoolean),
  };
  if (kind === 'levels') {
    const levels = parse(where, `${name}.levels`, entries.levels, 'texts', isListOf(isString));
    return { ...base, type: kind, levels };
  }
  const mean = parse(where, `${name}.mean`, entries.mean, 'a number', isFiniteNumber);
  if (kind !== 'number') return { ...base, type: kind, mean };
  const isAbove0 = (sd: unknown): sd is number => isFiniteNumber(sd) && sd > 0;
  return {
    ...base,
    type: kind,
    mean,
    sd: parse(where, `${name}.sd`, entries.sd, 'a number above 0', isAbove0),
  };
};

/** Rows of a table. */
export const COLUMNS: InputKind<ColumnsInput> = {
  needed: 'rows: an array of records, or a record of columns',
  parse(where, spec) {
    const { columns, missing } = parseRecord(where, 'input', spec, ['kind', 'columns', 'missing']);
    const isAny = (value: unknown): value is unknown => value !== undefined;
    const list = parse(where, 'input.columns', columns, 'a list of columns', isListOf(isAny));
    return {
      kind: 'columns',
      columns: list.map((column, i) => parseColumn(where, `input.columns[${i}]`, column)),
      missing: parse(where, 'input.missing', missing, 'texts', isListOf(isString)),
    };
  },
  shapeOf: ({ columns }) => [placesOf(columns).width],
  isRaw: isTable,
  read(where, name, { columns, missing }, raw) {
    const table = tableOf(where, name, raw as Rows);
    assertColumns(where, name, table, columns);
    const { places, width } = placesOf(columns);
    const read = cellReader(missing);
    const x = new Float32Array(table.count * width);
    for (const { column, from, mask } of places) {
      const cellAt = table.column(column.name);
      for (let row = 0; row < table.count; row++) {
        const place = (): string => `${where}: column ${describe(column.name)} of ${oneLine(name)}[${row}]`;
        const at = row * width + from;
        const cell = read(cellAt(row), place);
        if (cell === undefined) {
          if (mask === undefined) x[at] = meanOf(column);
          continue;
        }
        const needed = put(x, at, column, cell);
        if (needed !== undefined)
          throw new RangeError(`${place()} is ${describe(cellAt(row))}, needed ${needed}`);
        if (mask !== undefined) x[row * width + mask] = 1;
      }
    }
    return { x, count: table.count };
  },
};
