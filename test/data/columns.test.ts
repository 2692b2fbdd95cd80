import { readFileSync } from 'node:fs';
import * as arrow from 'apache-arrow';
import { csvParse } from 'd3-dsv';
import Papa from 'papaparse';
import { describe, expect, it, vi } from 'vitest';
import { indexOfName, indicesOfNames } from '../../src/core/classNames';
import { dateIn } from '../../src/core/inputs/cells';
import type { ColumnsInput } from '../../src/core/inputs/columns';
import type { Rows } from '../../src/core/inputs/table';
import { createNoise } from '../../src/core/noise';
import { columns } from '../../src/data/columns';
import { countLabels } from '../../src/data/countLabels';
import type { Dataset } from '../../src/data/dataset';
import { subset } from '../../src/data/gather';
import { vectors } from '../../src/data/vectors';

const CSV = readFileSync('examples/penguins.csv', 'utf8');
const papa = (): Record<string, string>[] =>
  Papa.parse<Record<string, string>>(CSV, { header: true, skipEmptyLines: true }).data;
const LENGTHS = ['bill_length_mm', 'bill_depth_mm', 'flipper_length_mm', 'body_mass_g'];

const inputOf = ({ input }: Dataset): ColumnsInput => input as ColumnsInput;
const typesOf = (dataset: Dataset): Record<string, string> =>
  Object.fromEntries(inputOf(dataset).columns.map(({ name, type }) => [name, type]));

describe('columns reads what parsers of tables give', () => {
  const expected = columns(papa(), { label: 'species' });
  const numbers = papa().map((row) => LENGTHS.map((name) => Number(row[name])));

  it('texts of papaparse become standardized numbers and class names', () => {
    const { count, shape, classNames, notes } = expected;
    expect({ count, shape, classNames, notes }).toEqual({
      count: numbers.length,
      shape: [4],
      classNames: ['Adelie', 'Chinstrap', 'Gentoo'],
      notes: [],
    });
    for (const d of LENGTHS.keys()) {
      const column = numbers.map((row) => row[d] as number);
      const mean = column.reduce((a, b) => a + b) / count;
      const sd = Math.sqrt(column.reduce((a, b) => a + (b - mean) ** 2, 0) / count);
      for (const n of [0, 100, count - 1])
        expect(expected.x[4 * n + d]).toBeCloseTo(((column[n] as number) - mean) / sd, 5);
    }
  });

  const species = papa().map((row) => row.species as string);
  it.each<[string, () => Rows]>([
    ['rows of d3-dsv', () => csvParse<string>(CSV)],
    ['a table of Apache Arrow', () => arrow.tableFromArrays(columnsOf()) as unknown as Rows],
    ['vectors of Apache Arrow', () => vectorsOf()],
    ['rows of a table of Apache Arrow', () => arrow.tableFromArrays(columnsOf()).toArray()],
    ['typed arrays by column', () => columnsOf()],
    ['rows of numbers', () => numbers.map((row, n) => ({ species: species[n], ...named(row) }))],
    [
      'rows of 64-bit integers, as databases give',
      () => papa().map((row) => ({ ...row, body_mass_g: BigInt(row.body_mass_g as string) })),
    ],
  ])('%s give the same data set', (_, rows) => {
    const { x, y, classNames } = columns(rows(), { label: 'species' });
    expect({ y, classNames }).toEqual({ y: expected.y, classNames: expected.classNames });
    expect(Array.from(x)).toEqual(Array.from(expected.x, (value) => expect.closeTo(value, 4)));
  });

  function named(row: readonly number[]): Record<string, number> {
    return Object.fromEntries(LENGTHS.map((name, d) => [name, row[d] as number]));
  }
  function columnsOf() {
    const measures = LENGTHS.map((name, d) => [name, Float64Array.from(numbers, (row) => row[d] as number)]);
    return { species, ...(Object.fromEntries(measures) as Record<string, Float64Array>) };
  }
  function vectorsOf(): Rows {
    const table = arrow.tableFromArrays(columnsOf());
    return Object.fromEntries(
      ['species', ...LENGTHS].map((name) => [
        name,
        table.getChild(name as 'species') as unknown as Iterable<unknown>,
      ]),
    );
  }
});

describe('a column', () => {
  /** 24 rows of one column beside a number. */
  const withCells = (cells: (row: number) => unknown, options = {}): Dataset =>
    columns(
      Array.from({ length: 24 }, (_, row) => ({ size: (row * 7) % 24, cell: cells(row) })),
      { types: { size: 'number' }, ...options },
    );

  it.each<[string, (row: number) => unknown, string]>([
    ['numbers', (row) => row / 3, 'number'],
    ['numbers that are spelled in two ways', (row) => (row % 2 ? '5' : row % 4 ? '5.0' : '6'), 'number'],
    ['whole numbers that repeat', (row) => row % 5, 'number'],
    ['numbers as texts', (row) => ` ${row % 5}.50 `, 'number'],
    ['texts with three decimals each', (row) => `${1 + (row % 5)}.${100 + row}`, 'number'],
    ['whole numbers and some with decimals', (row) => (row % 3 ? String(row) : `${row}.25`), 'number'],
    ['numbers that are no texts', (row) => (row % 2 ? 1.125 : row), 'number'],
    ['dates', (row) => new Date(2020, 0, 1 + (row % 9)), 'number'],
    ['texts of dates', (row) => `2020-01-0${1 + (row % 9)}`, 'number'],
    ['two texts of dates', (row) => `2020-01-0${1 + (row % 2)}`, 'number'],
    ['texts of times', (row) => (row ? `2020-01-01 10:${10 + row}` : ''), 'number'],
    ['texts of days that no month has', (row) => `2020-02-3${row % 2}`, 'levels'],
    ['texts of dates and others', (row) => (row % 2 ? '2020-01-01' : 'soon'), 'levels'],
    ['true and false', (row) => row % 2 === 0, 'flag'],
    ['0 and 1', (row) => String(row % 2), 'flag'],
    ['texts', (row) => ['Biscoe', 'Dream', 'Torgersen'][row % 3], 'levels'],
    ['doses', (row) => `${5 + 5 * (row % 3)} mg`, 'levels'],
    ['codes', (row) => `${row % 12}${'ABC'[row % 3]}`, 'levels'],
  ])('of %s', (_, cells, type) => {
    expect(typesOf(withCells(cells))).toEqual({ size: 'number', cell: type });
  });

  it.each<[string, (row: number) => unknown, string]>([
    ['that says the same everywhere', () => 'x', 'it says "x" in every row'],
    ['that spells one number in two ways', (row) => (row % 2 ? '5' : '5.0'), 'it says 5 in every row'],
    ['that spells one fraction in two ways', (row) => (row % 2 ? '0.1' : '0.10'), 'it says 0.1 in every row'],
    ['that rounds one number in two ways', (row) => (row % 2 ? 0.1 + 0.2 : 0.3), 'it says 0.3 in every row'],
    ['that spells one truth in two ways', (row) => (row % 2 ? 'true' : 1), 'it says 1 in every row'],
    ['of one date', () => '2024-01-05', 'it says 2024-01-05T00:00:00.000Z in every row'],
    ['without a value', () => null, 'it has no value'],
    [
      'of identifiers',
      (row) => `id-${row}`,
      'it has another text in every row, as an identifier has; types: { "cell": "levels" } keeps it',
    ],
    [
      'of row numbers',
      (row) => row + 1,
      'it numbers the rows, as an identifier does; types: { "cell": "number" } keeps it',
    ],
    [
      'of free text',
      (row) => `a long remark on penguin ${row % 9}`,
      'it holds texts of 6 words: text(…) reads such; types: { "cell": "levels" } keeps it',
    ],
    ...(
      [
        (row) => `${row},5`,
        (row) => (row % 3 ? `${10 + (row % 4)},5` : String(row % 5)),
        (row) => (row % 7 ? row / 4 : `${row},75`),
        (row) => `${1 + row},${200 + row}.5`,
        (row) => `-1.${200 + row},25`,
        (row) => (1000 + 100 * row).toLocaleString('fr-FR'),
        (row) => `1’${200 + row}`,
      ] satisfies ((row: number) => unknown)[]
    ).map((cells): [string, (row: number) => unknown, string] => [
      `of numbers such as ${cells(14)} and ${cells(15)}`,
      cells,
      'it holds numbers with separators: write points for decimal commas, and nothing between thousands',
    ]),
    ...(
      ['18.5 mm', '7%', '$12', '1,5 €', '3 km/h', '9 mg/dl', '4m²', '2 sq ft', '5"', 'USD 8', '<6'] as const
    ).map((text): [string, (row: number) => unknown, string] => [
      `of numbers such as ${text}`,
      (row) => text.replace(/\d+/, String(row % 13)),
      `it holds numbers with ${JSON.stringify(text.replace(/^[\d.,]+ ?| ?[\d.,]+$/g, ''))}: write the numbers alone; types: { "cell": "levels" } keeps it`,
    ]),
    [
      'of points between thousands',
      (row) => (row % 2 ? `1.${200 + row}` : String(900 + row)),
      'it holds 900 and 1.201, as numbers with points between thousands: write nothing between thousands; types: { "cell": "number" } keeps it',
    ],
  ])('%s is left out with a note', (_, cells, note) => {
    const { notes, shape } = withCells(cells);
    expect({ notes, shape }).toEqual({ notes: [`column "cell" is left out: ${note}`], shape: [1] });
  });

  it('takes no time for cells of many digits', () => {
    const digits = '1'.repeat(1e6);
    const start = performance.now();
    expect(() =>
      withCells((row) => (row === 3 ? `${digits}x` : row * row), { types: { cell: 'number' } }),
    ).toThrow('column "cell" of rows[3]');
    withCells((row) => `${digits.slice(row)}x`);
    // A tenth of a million digits took minutes where a run of digits can be divided in many ways.
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it('says which categories are numbers with a unit', () => {
    const { notes } = withCells((row) => `${160 + 5 * (row % 8)} cm`);
    expect(notes).toEqual([
      'column "cell" is read as categories: it holds numbers with "cm": write the numbers alone where they are measurements; types: { "cell": "levels" } says that they are categories',
    ]);
    expect(
      withCells((row) => `${160 + 5 * (row % 8)} cm`, { types: { size: 'number', cell: 'levels' } }).notes,
    ).toEqual([]);
  });

  it('names the text among numbers', () => {
    const cells = (row: number): unknown => (row % 2 ? '-' : String(row * 1.5));
    expect(withCells(cells).notes).toEqual([
      'column "cell" is read as categories: it holds 12 different numbers beside "-": missing: ["-"] takes that for a missing value where they are measurements; types: { "cell": "levels" } says that they are categories',
    ]);
    expect(withCells(cells, { missing: ['-'] } as never).notes).toEqual([]);
    expect(withCells((row) => ['A', '1', 'A', '2'][row % 4]).notes).toEqual([]);
  });

  const noise = createNoise(5);
  const order = noise.permutation(24);
  const street = noise.permutation(40);
  it.each<[string, string, (row: number) => unknown]>([
    ['populations', 'population', (row) => 1000 + ((row * 7919) % 9973)],
    ['whole prices that lie close together', 'price', (row) => 100 + 2 * (order[row] as number)],
    ['house numbers', 'house_number', (row) => 1 + (street[row] as number)],
    ['a year in each row', 'year', (row) => 1960 + row],
    ['seconds since 1970', 'timestamp', (row) => String(1_700_000_000 + row)],
    ['dates', 'opened', (row) => new Date(2020, 0, 1 + row)],
    ['an index of prices', 'price_index', (row) => 90 + 3 * (order[row] as number)],
    ...['bid', 'acid', 'paid', 'fluid', 'covid', 'covid_grid', 'BID'].map(
      (name): [string, string, (row: number) => unknown] => [
        `whole numbers that are called ${name}`,
        name,
        (row) => 17 * (order[row] as number),
      ],
    ),
    ['measurements that count up by one in part', 'width', (row) => (row === 23 ? 40 : row)],
    ['measurements that count up by one with halves', 'length', (row) => row / 2],
  ])('of %s is measured, though no value repeats', (_, name, cells) => {
    const rows = Array.from({ length: 24 }, (_, row) => ({ [name]: cells(row) }));
    const { notes, input } = columns(rows);
    expect({ notes, types: typesOf({ input } as Dataset) }).toEqual({
      notes: [],
      types: { [name]: 'number' },
    });
  });

  it.each<[string, string, (row: number) => unknown, string]>([
    ['shuffled row numbers', 'n', (row) => order[row], 'number'],
    ['numbers of customers that begin late', 'customer', (row) => BigInt(5001 + row), 'number'],
    [
      'numbers with gaps that are called so',
      'customer_id',
      (row) => String(17 * (order[row] as number)),
      'number',
    ],
    ...['customerId', 'customerID', 'Customer_ID', 'ID', 'Index'].map(
      (name): [string, string, (row: number) => unknown, string] => [
        `such that are called ${name}`,
        name,
        (row) => 17 * (order[row] as number),
        'number',
      ],
    ),
    ['UUIDs', 'key', (row) => `3f2b8c1e-9d4a-4c6b-8e1f-${String(row).padStart(12, '0')}`, 'levels'],
  ])('of %s is left out as an identifier, and types keeps it', (_, name, cells, keeps) => {
    const rows = Array.from({ length: 24 }, (_, row) => ({ size: row / 3, [name]: cells(row) }));
    const { notes, shape } = columns(rows);
    expect(shape).toEqual([1]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(
      new RegExp(
        `^column "${name}" is left out: .* an identifier .*; types: { "${name}": "${keeps}" } keeps it$`,
      ),
    );
    const kept = columns(rows, { types: { [name]: keeps as 'number' } });
    expect({ notes: kept.notes, type: typesOf(kept)[name] }).toEqual({ notes: [], type: keeps });
  });

  it('of labels or weights has no type', () => {
    const rows = Array.from({ length: 24 }, (_, row) => ({ size: row % 7, kind: row % 2, times: 1 }));
    const given = { label: 'kind', weight: 'times' };
    expect(() => columns(rows, { ...given, types: { kind: 'number' } })).toThrow(
      new RangeError(
        'columns: types["kind"] is "number", needed types of inputs alone: the column holds the labels',
      ),
    );
    expect(() => columns(rows, { ...given, types: { times: 'count' } })).toThrow(
      'columns: types["times"] is "count", needed types of inputs alone: the column holds the weights',
    );
    expect(columns(rows, { ...given, types: { size: 'count' } }).classes).toBe(2);
  });

  it('is what types says', () => {
    const types = (type: string): Dataset =>
      withCells((row) => row % 4, { types: { size: 'ignore', cell: type } });
    expect(typesOf(types('count'))).toEqual({ cell: 'count' });
    expect(Array.from(types('count').x.slice(0, 5))).toEqual([0, 1, 2, 3, 0]);
    expect(types('levels').shape).toEqual([4]);
    expect(types('levels').notes).toEqual(['column "size" is left out, as types says']);
  });

  it('with missing values has a mask behind all values, and 0 in their place', () => {
    const dataset = columns(
      [
        { size: '1', island: 'a', sure: true },
        { size: 'NA', island: 'b', sure: false },
        { size: '3', island: '', sure: null },
      ],
      {},
    );
    expect(inputOf(dataset).columns.map(({ masked }) => masked)).toEqual([true, true, true]);
    expect(Array.from(dataset.x)).toEqual([
      ...[-1, 1, 1, 0, 1, 1, 1],
      ...[0, 0, 0, 1, 0, 1, 1],
      ...[1, 0, 0, 0, 1, 0, 0],
    ]);
  });

  it.each<[string, string]>([
    ['18,7', 'write points for decimal commas, and nothing between thousands'],
    ['18.7 mm', 'write the number alone'],
  ])('of numbers says how %s is written', (text, advice) => {
    const cells = (row: number) => (row === 7 ? text : row / 3);
    const message = `columns: column "cell" of rows[7] is "${text}", needed a number up to 1e+100, as most cells of the column are; ${advice}; missing: ["${text}"] takes it for a missing value, types: { "cell": "levels" } for a category`;
    expect(() => withCells(cells)).toThrow(new RangeError(message));
    expect(() => withCells(cells, { types: { cell: 'number' } })).toThrow(new RangeError(message));
  });

  it('of constant numbers is left out whatever type is asked for, but for categories', () => {
    const cells = (row: number): unknown => (row % 2 ? '5' : '5.0');
    for (const cell of ['number', 'count'])
      expect(withCells(cells, { types: { size: 'number', cell } }).shape).toEqual([1]);
    expect(withCells(cells, { types: { size: 'number', cell: 'levels' } }).shape).toEqual([3]);
  });

  it('of many equal numbers is left out, though their mean is rounded', () => {
    const b = new Float64Array(200_000).map((_, i) => (i % 2 ? 0.3 : 0.1 + 0.2));
    const { notes } = columns({ a: b.map((_, i) => i % 7), b });
    expect(notes).toEqual(['column "b" is left out: it says 0.30000000000000004 in every row']);
  });

  it('of numbers refuses another cell by its row, and says two ways out', () => {
    expect(() => withCells((row) => (row === 7 ? 'n.a.' : row / 3))).toThrow(
      new RangeError(
        'columns: column "cell" of rows[7] is "n.a.", needed a number up to 1e+100, as most cells of the column are; missing: ["n.a."] takes it for a missing value, types: { "cell": "levels" } for a category',
      ),
    );
    expect(typesOf(withCells((row) => (row === 7 ? 'n.a.' : row / 3), { missing: ['n.a.'] })).cell).toBe(
      'number',
    );
  });
});

describe('labels', () => {
  const labeled = (label: unknown, options = {}): Dataset =>
    columns(
      Array.from({ length: 6 }, (_, row) => ({
        size: row / 3,
        label: Array.isArray(label) ? label[row] : label,
      })),
      { label: 'label', ...options },
    );

  it('nothing, an empty text, NaN and −1 are all unknown, in any type', () => {
    for (const unknown of [null, undefined, '', ' ', Number.NaN, -1, '-1', -1n, 'NA']) {
      const { y, classNames } = labeled(['b', 'a', unknown, 'b', unknown, 'b']);
      expect({ y: Array.from(y), classNames }).toEqual({ y: [1, 0, 255, 1, 255, 1], classNames: ['a', 'b'] });
    }
  });

  it('are counted by countLabels, in parts of the data set too', () => {
    const dataset = labeled(['b', 'a', null, 'b', ['a', 'b'], ['a', 'b', 'c']], {
      classNames: ['a', 'b', 'c'],
    });
    expect(countLabels(dataset)).toEqual({
      labeled: 3,
      coarse: 1,
      unlabeled: 2,
      byClass: { a: 1, b: 2, c: 0 },
    });
    expect(countLabels(subset(dataset, [0, 2])).byClass).toEqual({ a: 0, b: 1, c: 0 });
  });

  it('that are numbers are ordered by size, and true and false are classes', () => {
    expect(labeled([10, 9, '2', 10, 9, 2]).classNames).toEqual(['2', '9', '10']);
    expect(labeled([true, false, null, true, true, true]).classNames).toEqual(['false', 'true']);
  });

  it('lists of names are sets of classes', () => {
    const { allowed, y } = labeled([['a', 'b'], 'c', null, ['c'], [], 'a']);
    expect(Array.from(allowed as Uint8Array)).toEqual([1, 1, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 0, 0]);
    expect(Array.from(y)).toEqual([255, 2, 255, 2, 255, 0]);
  });

  it('are unknown where databases and spreadsheets say so, and a class that is called unknown has a note', () => {
    for (const text of ['NULL', 'None', 'N/A', 'n/a', '<NA>', '#N/A']) {
      const { y, notes } = labeled(['a', 'b', text, 'a', text, 'b']);
      expect(Array.from(y)).toEqual([0, 1, 255, 0, 255, 1]);
      expect(notes).toContain(
        `a label ${JSON.stringify(text)} is read as unknown: where it is a class, classNames names it`,
      );
    }
    for (const text of [
      '?',
      '-',
      '\\N',
      'Unknown',
      'missing',
      'N.A.',
      '(null)',
      '#NULL!',
      '(blank)',
      'n/d',
      '-99',
    ])
      expect(labeled(['a', 'b', text, 'a', text, 'b']).notes).toContain(
        `a class is called ${JSON.stringify(text)}: where it means that the class is not known, write nothing in its place`,
      );
    expect(labeled(['a', 'b', '?', 'a', 'b', 'b'], { classNames: ['?', 'a', 'b'] }).notes).toEqual([]);
    for (const name of ['99', 'C++', 'nora', 'Na+', 'ND'])
      expect(labeled(['a', 'b', name, 'a', name, 'b']).notes).toEqual([]);
  });

  it('that differ only in their case have a note', () => {
    const note = 'classes "Cat" and "cat" differ only in their case';
    expect(labeled(['cat', 'dog', 'Cat', 'dog', '', 'cat']).notes).toEqual([note]);
    expect(labeled(['cat', 'Cat', ''], { classNames: ['cat', 'Cat'] }).notes).toEqual([]);
  });

  it('that are one number have a note', () => {
    const note = 'classes "1" and "1.0" are one number: write it in one way where they are one class';
    expect(labeled(['1', '2', '1.0', '2', '', '1']).notes).toEqual([note]);
    expect(labeled(['1', '1.0', ''], { classNames: ['1', '1.0'] }).notes).toEqual([]);
    expect(labeled(['1', '10', '2', 'a', '', '01a']).notes).toEqual([]);
  });

  it('are matched without the spaces around them, in a data set and in an evaluation', () => {
    const names = ['a', ' b '];
    expect(Array.from(labeled([' a', 'b', 'b ', '', ' ', 'a'], { classNames: names }).y)).toEqual([
      0, 1, 1, 255, 255, 0,
    ]);
    expect(indicesOfNames('evaluateClassifier', 'y', [' a', 'b', 'b ', '', ' ', null], names)).toEqual([
      0, 1, 1, -1, -1, -1,
    ]);
    expect(indexOfName(['a', ' a'], ' a')).toBe(1);
  });

  it('and a column that has values where they are known, and nowhere else, have a note', () => {
    const rowsWith = (code: (i: number) => number | string) =>
      Array.from({ length: 12 }, (_, i) => ({ y: i < 6 ? 'ab'[i % 2] : '', code: code(i), size: i * 0.7 }));
    const notesWith = (code: (i: number) => number | string) => columns(rowsWith(code), { label: 'y' }).notes;
    expect(notesWith((i) => (i < 6 ? (i % 2) + 0.5 : ''))).toContain(
      'column "code" has values where the class is known, and nowhere else: leave it out where it comes with the label',
    );
    expect(notesWith((i) => (i < 7 ? (i % 2) + 0.5 : ''))).toEqual([]);
  });

  it('one-hot rows are refused as lists of classes', () => {
    expect(() =>
      vectors(
        { values: Float32Array.of(1, 2, 3, 4, 5, 7), width: 2 },
        {
          labels: [
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ],
        },
      ),
    ).toThrow(
      'vectors: labels[0] names a class twice, needed each possible class once; one-hot rows are for tensorDataset',
    );
  });

  it.each<[string, unknown, object, string]>([
    [
      'none that is known',
      null,
      {},
      'column "label" holds no class that is known, needed at least one; leave it out where there is none',
    ],
    [
      'another name than the classes have',
      'a',
      { classNames: ['b', 'c'] },
      'column "label"[0] is "a", needed one of "b", "c", or nothing where the class is unknown',
    ],
    [
      '255 for a class',
      [0, 255, 0, 255, 0, 255],
      {},
      'column "label" holds 255 and "0" alone, and 255 means unknown; needed two classes, or classNames: ["255", "0"] where 255 is one',
    ],
    [
      '−1 for a class',
      [1, -1, 1, -1, 1, -1],
      {},
      'column "label" holds -1 and "1" alone, and -1 means unknown; needed two classes, or classNames: ["-1", "1"] where -1 is one',
    ],
  ])('refuses %s', (_, label, options, message) => {
    expect(() => labeled(label, options)).toThrow(new RangeError(`columns: ${message}`));
  });

  it('takes −1 for a class where classNames says so', () => {
    expect(Array.from(labeled([1, -1, 1, -1, 1, -1], { classNames: ['-1', '1'] }).y)).toEqual([
      1, 0, 1, 0, 1, 0,
    ]);
  });

  it('refuses measurements', () => {
    const rows = Array.from({ length: 30 }, (_, row) => ({ size: row % 4, price: row / 7 }));
    expect(() => columns(rows, { label: 'price' })).toThrow(
      'columns: column "price" holds 30 different values, needed at most 255 classes, not measurements or identifiers',
    );
  });
});

it('a column that input reads cannot hold labels or weights', () => {
  const rows = Array.from({ length: 8 }, (_, i) => ({
    size: i,
    kind: ['a', 'b'][i % 2],
    times: 1 + (i % 3),
  }));
  const { input } = columns(rows);
  for (const [name, option] of [
    ['kind', 'label'],
    ['times', 'weight'],
  ] as const)
    expect(() => columns(rows, { input, [option]: name })).toThrow(
      new RangeError(
        `columns: ${option} is "${name}", which input reads as an input too: leave it out where the columns are read first, types: { "${name}": "ignore" }`,
      ),
    );
});

it('one column cannot hold labels and weights', () => {
  expect(() => columns([{ a: 1, kind: 1 }], { label: 'kind', weight: 'kind' })).toThrow(
    new RangeError(
      'columns: label and weight are "kind", needed two columns: a column holds classes or weights',
    ),
  );
});

it('a column of weights counts each row, and is not an input', () => {
  const { weight, shape } = columns(
    [
      { a: 1, w: '2', kind: 'x' },
      { a: 3, w: 0.5, kind: 'y' },
    ],
    { label: 'kind', weight: 'w' },
  );
  expect([Array.from(weight as Float32Array), shape]).toEqual([[2, 0.5], [1]]);
});

it('other rows are read as those of a data set', () => {
  const all = papa();
  const train = columns(all.slice(0, 200), { label: 'species' });
  const other = columns(all.slice(200), { label: 'species', input: train.input });
  expect(other.input).toEqual(train.input);
  const { mean, sd } = inputOf(train).columns[0] as { mean: number; sd: number };
  expect(other.x[0]).toBeCloseTo((Number(all[200]?.bill_length_mm) - mean) / sd, 5);
});

describe('dates', () => {
  const SECOND = 1000;
  const DAY = Date.UTC(2024, 0, 5);
  it.each<[string, number | undefined]>([
    ['2024-01-05', DAY],
    ['2024-01-05T10:30', DAY + 37_800 * SECOND],
    ['2024-01-05 10:30', DAY + 37_800 * SECOND],
    ['2024-01-05T10:30:00Z', DAY + 37_800 * SECOND],
    ['2024-01-05 10:30:07.5', DAY + 37_807.5 * SECOND],
    ['2024-01-05 10:30:07.250999+02', DAY + 30_607.25 * SECOND],
    ['2024-01-05T10:30:00+01:00', DAY + 34_200 * SECOND],
    ['2024-01-05T10:30:00 -0130', DAY + 43_200 * SECOND],
    ['2023-02-29', undefined],
    ['2024-13-05', undefined],
    ['2024-01-05T25:30', undefined],
    ['2024-01', undefined],
    ['20240105', undefined],
    ['2024-01-05 10', undefined],
    ['05.01.2024', undefined],
    ['2024-01-05-7', undefined],
  ])('%s has a time that does not depend on the place', (written, time) => {
    expect(dateIn(written)).toBe(time);
  });

  it.each(['America/New_York', 'Asia/Kolkata'])('without a zone are in UTC in %s too', (zone) => {
    vi.stubEnv('TZ', zone);
    expect(dateIn('2024-01-05 10:30')).toBe(DAY + 37_800 * SECOND);
    expect(dateIn('2024-01-05')).toBe(DAY);
    vi.unstubAllEnvs();
  });

  const rowsOf = (when: (day: number) => unknown, days = 24) =>
    Array.from({ length: days }, (_, row) => ({ when: when(1 + row) }));
  const object = (day: number): Date => new Date(Date.UTC(2024, 0, day));
  const written = (day: number): string => `2024-01-${String(day).padStart(2, '0')}`;

  it('as texts are read as Date objects are, and one for the other', () => {
    const texts = columns(rowsOf(written));
    const objects = columns(rowsOf(object));
    expect(texts.input).toEqual(objects.input);
    expect(texts.x).toEqual(objects.x);
    expect(columns(rowsOf(written, 5), { input: objects.input }).x).toEqual(
      columns(rowsOf(object, 5), { input: texts.input }).x,
    );
    expect(columns(rowsOf((day) => (day % 2 ? object(day) : written(day)))).x).toEqual(texts.x);
    expect(columns(rowsOf(written), { types: { when: 'number' } }).input).toEqual(texts.input);
  });

  it('never are identifiers, and categories where types says so', () => {
    const rows = Array.from({ length: 24 }, (_, row) => ({ index: written(1 + row) }));
    expect(columns(rows).notes).toEqual([]);
    const { input } = columns(
      rowsOf((day) => written(1 + (day % 3))),
      { types: { when: 'levels' } },
    );
    expect(input).toMatchObject({ columns: [{ type: 'levels', levels: [1, 2, 3].map(written) }] });
  });

  it('that are missing have a mask', () => {
    const { x, input } = columns({
      when: ['', '2024-01-05', '2024-01-07'],
      same: [1, 1, 1],
    });
    expect(input).toMatchObject({ columns: [{ masked: true, dates: true }] });
    expect(Array.from(x)).toEqual([0, 0, -1, 1, 1, 1]);
  });

  it('beside another text have a note that names it, and are refused where types measures them', () => {
    const note = 'it holds dates beside "soon": missing: ["soon"] takes that for a missing value';
    const few = rowsOf((day) => (day % 5 ? '2024-01-05' : 'soon'));
    expect(columns(few).notes).toEqual([
      `column "when" is read as categories: ${note} where they are measurements; types: { "when": "levels" } says that they are categories`,
    ]);
    const many = Array.from({ length: 60 }, (_, row) => ({
      size: row / 4,
      when: row ? `2024-01-05 10:${String(row).padStart(2, '0')}` : 'soon',
    }));
    expect(columns(many).notes).toEqual([
      `column "when" is left out: ${note}; types: { "when": "levels" } keeps it`,
    ]);
    expect(columns(many, { missing: ['soon'] }).notes).toEqual([]);
    expect(() => columns(many, { types: { when: 'number' } })).toThrow(
      'columns: column "when" of rows[0] is "soon", needed a date, as most cells of the column are',
    );
  });

  it('are refused among numbers, and others among dates', () => {
    const { input } = columns(rowsOf(written));
    expect(() => columns([{ when: '05.01.2024' }], { input })).toThrow(
      new RangeError(
        'columns: column "when" of rows[0] is "05.01.2024", needed a date, as the column has in the data: a Date, or a text such as "2024-01-05T10:30Z"',
      ),
    );
    expect(() => columns(rowsOf((day) => (day === 3 ? 'soon' : object(day))))).toThrow(
      'columns: column "when" of rows[2] is "soon", needed a date, as most cells of the column are',
    );
    const { input: numbers } = columns(rowsOf((day) => day / 3));
    for (const when of [written(5), object(5)])
      expect(() => columns([{ when }], { input: numbers })).toThrow(
        'needed a number up to 1e+100, as the column has in the data; write nothing where the value is missing',
      );
  });
});

it('a cell of other rows is refused as it is where a data set is made', () => {
  const { input } = columns(
    Array.from({ length: 24 }, (_, row) => ({ size: row / 4, visits: row % 5, sure: row % 2 === 0 })),
    { types: { visits: 'count' } },
  );
  const refusal = (cell: object, needed: string): void =>
    expect(() => columns([{ size: 1, visits: 1, sure: true, ...cell }], { input })).toThrow(
      new RangeError(
        `columns: column "${Object.keys(cell)[0]}" of rows[0] is "${Object.values(cell)[0]}", needed ${needed}; write nothing where the value is missing`,
      ),
    );
  refusal(
    { size: '1,5' },
    'a number up to 1e+100, as the column has in the data; write points for decimal commas, and nothing between thousands',
  );
  refusal({ size: '5 mm' }, 'a number up to 1e+100, as the column has in the data; write the number alone');
  refusal({ size: '1e120' }, 'a number up to 1e+100, as the column has in the data');
  refusal({ size: '1e90' }, 'a number up to 5.2e+38, as the column has in the data');
  refusal({ visits: '-1' }, 'a whole number of at least 0');
  refusal({ sure: 'maybe' }, 'true or false');
});

describe('columns refuses', () => {
  const rows = [
    { a: 1, b: 2 },
    { a: 2, b: 3 },
  ];
  it.each<[string, () => unknown, string]>([
    [
      'a label that is no column',
      () => columns(rows, { label: 'species' }),
      'columns: label is "species", needed one of the columns "a", "b"',
    ],
    ['no rows', () => columns([]), 'columns: rows are empty, needed at least one'],
    [
      'rows of cells without names',
      () => columns([[1, 2]]),
      'columns: rows[0] is an array of 2, needed a record of cells by column, such as { length: 39.1, island: "Dream" }',
    ],
    [
      'columns of different lengths',
      () => columns({ a: [1, 2], b: [1] }),
      'columns: rows has 1 cells in column "b" and 2 in "a", needed the same number',
    ],
    [
      'a single row as columns',
      () => columns({ a: 1, b: 2 } as never),
      'columns: rows.a is 1, needed a list of cells; one row alone is a list of one record, [row]',
    ],
    [
      'a cell that is a record',
      () => columns([{ a: {} }, { a: 1 }]),
      'columns: column "a" of rows[0] is Object, needed a number, a text, true or false, a date, or nothing',
    ],
    [
      'a type that is none',
      () => columns(rows, { types: { a: 'real' as never } }),
      'columns: types.a is "real", needed one of "number", "flag", "count", "levels", "ignore"',
    ],
    [
      'nothing to learn from',
      () => columns([{ a: 1 }, { a: 1 }]),
      'columns: rows have no column to learn from, needed at least one; column "a" is left out: it says 1 in every row',
    ],
    [
      'a text',
      () => columns('a,b' as never),
      'columns: rows is "a,b", needed an array of records, or a record of columns, as parsers of tables give them',
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });
});
