/** Raw inputs through a model, its file and another process. */
import { readFileSync } from 'node:fs';
import { tensor2d, zeros } from '@tensorflow/tfjs-core';
import Papa from 'papaparse';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ColumnsInput } from '../../src/core/inputs/columns';
import { createNoise } from '../../src/core/noise';
import { createBatches } from '../../src/data/batches';
import { columns } from '../../src/data/columns';
import type { Dataset } from '../../src/data/dataset';
import { images } from '../../src/data/images';
import { splitDataset } from '../../src/data/split';
import { text } from '../../src/data/text';
import { vectors } from '../../src/data/vectors';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { loadModel } from '../../src/models/loadModel';
import { createM2 } from '../../src/models/m2/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import type { Inputs } from '../../src/models/openInputs';
import { embed, predict } from '../../src/models/predict';
import { saveModel } from '../../src/models/saveModel';
import { createVae } from '../../src/models/vae/model';
import { train } from '../../src/training/train';
import { cleanUpAfterEach } from '../support/numbers';
import { alive, MLP, memoryStorage } from '../support/tiny';

type Row = Record<string, string>;
const penguins = Papa.parse<Row>(readFileSync('examples/penguins.csv', 'utf8'), {
  header: true,
  skipEmptyLines: true,
}).data;
const SMALL = { nets: MLP, latent: 2, seed: 1 } as const;
const pixel = (value: number) => ({ data: Uint8Array.of(value, 255 - value), width: 2, height: 1 });

/** A data set of each kind, and new raw inputs. */
const KINDS: readonly (readonly [string, () => Dataset, () => Inputs])[] = [
  ['rows', () => columns(penguins, { label: 'species' }), () => penguins.slice(10, 13)],
  [
    'vectors',
    () =>
      vectors(
        [
          [1, 5, 0],
          [2, 7, 0],
          [4, 6, 0],
        ],
        { labels: ['a', 'b', 'a'] },
      ),
    () => [
      [1, 5, 0],
      [9, 9, 9],
    ],
  ],
  [
    'texts',
    () => text(['good day', 'bad day', 'good bad night'], { labels: ['a', 'b', null], minimum: 1 }),
    () => ['a bad day', 'nothing known'],
  ],
  [
    'images',
    () => images([pixel(0), pixel(200), pixel(90)], { labels: ['a', 'b', ''] }),
    () => [pixel(17), pixel(255)],
  ],
];

describe('a vector without its list', () => {
  cleanUpAfterEach();

  it('is refused, and values of a data set that says so are not', async () => {
    const data = vectors(
      [
        [10, 50, 1],
        [11, -50, 2],
        [12, 10, 4],
      ],
      { labels: ['a', 'b', 'a'] },
    );
    const model = createM2({ data, ...SMALL });
    const one = Float32Array.from([10, 50, 1]);
    await expect(predict(model, one)).rejects.toThrowError(
      new TypeError(
        'predict: data is Float32Array of 3 numbers, needed a list of vectors, or { values, width } for vectors one after another',
      ),
    );
    await expect(predict(model, Uint8Array.of(1, 2, 3, 4, 5, 6))).rejects.toThrow(
      'predict: data is Uint8Array of 6 numbers, needed a list of vectors, or { values, width }',
    );
    expect((await predict(model, [one])).labels).toEqual(
      (await predict(model, { values: one, width: 3 })).labels,
    );
    const first = { ...data, x: data.x.slice(0, 3), y: data.y.slice(0, 1) };
    expect((await evaluateClassifier(model, first)).count).toBe(1);
    await expect(evaluateClassifier(model, { x: one, y: ['a'] })).rejects.toThrow('needed a list of vectors');
    model.dispose();
  });
});

describe('vectors as bare numbers', () => {
  cleanUpAfterEach();

  const [COUNT, WIDTH] = [40, 6];
  const drawn = (mean: number, sd: number): number[][] => {
    const normals = createNoise(5)
      .split('vectors')
      .normals(COUNT * WIDTH);
    return Array.from({ length: COUNT }, (_, n) =>
      Array.from({ length: WIDTH }, (_, d) => mean + sd * (normals[n * WIDTH + d] as number)),
    );
  };
  const modelOf = (raw: number[][]) => {
    const data = vectors(raw, { labels: raw.map((_, n) => (n % 2 ? 'a' : 'b')) });
    return { data, model: createM2({ data, ...SMALL }) };
  };

  it.each([
    [10, 2],
    [0, 0.05],
    [-3, 0.2],
  ])('are refused where they are not scaled yet: mean %d, sd %d', async (mean, sd) => {
    const raw = drawn(mean, sd);
    const { data, model } = modelOf(raw);
    const flat = Float32Array.from(raw.flat());
    const message =
      'predict: data holds vectors that are not scaled yet, needed a list of vectors, or { values, width: 6 }, which are scaled as the data was';
    await expect(predict(model, flat)).rejects.toThrowError(new RangeError(message));
    await expect(predict(model, tensor2d(raw))).rejects.toThrowError(new RangeError(message));
    await expect(
      evaluateClassifier(model, { x: flat, y: raw.map((_, n) => (n % 2 ? 'a' : 'b')) }),
    ).rejects.toThrow('evaluateClassifier: x holds vectors that are not scaled yet');
    const { labels } = await predict(model, raw);
    for (const scaled of [data.x, tensor2d([...data.x] as number[], [COUNT, WIDTH])])
      expect((await predict(model, scaled)).labels).toEqual(labels);
    expect((await predict(model, { values: flat, width: WIDTH })).labels).toEqual(labels);
    // The mean of the data, and what is far from it.
    await predict(model, new Float32Array(2 * WIDTH));
    await predict(model, new Float32Array(2 * WIDTH).fill(30));
    model.dispose();
  });

  it('are read as they are where the data has mean 0 and deviation 1 anyway', async () => {
    const raw = drawn(0.1, 1.1);
    const { model } = modelOf(raw);
    await predict(model, Float32Array.from(raw.flat()));
    model.dispose();
  });
});

describe('a column of dates', () => {
  const rows = Array.from({ length: 24 }, (_, row) => ({
    day: new Date(2020, 0, 1 + (row % 9)),
    size: row % 5,
    kind: 'ab'[row % 2],
  }));

  it('reads dates alone, and a column of numbers none', async () => {
    const data = columns(rows, { label: 'kind' });
    const model = createM2({ data, ...SMALL });
    expect((await predict(model, [{ day: new Date(2020, 0, 3), size: 1 }])).labels.length).toBe(1);
    await expect(predict(model, [{ day: 20200103, size: 1 }])).rejects.toThrow(
      'column "day" of data[0] is 20200103, needed a date, as the column has in the data',
    );
    await expect(predict(model, [{ day: new Date(2020, 0, 3), size: new Date(2020, 0, 3) }])).rejects.toThrow(
      'column "size" of data[0] is Date, needed a number up to 1e+100, as the column has in the data',
    );
    await expect(predict(model, Uint8Array.of(1, 2))).rejects.toThrow(TypeError);
    const storage = memoryStorage();
    await saveModel(model, storage);
    expect((await loadModel(storage)).input).toEqual(data.input);
    model.dispose();
  });

  it.each<[string, number, unknown, string]>([
    ['size', 7, new Date(2026, 2, 4), 'column "size" of rows[7] is Date, needed no date, as most cells'],
    ['day', 5, 20200103, 'column "day" of rows[5] is 20200103, needed a date, as most cells'],
  ])('is not mixed with others: %s', (name, row, cell, message) => {
    const mixed = rows.map((one, i) => (i === row ? { ...one, [name]: cell } : one));
    expect(() => columns(mixed as never, { label: 'kind' })).toThrow(message);
  });
});

describe.each(KINDS)('a model of %s', (_, make, raw) => {
  cleanUpAfterEach();

  it('reads raw inputs as its data were read, and so does its file', async () => {
    const data = make();
    const model = createM2({ data, ...SMALL, classes: data.classes });
    expect(model.input).toEqual(data.input);
    const direct = await predict(model, raw());
    expect(data.classNames).toContain(direct.classNames[0]);
    const storage = memoryStorage();
    await saveModel(model, storage);
    const loaded = await loadModel(storage, { kind: 'm2' });
    expect(loaded.input).toEqual(data.input);
    expect(await predict(loaded, raw())).toEqual(direct);
    expect(await embed(loaded, raw())).toEqual(await embed(model, raw()));
    for (const one of [model, loaded]) one.dispose();
  });

  it('without labels does too, and its bound is of raw inputs', async () => {
    const model = createVae({ data: make(), ...SMALL });
    const storage = memoryStorage();
    await saveModel(model, storage);
    const loaded = await loadModel(storage, { kind: 'vae' });
    expect(await evaluateElbo(loaded, { x: raw() }, { seed: 1 })).toEqual(
      await evaluateElbo(model, { x: raw() }, { seed: 1 }),
    );
    for (const one of [model, loaded]) one.dispose();
  });

  it('leaves no tensor behind, also where raw inputs are refused', async () => {
    const model = createM2({ data: make(), ...SMALL });
    const before = alive();
    await predict(model, raw());
    await expect(predict(model, [{}, 1] as never)).rejects.toThrow('predict: data');
    expect(alive()).toEqual(before);
    model.dispose();
  });

  it('takes tensors and typed arrays for numbers that were read before', async () => {
    const data = make();
    const model = createM2({ data, ...SMALL });
    const { labels } = await predict(model, data.x);
    expect(labels.length).toBe(data.count);
    expect((await predict(model, zeros([2, ...data.shape]))).labels.length).toBe(2);
    model.dispose();
  });
});

describe('rows at prediction', () => {
  cleanUpAfterEach();
  let model: ReturnType<typeof createM2>;
  beforeAll(() => {
    const rows = penguins.map((row, n) => ({ ...row, island: n % 2 ? 'Dream' : 'Biscoe' }));
    model = createM2({ data: columns(rows, { label: 'species' }), ...SMALL });
  });
  const row: Row = { ...penguins[5], island: 'Dream' };
  const probabilities = async (rows: Inputs): Promise<number[]> =>
    Array.from((await predict(model, rows)).probabilities);

  it('may have their columns in any order, other columns, and no label', async () => {
    const { species: _, ...others } = row;
    const turned = Object.fromEntries(Object.entries(others).reverse());
    const expected = await probabilities([row]);
    expect(await probabilities([{ ...turned, remark: 'shy' }])).toEqual(expected);
    expect(
      await probabilities({ ...Object.fromEntries(Object.entries(turned).map(([k, v]) => [k, [v]])) }),
    ).toEqual(expected);
  });

  it('have the mean for a value that is missing', async () => {
    const column = model.input?.kind === 'columns' ? model.input.columns[0] : undefined;
    const mean = column?.type === 'number' ? column.mean : Number.NaN;
    const expected = await probabilities([{ ...row, bill_length_mm: mean }]);
    expect(await probabilities([{ ...row, bill_length_mm: null }])).toEqual(expected);
  });

  it.each<[string, object, string]>([
    [
      'an unknown level',
      { ...row, island: 'Torgersen' },
      'predict: column "island" of data[0] is "Torgersen", needed one of "Biscoe", "Dream", or nothing where the level is a new one',
    ],
    [
      'a text for a number',
      { ...row, body_mass_g: 'heavy' },
      'predict: column "body_mass_g" of data[0] is "heavy", needed a number up to 1e+100, as the column has in the data; write nothing where the value is missing',
    ],
    [
      'a missing column',
      { island: 'Dream' },
      'predict: data has no column "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", needed "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g", "island"; its columns are "island"',
    ],
  ])('refuse %s by its name', async (_, given, message) => {
    await expect(predict(model, [given])).rejects.toThrow(new RangeError(message));
  });

  it('refuse a row that is not a list, and a data set', async () => {
    await expect(predict(model, row as never)).rejects.toThrow(
      /needed a list of cells; one row alone is a list/,
    );
    const other = columns(penguins.slice(3));
    await expect(predict(model, other as never)).rejects.toThrow(
      'predict: the data was read as columns in another way than the model reads its inputs, by other means, levels or words say; needed the same: hand over raw inputs, or data read with input: model.input',
    );
    const same = columns([row], { input: model.input as ColumnsInput });
    await expect(predict(model, same as never)).rejects.toThrow(
      /: hand over raw inputs, or dataset\.x where it was read with input: model\.input$/,
    );
  });

  it('are evaluated with the names of their classes', async () => {
    const y = penguins.map(({ species }, n) => (n % 3 ? (species as string) : ''));
    const rows = penguins.map((one) => ({ ...one, island: 'Dream' }));
    const { count, classNames } = await evaluateClassifier(model, { x: rows, y });
    expect(count).toBe(y.filter((name) => name !== '').length);
    expect(classNames).toEqual(['Adelie', 'Chinstrap', 'Gentoo']);
    await expect(evaluateClassifier(model, { x: rows, y: ['Emu', ...y.slice(1)] })).rejects.toThrow(
      'evaluateClassifier: y[0] is "Emu", needed one of "Adelie", "Chinstrap", "Gentoo", or nothing where the class is unknown',
    );
  });
});

describe('data that were read in another way', () => {
  cleanUpAfterEach();

  it('are refused by evaluation and training', async () => {
    const model = createM2({ data: columns(penguins, { label: 'species' }), ...SMALL });
    const other = columns(penguins.slice(0, 200), {
      label: 'species',
      classNames: ['Adelie', 'Chinstrap', 'Gentoo'],
    });
    const message = 'the data was read as columns in another way than the model reads its inputs';
    await expect(evaluateClassifier(model, other)).rejects.toThrow(`evaluateClassifier: ${message}`);
    const split = splitDataset(other, { labeled: 3, everyClass: false, seed: 1 });
    const batches = createBatches({
      dataset: other,
      split,
      batchSize: { labeled: 3, unlabeled: 50 },
      seed: 1,
    });
    await expect(train(model, { objective: semiSupervised(), batches, epochs: 1, seed: 1 })).rejects.toThrow(
      `train: ${message}`,
    );
    const same = columns(penguins.slice(0, 200), {
      label: 'species',
      input: model.input as never,
      classNames: other.classNames as string[],
    });
    expect((await evaluateClassifier(model, same)).count).toBe(200);
    model.dispose();
  });

  it('and an input of another shape is refused by the model and its file', async () => {
    const data = vectors(
      [
        [1, 2],
        [3, 5],
      ],
      { labels: ['a', 'b'] },
    );
    expect(() => createM2({ inputShape: [3], classes: 2, input: data.input })).toThrow(
      'createM2: input gives examples [2], needed those of the inputShape, [3]',
    );
    expect(() => createM2({ inputShape: [2], classes: 2, input: { kind: 'sounds' } as never })).toThrow(
      'createM2: input.kind is "sounds", needed "columns" or "vectors" or "text" or "images"',
    );
  });
});

it('a model without such data says so of rows', async () => {
  const model = createM2({ inputShape: [2], classes: 2, ...SMALL });
  await expect(predict(model, [{ a: 1 }])).rejects.toThrow(
    'predict: data[0] is Object, needed a number: the model reads numbers alone, as it was made without data of columns, vectors, text or images',
  );
  model.dispose();
});

it.each([
  [-2, -2],
  [0, 0],
  [1.5, 2],
])('images refuses a width of %d and a height of %d by the image', (width, height) => {
  const data = new Uint8Array(4);
  expect(() => images([{ data, width, height }])).toThrow(
    new TypeError(
      `images: images[0] is { data: Uint8Array of 4, width: ${width}, height: ${height} }, needed { data, width, height }: width and height of at least 1, and bytes, 1, 2, 3 or 4 for each pixel, as getImageData and decoders of files give them`,
    ),
  );
});
