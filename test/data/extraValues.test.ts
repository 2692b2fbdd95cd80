import { tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/core/batch';
import type { ColumnsInput } from '../../src/core/inputs/columns';
import { UNKNOWN_CLASS } from '../../src/core/labels';
import { createBatches } from '../../src/data/batches';
import { batchesFrom } from '../../src/data/batchesFrom';
import type { ClassLabels } from '../../src/data/classLabels';
import { columns } from '../../src/data/columns';
import { createDataset } from '../../src/data/dataset';
import { text } from '../../src/data/text';
import { vectors } from '../../src/data/vectors';
import { createM2 } from '../../src/models/m2/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { fit } from '../../src/training/fit/fit';
import { train } from '../../src/training/train';
import { cleanUpAfterEach } from '../support/numbers';
import { alive, tinyBatches, tinyDataset, tinyM2 } from '../support/tiny';

cleanUpAfterEach();

const four = (more: object) =>
  createDataset({ name: 'four', x: new Uint8Array(4), y: [0, 1, 0, 1], shape: [1], classes: 2, ...more });

const FALSY = [null, 0, Number.NaN, false, ''];

describe('255 in labels', () => {
  const rows = Array.from({ length: 6 }, (_, i) => [i, (i * i) % 5]);
  const read = (labels: ClassLabels, classNames?: readonly string[]) => {
    const { y, classNames: names } = vectors(rows, { labels, ...(classNames && { classNames }) });
    return { y: Array.from(y, (label) => (label === UNKNOWN_CLASS ? -1 : label)), names };
  };
  const unknown = { y: [0, 1, -1, -1, 1, -1], names: ['0', '1'] };

  it.each<[string, ClassLabels]>([
    ['the y of a data set', Uint8Array.of(0, 1, 255, 255, 1, 255)],
    ['a list', [0, 1, 255, 255, 1, 255]],
    ['a list with −1 too', [0, 1, 255, -1, 1, 255]],
    ['64-bit integers', BigInt64Array.of(0n, 1n, 255n, 255n, 1n, 255n)],
  ])('means an unknown class in %s', (_, labels) => {
    expect(read(labels)).toEqual(unknown);
    expect(read(labels, ['0', '1'])).toEqual(unknown);
  });

  it('means it among bytes whatever the classes are, and names a class where classNames has it', () => {
    expect(read(Uint8Array.of(3, 7, 255, 255, 7, 255))).toEqual({ ...unknown, names: ['3', '7'] });
    expect(read([0, 1, 255, 255, 1, 255], ['0', '1', '255']).y).toEqual([0, 1, 2, 2, 1, 2]);
  });

  it.each<[string, ClassLabels, readonly string[]]>([
    ['numbers that are no indices', [10, 100, 255, 10, 100, 255], ['10', '100', '255']],
    ['texts', ['0', '1', '255', '0', '1', '255'], ['0', '1', '255']],
  ])('is a class among %s', (_, labels, names) => {
    expect(read(labels)).toEqual({ y: [0, 1, 2, 0, 1, 2], names });
  });
});

describe('options beside input', () => {
  it('are refused, as input says how the data are read', () => {
    const rows = [{ a: 1 }, { a: 2 }];
    const { input } = columns(rows);
    const types = { a: 'count' } as const;
    expect(() => columns(rows, { input: input as never, types })).toThrow(
      'columns: types is Object beside input, needed one of the two',
    );
    expect(() => columns(rows, { input: input as never, missing: ['?'] })).toThrow(
      'columns: missing is an array of 1 beside input',
    );
    const words = text(['a b', 'a c', 'b c']).input as never;
    expect(() => text(['a b'], { input: words, minimum: 1 })).toThrow('text: minimum is 1 beside input');
  });
});

describe('text', () => {
  it('reads a long text in a time that grows with its length', () => {
    const timeOf = (words: number): number => {
      const start = performance.now();
      expect(text([`${'good day '.repeat(words)}end`, 'good'], { minimum: 1, counts: true }).x).toHaveLength(
        6,
      );
      return performance.now() - start;
    };
    timeOf(500);
    // Sixteen times the words; their square would take 256 times as long.
    expect(timeOf(32_000)).toBeLessThan(64 * Math.max(2, timeOf(2000)));
  });

  it('cuts a text nowhere but between words', () => {
    const words = Array.from({ length: 3000 }, (_, i) => `word${i}`);
    const { x, input } = text([words.join(' '), words.slice(0, 1500).join(', ')], { minimum: 1, size: 5000 });
    expect((input as { readonly words: readonly string[] }).words).toHaveLength(1500);
    expect(x.subarray(0, 1500).every((value) => value === 255)).toBe(true);
    const long = '漢'.repeat(1023) + '😀'.repeat(3000);
    expect(() => text([long, 'a'], { minimum: 1 })).not.toThrow();
  });
});

describe('options of columns', () => {
  const rows = [
    { a: '1', k: 'x' },
    { a: '2', k: 'y' },
    { a: '5', k: '' },
  ];

  it('are refused where they are none, in the words of the caller', () => {
    for (const types of [new Map([['a', 'levels']]), new Date(), Promise.resolve({})])
      expect(() => columns(rows, { label: 'k', types: types as never })).toThrow(
        /^columns: types is .*, needed a plain object/,
      );
    for (const classNames of [new Set(['x', 'y']), 'x,y', { x: 0 }])
      expect(() => columns(rows, { label: 'k', classNames: classNames as never })).toThrow(
        /^columns: classNames is .*, needed an array of texts/,
      );
  });
});

describe('missing values that are numbers', () => {
  const rowsOf = (absent: unknown) =>
    Array.from({ length: 40 }, (_, i) => ({ k: 'ab'[i % 2], t: i % 10 === 3 ? absent : i * 0.7 }));

  it.each([
    ['a number', -999, [-999]],
    ['the text of a number', -999, ['-999']],
    ['a number that cells spell', '-999.0', [-999]],
    ['a 64-bit integer', -999n, ['-999']],
    ['beyond float32', Number.POSITIVE_INFINITY, [Number.POSITIVE_INFINITY]],
    ['as the advice says', 1e300, [1e300]],
  ])('are missing, whatever cells and option write: %s', (_, absent, missing) => {
    const { input } = columns(rowsOf(absent), { label: 'k', missing });
    const plain = columns(rowsOf(null), { label: 'k' });
    expect({ ...input, missing: [] }).toEqual({ ...plain.input, missing: [] });
  });

  it('are none where they are neither texts nor numbers', () => {
    expect(() => columns(rowsOf(1), { label: 'k', missing: [null] as never })).toThrow(
      'columns: missing is an array of 1, needed an array of texts and numbers',
    );
  });
});

describe('data without two classes', () => {
  const rows = Array.from({ length: 30 }, (_, i) => ({ species: 'ab'[i % 2], v: i * 1.5, w: i % 7 }));
  const said = 'needed two classes: label of columns, or labels of vectors, text and images, says them';

  it('says so before a model is made, in the name of the function that was called', async () => {
    const none = columns(rows);
    await expect(fit(none, { seed: 1 })).rejects.toThrow(`fit: the data has no labels, ${said}`);
    expect(() => createM2({ data: none })).toThrow(`createM2: the data has no labels, ${said}`);
    const one = vectors([[1], [2], [3]], { labels: ['a', 'a', null] });
    expect(() => createM2({ data: one })).toThrow(`createM2: the data has the class "a" alone, ${said}`);
  });

  it('has as many labels as examples', () => {
    expect(() => vectors([[1], [2], [3]], { labels: ['a', 'b'] })).toThrow(
      'vectors: labels has 2 entries, needed 3, one for each of vectors',
    );
  });
});

describe('a row without any cell', () => {
  it('is refused: an empty line that a parser reads as one', () => {
    const rows = [{ size: '1', kind: 'a' }, { size: '3', kind: 'b' }, { size: '' }];
    const needed = 'rows[2] has no cell with a value, needed one at least: leave empty lines out';
    expect(() => columns(rows, { label: 'kind' })).toThrow(`columns: ${needed}`);
    expect(columns([...rows.slice(0, 2), { size: '', kind: 'b' }], { label: 'kind' }).count).toBe(3);
  });
});

describe('a label that means a missing value', () => {
  it('is noted, as it may be a class, unless classNames name it', () => {
    const labels = ['NA', 'EU', 'EU'];
    const { notes, classNames } = vectors([[1], [2], [3]], { labels });
    expect(classNames).toEqual(['EU']);
    expect(notes).toContain('a label "NA" is read as unknown: where it is a class, classNames names it');
    const named = vectors([[1], [2], [3]], { labels, classNames: ['EU', 'NA'] });
    expect(Array.from(named.y)).toEqual([1, 0, 0]);
    expect(named.notes.filter((note) => note.includes('NA'))).toEqual([]);
  });
});

describe('observed values', () => {
  it('are refused where there are none at all', () => {
    const given = { name: 'none', x: new Float32Array(4), y: [0, 1], shape: [2], classes: 2 };
    expect(() => createDataset({ ...given, observed: [0, 0, 0, 0] })).toThrow(
      'createDataset: observed holds zeros alone, needed a value that is known',
    );
  });
});

describe('fill values', () => {
  it('are named by their cell, with the cure', () => {
    const rows = Array.from({ length: 20 }, (_, i) => ({
      h: i === 3 ? Number.MAX_VALUE : ((i * 13) % 20) + 0.5,
    }));
    expect(() => columns(rows)).toThrow(
      /^columns: column "h" of rows\[3\] is 1\.79\d+e\+308, needed a number up to 1e\+100/,
    );
    expect(() => vectors(rows.map(({ h }) => [h]))).toThrow(
      /^vectors: vectors\[3\]\[0\] is 1\.79\d+e\+308, needed a number up to 1e\+100/,
    );
  });
});

describe('labels', () => {
  it('are refused where a list has an unknown class beside known ones', () => {
    for (const torn of [null, '', -1])
      expect(() => vectors([[1], [2], [3]], { labels: [['a', torn], 'a', 'b'] as never })).toThrow(
        'vectors: labels[0] is a list with an unknown class, needed classes alone',
      );
  });
});

describe('a row of empty cells', () => {
  it('is refused where rows are read as those of other data, too', () => {
    const rows = Array.from({ length: 8 }, (_, i) => ({ v: ((i * 7) % 11) + 0.5, w: i % 5, y: 'ab'[i % 2] }));
    const { input } = columns(rows, { label: 'y' });
    const more = [
      { v: 1, w: 2 },
      { v: '', w: '' },
    ];
    expect(() => columns(more, { input })).toThrow(
      'columns: rows[1] has no cell with a value, needed one at least: leave empty lines out',
    );
  });
});

describe('a label of −1 that a table writes as a fraction', () => {
  it('is unknown, as −1 is', () => {
    const rows = Array.from({ length: 12 }, (_, i) => ({
      v: ((i * 7) % 11) + 0.5,
      y: ['0.0', '1.0', '-1.0'][i % 3],
    }));
    const { y, classNames } = columns(rows, { label: 'y' });
    expect(classNames).toEqual(['0.0', '1.0']);
    expect(Array.from(y.slice(0, 3))).toEqual([0, 1, 255]);
  });
});

describe('a flag that is missing in new rows alone', () => {
  it('is read as the more frequent value, so that training takes it', () => {
    const { input } = columns([
      { a: 'true', b: 1.5 },
      { a: 'true', b: 2 },
      { a: 'false', b: 3 },
    ]);
    const rows = [
      { a: '', b: 1 },
      { a: 'true', b: 2 },
    ];
    const { x } = columns(rows, { input: input as never });
    const at = (input as ColumnsInput).columns.findIndex(({ name }) => name === 'a');
    expect([x[at], x[2 + at]]).toEqual([1, 1]);
  });
});

describe('vectors', () => {
  it('are numbers: a text, true or nothing is none', () => {
    for (const [bad, shown] of [
      ['', '""'],
      ['7', '"7"'],
      [true, 'true'],
      [null, 'null'],
    ] as const)
      expect(() => vectors([[1], [bad as never]])).toThrow(
        `vectors: vectors[1][0] is ${shown}, needed a finite number`,
      );
    expect(Array.from(vectors([[1n as never], [3n as never]]).x)).toEqual([-1, 1]);
  });

  it('differ where their numbers do, far from 0 too', () => {
    const { x, notes } = vectors([[1e8], [1e8 + 1], [1e8 + 2]]);
    expect(Array.from(x, (value) => value.toFixed(4))).toEqual(['-1.2247', '0.0000', '1.2247']);
    expect(notes).toEqual([]);
  });
});

describe('what a data set knows of its examples', () => {
  it.each(['weight', 'observed', 'allowed', 'covariates', 'y', 'classNames', 'input', 'notes', 'bytes'])(
    'is left out by undefined alone: %s',
    (name) => {
      expect(four({ [name]: undefined })).not.toHaveProperty(name === 'y' ? 'z' : name);
      for (const value of FALSY) expect(() => four({ [name]: value })).toThrow(`createDataset: ${name}`);
    },
  );

  it.each(['weight', 'classNames', 'labels', 'input'])(
    'is left out by undefined alone of raw inputs: %s',
    (name) => {
      for (const value of FALSY) expect(() => vectors([[1], [2]], { [name]: value })).toThrow(/^vectors: /);
    },
  );

  it.each([
    [[1e39, 1, 1, 1], 'weight[0] is 1e+39, needed 0, or a number from 1e-30 to 1e+30'],
    [[3e38, 3e38, 3e38, 3e38], 'weight[0] is 3e+38, needed 0, or a number from 1e-30 to 1e+30'],
    [[1e-45, 1e-45, 1e-45, 1e-45], 'weight[0] is 1e-45, needed 0, or a number from 1e-30 to 1e+30'],
    [[1, 1e-60, 1, 1], 'weight[1] is 1e-60, needed 0, or a number from 1e-30 to 1e+30'],
    [[0, 0, 0, 0], 'weight is 0 for all examples, needed one above 0'],
  ])('is of weights that float32 computes with: %j', (weight, message) => {
    expect(() => four({ weight })).toThrow(`createDataset: ${message}`);
  });

  it('is of covariates that float32 holds', () => {
    expect(() => four({ covariates: [1, 2, 1e39, 4] })).toThrow(
      'createDataset: covariates[2] is 1e+39, needed a finite float32 number',
    );
  });
});

describe('batches of weighted examples', () => {
  const make = (weight: number[], batchSize: { labeled: number; unlabeled: number }) =>
    createBatches({
      dataset: createDataset({
        name: 'weighted',
        x: new Uint8Array(weight.length),
        y: weight.map((_, i) => i % 2),
        shape: [1],
        classes: 2,
        weight,
      }),
      split: { labeled: Int32Array.of(0, 1, 2), unlabeled: Int32Array.of(3, 4, 5, 6) },
      batchSize,
      seed: 1,
    });

  it.each([
    [[1, 1, 1, 0, 0, 1, 1], { labeled: 1, unlabeled: 2 }, '2 of the unlabeled examples'],
    [[0, 1, 1, 1, 1, 1, 1], { labeled: 1, unlabeled: 2 }, '1 of the labeled examples'],
    // The end of one pass and the beginning of the next.
    [[0, 1, 1, 1, 1, 1, 1], { labeled: 2, unlabeled: 2 }, '1 of the labeled examples'],
    [[0, 0, 0, 1, 1, 1, 1], { labeled: 7, unlabeled: 2 }, '3 of the labeled examples'],
  ])(
    'are refused before the first step where one could have weights of 0 alone: %j',
    (weight, size, what) => {
      expect(() => make(weight, size)).toThrow(`createBatches: ${what} have weight 0`);
    },
  );

  it.each([
    [[1, 1, 1, 0, 0, 1, 1], { labeled: 1, unlabeled: 3 }],
    [[0, 1, 1, 1, 1, 1, 1], { labeled: 3, unlabeled: 2 }],
    [[0, 0, 0, 1, 1, 1, 1], { labeled: 0, unlabeled: 2 }],
  ])('have a weight above 0 in each part: %j', (weight, size) => {
    const batches = make(weight, size);
    for (let step = 0; step < 40; step++) {
      const batch = batches.at(step) as Batch;
      for (const part of [batch.labeled, batch.unlabeled])
        if (part) expect(Math.max(...(part.weight?.dataSync() ?? []))).toBe(1);
    }
  });
});

it.each(['labeled', 'unlabeled'])('a batch size that no array holds is refused at once: %s', (part) => {
  expect(() => tinyBatches({ batchSize: { labeled: 1, unlabeled: 1, [part]: 2 ** 33 } })).toThrow(
    `createBatches: batchSize.${part} × the larger of values and classes, 8589934592 × 64, is `,
  );
});

describe('batches out of an iterator', () => {
  const batch = (more: object = {}, labeled = true, unlabeled = true): Batch => ({
    ...(labeled && { labeled: { x: zeros([2, 8, 8, 1]), y: tensor2d([1, 0, 0, 0, 1, 0], [2, 3]), ...more } }),
    ...(unlabeled && { unlabeled: { x: zeros([2, 8, 8, 1]), ...more } }),
  });
  const run = async (make: () => Batch, counts = { labeled: 2, unlabeled: 2 }): Promise<unknown> => {
    const model = tinyM2();
    const before = alive();
    const batches = batchesFrom(
      function* () {
        for (;;) yield make();
      },
      { stepsPerEpoch: 2, counts },
    );
    const outcome = await train(model, { objective: semiSupervised(), batches, epochs: 1, seed: 1 }).catch(
      (error: Error) => error.message,
    );
    expect(alive()).toEqual(before);
    model.dispose();
    return outcome;
  };

  it.each([
    [[-1, 1], 'weight[0] is -1, needed 0, or a number from 1e-30 to 1e+30'],
    [[1, Number.NaN], 'weight[1] is NaN, needed 0, or a number from 1e-30 to 1e+30'],
    [[1, Number.POSITIVE_INFINITY], 'weight[1] is Infinity, needed 0, or a number from 1e-30 to 1e+30'],
    [[0, 0], 'weight is 0 for all examples, needed one above 0'],
  ])('have weights that are checked: %j', async (weight, message) => {
    expect(await run(() => batch({ weight: tensor1d(weight) }))).toBe(`train: batch 0.labeled.${message}`);
    expect(await run(() => batch({ weight: tensor1d(weight) }, false), { labeled: 0, unlabeled: 2 })).toBe(
      `train: batch 0.unlabeled.${message}`,
    );
  });

  it('have covariates that are checked', async () => {
    expect(await run(() => batch({ covariates: tensor([[1], [Number.NaN]]) }))).toBe(
      'train: batch 0.labeled.covariates[1] is NaN, needed a finite float32 number',
    );
  });

  it.each(FALSY)('have no part and no extra that is %s', async (value) => {
    expect(await run(() => batch({ weight: value }))).toMatch(
      /^batchesFrom: batch 0\.labeled\.weight is .*, needed a tensor/,
    );
    expect(await run(() => ({ ...batch({}, false), labeled: value as never }))).toMatch(
      /^batchesFrom: batch 0\.labeled is .*, needed a part/,
    );
  });

  it('have no part of which there are no examples, and every part of which there are some', async () => {
    for (const [counts, message] of [
      [{ labeled: 0, unlabeled: 2 }, 'batch 0 has a part labeled and counts.labeled is 0'],
      [{ labeled: 2, unlabeled: 0 }, 'batch 0 has a part unlabeled and counts.unlabeled is 0'],
    ] as const)
      expect(await run(batch, counts)).toMatch(`batchesFrom: ${message}`);
    expect(await run(() => batch({}, false))).toMatch(
      'batchesFrom: no batch of pass 0 has a part labeled and counts.labeled is 2',
    );
    expect(await run(() => batch({}, true, false))).toMatch('has a part unlabeled');
    let step = 0;
    expect(await run(() => batch({}, true, step++ % 2 === 0))).toHaveProperty('stopped', 'finished');
  });
});

it('a data set of all kinds of extras is still one', () => {
  const dataset = tinyDataset(6);
  const weight = [0, 1e-30, 1, 1e30, 1, 1];
  expect(Array.from(createDataset({ ...dataset, weight }).weight ?? [])).toEqual(weight.map(Math.fround));
});
