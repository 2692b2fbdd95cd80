/**
 * Rows of a table as numbers: which columns x has, and where.
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
import { describe } from '../describe';
import type { InputKind } from './input';

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
  /** whether its cells are dates, as their milliseconds since 1970; default false */
  readonly dates?: boolean;
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

/** Place of a column in x. */
export interface ColumnPlace {
  readonly column: Column;
  /** its first value */
  readonly from: number;
  /** its mask, where it has one */
  readonly mask?: number;
}

/** Place of each column in x, and the width of x. */
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

const parseColumn = (where: string, name: string, value: unknown): Column => {
  const { type } = isRecord(value) ? value : {};
  const own = {
    number: ['mean', 'sd', 'dates'],
    levels: ['levels'],
    flag: ['mean'],
    count: ['mean'],
  } as const;
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
    ...(entries.dates !== undefined && {
      dates: parse(where, `${name}.dates`, entries.dates, 'true or false', isBoolean),
    }),
  };
};

/** The specification of rows of a table. */
export const COLUMNS: InputKind<ColumnsInput> = {
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
};
