/** Tables as parsers and data frames give them, read cell by cell. */
import { isRecord, isString } from '../../files/json';
import { describe, oneLine } from '../describe';
import { awaitHint } from '../hints';
import { arrayKind } from '../typedArrays';

/** A column: an array, a typed array, or anything else that gives its cells in turn, such as a vector of Apache Arrow. */
export type TableColumn = ArrayLike<unknown> | Iterable<unknown>;

/** Rows as records of cells by column, or columns by name. A table of Apache Arrow is one as it stands. */
export type Rows = readonly object[] | Readonly<Record<string, TableColumn>> | ArrowTable;

/** What is read of a table of Apache Arrow. */
export interface ArrowTable {
  /** its fields in order */
  readonly schema: {
    /** the columns */
    readonly fields: readonly {
      /** name of a column */
      readonly name: unknown;
    }[];
  };
  /** the column of a name */
  getChild(name: string): TableColumn | null;
}

/** A table, whatever it was given as. */
export interface Table {
  /** names of the columns, in their order */
  readonly names: readonly string[];
  /** number of rows */
  readonly count: number;
  /** the cells of a column by row; undefined where a row has none */
  column(name: string): (row: number) => unknown;
}

const isArrow = (value: object): value is ArrowTable =>
  'schema' in value && 'getChild' in value && typeof value.getChild === 'function';

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && arrayKind(value) === undefined;

/** What is a record too, and no table: a tensor, a data set, a promise. */
const isOther = (value: object): boolean =>
  'dtype' in value || 'then' in value || ('x' in value && 'shape' in value);

/** Whether a value looks like a table: an array is one of rows, whatever it holds. */
export const isTable = (value: unknown): value is Rows =>
  Array.isArray(value) || (isRecord(value) && arrayKind(value) === undefined && !isOther(value));

const ofRows = (where: string, name: string, rows: readonly object[]): Table => {
  const names = new Set<string>();
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (!isObject(row))
      throw new TypeError(
        `${where}: ${name}[${i}] is ${describe(row)}, needed a record of cells by column, such as { length: 39.1, island: "Dream" }`,
      );
    for (const key of Object.keys(row)) names.add(key);
  }
  return {
    names: [...names],
    count: rows.length,
    column: (key) => (i) => {
      const row = rows[i] as Readonly<Record<string, unknown>>;
      return Object.hasOwn(row, key) ? row[key] : undefined;
    },
  };
};

/** The cells of a column as an array. */
const cellsOf = (where: string, name: string, column: unknown): ArrayLike<unknown> => {
  if (Array.isArray(column) || arrayKind(column)) return column as ArrayLike<unknown>;
  if (typeof column === 'object' && column !== null && Symbol.iterator in column)
    return Array.from(column as Iterable<unknown>);
  throw new TypeError(
    `${where}: ${oneLine(name)} is ${describe(column)}, needed a list of cells; one row alone is a list of one record, [row]`,
  );
};

const ofColumns = (where: string, name: string, columns: readonly (readonly [string, unknown])[]): Table => {
  const cells = new Map(columns.map(([key, column]) => [key, cellsOf(where, `${name}.${key}`, column)]));
  const [first, ...others] = [...cells];
  const count = first?.[1].length ?? 0;
  const other = others.find(([, { length }]) => length !== count);
  if (other)
    throw new RangeError(
      `${where}: ${name} has ${other[1].length} cells in column ${describe(other[0])} and ${count} in ${describe(first?.[0])}, needed the same number`,
    );
  return {
    names: [...cells.keys()],
    count,
    column: (key) => (i) => cells.get(key)?.[i],
  };
};

/**
 * A table by its columns.
 *
 * @param where name of the calling function, for messages
 * @param name the argument
 * @param given an array of records, a record of columns, or a table of Apache Arrow
 * @throws TypeError or RangeError naming what is neither
 */
export function tableOf(where: string, name: string, given: unknown): Table {
  if (Array.isArray(given)) return ofRows(where, name, given);
  if (!isTable(given) || isString(given))
    throw new TypeError(
      `${where}: ${name} is ${describe(given)}, needed an array of records, or a record of columns, as parsers of tables give them${awaitHint(given)}`,
    );
  if (isArrow(given)) {
    const names = given.schema.fields.map((field) => String(field.name));
    const twice = names.find((key, i) => names.indexOf(key) < i);
    if (twice !== undefined)
      throw new RangeError(
        `${where}: ${name} has column ${describe(twice)} twice, needed each name once: rename one in the table`,
      );
    return ofColumns(
      where,
      name,
      names.map((key) => [key, given.getChild(key)] as const),
    );
  }
  return ofColumns(where, name, Object.entries(given));
}
