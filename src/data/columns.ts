/** Rows of a table as a data set. */
import { plainOf } from '../core/assert';
import { describe, oneLine } from '../core/describe';
import { type Cell, cellReader, dateIn, isDate, MISSING_TEXTS } from '../core/inputs/cells';
import type { Column, ColumnsInput } from '../core/inputs/columns';
import { assertNoEmptyRow } from '../core/inputs/columnsReader';
import type { InputSpec } from '../core/inputs/registry';
import { type Rows, type Table, tableOf } from '../core/inputs/table';
import { isUnknown } from '../core/labels';
import { checked, optional, readOptions, text, texts } from '../core/options';
import { isListOf, isString } from '../files/json';
import type { ClassLabels } from './classLabels';
import { COLUMN_TYPES, type ColumnType, findColumn } from './columnTypes';
import { assertFittedAlone, inputRule, type OwnDataset, ownDataset } from './ownData';

/** How rows are read. */
export interface ColumnsOptions {
  /**
   * the column of the classes: texts, numbers, true and false. Nothing and −1 mean that a class is not known; a list of names
   * is a coarse label. Default: no class is known
   */
  readonly label?: string;
  /** the column of how much each row counts, numbers of at least 0; default 1 each */
  readonly weight?: string;
  /**
   * what columns hold, by name, where their cells do not tell: `'number'` (measurements), `'levels'` (categories), `'flag'`
   * (true and false), `'count'` (whole numbers from 0), or `'ignore'`
   */
  readonly types?: Readonly<Record<string, ColumnType>>;
  /** texts and numbers that mean a missing value, beside the empty text; default `NA`, `N/A`, `n/a`, `#N/A`, `<NA>`, `NaN`, `nan`, `null`, `NULL` and `None` */
  readonly missing?: readonly (string | number)[];
  /** the classes in their order, classes that no row names among them; default those of the label column, sorted */
  readonly classNames?: readonly string[];
  /** what the set is called in tables and messages; default `columns` */
  readonly name?: string;
  /**
   * how another data set or a model reads its rows, `input` of either: these are then read in the same way. Default: it is
   * fitted to these
   */
  readonly input?: InputSpec;
}

const assertTypes = (where: string, name: string, types: unknown): void => {
  for (const [column, type] of Object.entries(plainOf(where, types as object, name)))
    if (!COLUMN_TYPES.includes(type as ColumnType))
      throw new RangeError(
        `${where}: ${name}.${oneLine(column)} is ${describe(type)}, needed one of ${COLUMN_TYPES.map(describe).join(', ')}`,
      );
};

const assertMissing = (where: string, name: string, missing: unknown): void => {
  if (!isListOf((value): value is string | number => isString(value) || typeof value === 'number')(missing))
    throw new TypeError(`${where}: ${name} is ${describe(missing)}, needed an array of texts and numbers`);
};

/** Refuses a column that the table does not have. */
const assertColumn = (option: string, column: string, { names }: Table): void => {
  if (!names.includes(column))
    throw new RangeError(
      `columns: ${option} is ${describe(column)}, needed one of the columns ${names.slice(0, 12).map(describe).join(', ')}${names.length > 12 ? ', …' : ''}`,
    );
};

/** All cells of a column. */
const cellsOf = (table: Table, name: string): unknown[] => {
  const at = table.column(name);
  return Array.from({ length: table.count }, (_, row) => at(row));
};

/**
 * The cells of a column of dates, or of texts of ISO 8601 for them, in milliseconds; nothing where it is another. A column of
 * `Date` objects and other values is refused, as programs take 3-4 for a date; so is one of texts that `types` measures.
 */
function timesOf(
  name: string,
  given: readonly unknown[],
  cells: readonly Cell[],
  type: ColumnType | undefined,
): readonly Cell[] | undefined {
  const times = given.map((cell, row) => (cells[row] === undefined ? undefined : dateIn(cell)));
  const known = given.filter((_, row) => cells[row] !== undefined);
  const dates = times.filter((time) => time !== undefined).length;
  if (dates === known.length)
    return dates > 0 && (type === undefined || type === 'number') ? times : undefined;
  const isDated = dates > known.length / 2;
  if (!known.some(isDate) && !(isDated && type === 'number')) return undefined;
  const row = cells.findIndex((cell, i) => cell !== undefined && (times[i] !== undefined) !== isDated);
  throw new RangeError(
    `columns: column ${describe(name)} of rows[${row}] is ${describe(given[row])}, needed ${isDated ? 'a date' : 'no date'}, as most cells of the column are; write it as the others, or leave it out`,
  );
}

/** How the columns are read, and why others are not. */
function findColumns(
  table: Table,
  names: readonly string[],
  types: Readonly<Record<string, ColumnType>>,
  missing: readonly string[],
): { readonly input: ColumnsInput; readonly notes: readonly string[] } {
  const read = cellReader(missing);
  const columns: Column[] = [];
  const notes: string[] = [];
  for (const name of names) {
    const given = cellsOf(table, name);
    const cells: Cell[] = [];
    for (const [row, cell] of given.entries())
      cells.push(read(cell, () => `columns: column ${describe(name)} of rows[${row}]`));
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    const times = timesOf(name, given, cells, type);
    const { column, note } = findColumn(
      { where: 'columns', name, cells: times ?? cells, dates: times !== undefined },
      type,
    );
    if (note) notes.push(note);
    if (column) columns.push(column);
  }
  // Columns of a type lie side by side: they are one block of the likelihood.
  const order = COLUMN_TYPES as readonly string[];
  columns.sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
  if (columns.length > 0) return { input: { kind: 'columns', columns, missing: [...missing] }, notes };
  throw new RangeError(
    `columns: rows have no column to learn from, needed at least one${notes.length > 0 ? `; ${notes.slice(0, 3).join('; ')}` : ''}`.slice(
      0,
      590,
    ),
  );
}

/** A note on the first column that has values where the class is known, and nowhere else: it may come with the label. */
function notesOnLabelColumns(
  table: Table,
  { columns, missing }: ColumnsInput,
  { y, classes }: Pick<OwnDataset, 'y' | 'classes'>,
): readonly string[] {
  const read = cellReader(missing);
  const isKnown = Array.from(y, (label) => !isUnknown(label, classes));
  if (isKnown.every((known) => known) || !isKnown.some((known) => known)) return [];
  const found = columns.find(({ name }) => {
    const at = table.column(name);
    return isKnown.every((known, row) => (read(at(row), () => `columns: ${name}`) !== undefined) === known);
  });
  return found === undefined
    ? []
    : [
        `column ${describe(found.name)} has values where the class is known, and nowhere else: leave it out where it comes with the label`,
      ];
}

/** Weights of rows, as numbers. */
const weightsOf = (table: Table, name: string): number[] =>
  cellsOf(table, name).map((cell) =>
    typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : (cell as number),
  );

/**
 * A data set of the rows of a table, as parsers of CSV and Parquet, data frames and databases give them.
 *
 *   number: (v − mean) / sd      levels: one-hot      flag: 0 or 1      count: as it is
 *
 * A number may be a text, a 64-bit integer or a date. A date is a `Date` or a text such as 2024-01-05 or 2024-01-05T10:30Z, in
 * UTC where the text names no zone. A column with missing values gets a mask, 1 where a value is known; a
 * missing value is 0 and is not imputed, and the likelihood leaves it out. Columns that say nothing are left out, and
 * `notes` of the data set says which, why, and how to keep them: constant columns, free text, and identifiers, which are
 * different integers that count up by one or are called id, and texts that differ in every row. The data set also has a
 * likelihood that fits its columns; where a count is above 50, encoder and classifier see log(1 + x) of counts.
 *
 * A model made for the data set keeps how columns are read, so that `predict(model, newRows)` takes rows as these are. Their
 * columns may be in any order; a missing one is refused, as is a level that the data did not have. A missing value in a
 * column that had none is read as the mean.
 *
 * @param rows an array of records, a record of columns, or a table of Apache Arrow
 * @param options which column holds the labels; types of columns, texts that mean a missing value
 * @returns a data set with `input`, `likelihood` and `notes`
 * @throws TypeError or RangeError when a column is missing, a cell is of another type than its column, no class is known, or no
 *   column is left
 * @example columns([{ size: '1', kind: 'a' }, { size: '3', kind: '' }], { label: 'kind' }).x // [-1, 1]
 */
export function columns(rows: Rows, options: ColumnsOptions = {}): OwnDataset {
  const {
    label,
    weight,
    types,
    missing: absent,
    classNames,
    name,
    input,
  } = readOptions('columns', options, {
    label: optional(text()),
    weight: optional(text()),
    types: optional(checked<Readonly<Record<string, ColumnType>>>(assertTypes)),
    missing: optional(checked<readonly (string | number)[]>(assertMissing)),
    classNames: optional(texts()),
    name: text('columns'),
    input: inputRule('columns'),
  });
  const missing = absent?.map(String);
  const table = tableOf('columns', 'rows', rows);
  if (table.count === 0) throw new RangeError('columns: rows are empty, needed at least one');
  if (label !== undefined) assertColumn('label', label, table);
  if (weight !== undefined) assertColumn('weight', weight, table);
  if (label !== undefined && label === weight)
    throw new RangeError(
      `columns: label and weight are ${describe(label)}, needed two columns: a column holds classes or weights`,
    );
  assertFittedAlone('columns', options, ['types', 'missing']);
  for (const [column, type] of Object.entries(types ?? {})) {
    assertColumn(`types names a column, and`, column, table);
    if (column === label || column === weight)
      throw new RangeError(
        `columns: types[${describe(column)}] is ${describe(type)}, needed types of inputs alone: the column holds the ${column === label ? 'labels' : 'weights'}`,
      );
  }
  const twice = input?.columns.find(({ name }) => name === label || name === weight)?.name;
  if (twice !== undefined)
    throw new RangeError(
      `columns: ${twice === label ? 'label' : 'weight'} is ${describe(twice)}, which input reads as an input too: leave it out where the columns are read first, types: { ${describe(twice)}: "ignore" }`,
    );
  if (!input) assertNoEmptyRow('columns', 'rows', table, missing ?? MISSING_TEXTS);
  const read = table.names.filter((column) => column !== label && column !== weight);
  const found = input
    ? { input, notes: [] }
    : findColumns(table, read, types ?? {}, missing ?? MISSING_TEXTS);
  const dataset = ownDataset({
    where: 'columns',
    argument: 'rows',
    raw: rows,
    input: found.input,
    notes: found.notes,
    ...(label !== undefined && {
      labels: cellsOf(table, label) as unknown as ClassLabels,
      labelsName: `column ${describe(label)}`,
    }),
    missing: found.input.missing,
    classNames,
    weight: weight === undefined ? undefined : weightsOf(table, weight),
    name,
  });
  const notes = label === undefined || input ? [] : notesOnLabelColumns(table, found.input, dataset);
  return { ...dataset, notes: [...dataset.notes, ...notes] };
}
