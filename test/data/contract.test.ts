/** What may come as data, and what then happens: every line of the table in docs/reliability.md. */
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Batch, type BatchSource, disposeBatch } from '../../src/core/batch';
import { createNoise } from '../../src/core/noise';
import { type BatchesOptions, createBatches } from '../../src/data/batches';
import { batchesFrom } from '../../src/data/batchesFrom';
import { type CreateDatasetOptions, createDataset } from '../../src/data/dataset';
import { splitDataset } from '../../src/data/split';
import { tensorDataset } from '../../src/data/tensorDataset';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { assertFits } from '../../src/models/fits';
import { assertInputsSupported } from '../../src/models/inputs';
import { createM2 } from '../../src/models/m2/model';

/** Lines of the table, first column and second. */
const lines = readFileSync(new URL('../../docs/reliability.md', import.meta.url), 'utf8')
  .split('\n## Data\n')[1]
  ?.split('\n## ')[0]
  ?.split('\n')
  .flatMap((line) => {
    const [, what, then] = /^\| (.*?) \| (.*) \|$/.exec(line) ?? [];
    return what && then && what !== 'you pass' ? [{ what, then }] : [];
  }) as { readonly what: string; readonly then: string }[];

/** Six examples of two values, classes 0, 1, 2, 0, 1, 2. */
const six = (options: Partial<CreateDatasetOptions> = {}): CreateDatasetOptions => ({
  name: 'six',
  x: Float32Array.from({ length: 12 }, (_, i) => i / 12),
  y: [0, 1, 2, 0, 1, 2],
  shape: [2],
  classes: 3,
  ...options,
});
const spoilt = (index: number, value: number): Float32Array => {
  const x = six().x.slice() as Float32Array;
  x[index] = value;
  return x;
};
const batchesOf = (options: Partial<BatchesOptions> = {}): BatchSource =>
  createBatches({
    dataset: six(),
    split: { labeled: Int32Array.of(0, 1, 2), unlabeled: Int32Array.of(3, 4, 5) },
    batchSize: { labeled: 2, unlabeled: 2 },
    seed: createNoise(1),
    ...options,
  });

/** A batch as numbers; its tensors are freed. */
const numbersOf = async (batch: Batch) => {
  const numbers: Record<string, unknown> = {};
  for (const [name, tensor] of Object.entries({
    x: batch.labeled?.x,
    y: batch.labeled?.y,
    unlabeled: batch.unlabeled?.x,
  })) {
    if (!tensor) continue;
    numbers[name] = await tensor.array();
    tensor.dispose();
  }
  return numbers as { readonly x?: number[][]; readonly y?: number[][]; readonly unlabeled?: number[][] };
};
const at = async (source: BatchSource, step: number) => numbersOf(await source.at(step));

const fromTensors = async (x: tf.Tensor, y: tf.Tensor) => {
  try {
    return await tensorDataset({ name: 'six', x, y, classes: 3 });
  } finally {
    tf.dispose([x, y]);
  }
};

const model = createM2({
  inputShape: [2],
  classes: 3,
  latent: 1,
  nets: { preset: 'mlp', widths: [2] },
  seed: createNoise(1),
});
afterAll(() => model.dispose());

const counts = { labeled: 0, unlabeled: 4 };
const iterated = (...values: number[][]) =>
  batchesFrom(() => values.map((row) => ({ unlabeled: { x: tf.tensor2d([row]) } })), {
    stepsPerEpoch: 2,
    counts,
  });

/** What each line does; where its second column is a message, that is what it throws. */
const cases: Readonly<Record<string, () => unknown>> = {
  'inputs as `Uint8Array`': async () => {
    const x = Uint8Array.of(0, 51, 102, 153, 204, 255);
    const source = batchesOf({
      dataset: six({ x, y: [0, 1, 2], shape: [2] }),
      split: { labeled: Int32Array.of(2), unlabeled: Int32Array.of() },
      batchSize: { labeled: 1, unlabeled: 0 },
    });
    expect((await at(source, 0)).x).toEqual([[Math.fround(0.8), 1]]);
  },
  'the pixels of a canvas, `Uint8ClampedArray`': async () => {
    const pixels = Uint8ClampedArray.of(0, 51, 102, 255, 255, 204, 153, 255);
    const dataset = createDataset({ name: 'drawn', x: pixels, y: [0, 1], shape: [1, 1, 4], classes: 2 });
    const source = batchesOf({
      dataset,
      split: { labeled: Int32Array.of(1), unlabeled: Int32Array.of() },
      batchSize: { labeled: 1, unlabeled: 0 },
    });
    expect((await at(source, 0)).x).toEqual([[[[1, Math.fround(0.8), Math.fround(0.6), 1]]]]);
  },
  'such pixels for examples of one channel': () =>
    createDataset({ name: 'drawn', x: new Uint8ClampedArray(256), shape: [8, 8, 1], classes: 2 }),
  'inputs as `Float32Array`': async () => {
    const source = batchesOf({ dataset: six({ x: new Float32Array(12).fill(-3.5) }) });
    expect((await at(source, 0)).unlabeled).toEqual([
      [-3.5, -3.5],
      [-3.5, -3.5],
    ]);
  },
  'arrays of another realm: a frame, `node:vm`, a test runner': async () => {
    const x = runInNewContext('(x) => Float32Array.from(x)')(six().x);
    expect(x).not.toBeInstanceOf(Float32Array);
    expect(await at(batchesOf({ dataset: six({ x }) }), 1)).toEqual(await at(batchesOf(), 1));
  },
  'tensors, labels as indices or one-hot rows': async () => {
    const x = () => tf.tensor2d(six().x as Float32Array, [6, 2]);
    const y = tf.tensor1d([0, 1, 2, 0, 1, 2], 'int32');
    const oneHot = tf.oneHot(y, 3);
    expect(await fromTensors(x(), y)).toEqual(createDataset(six()));
    expect(await fromTensors(x(), oneHot)).toEqual(createDataset(six()));
  },
  'the arrays of a data set, given to `createBatches`': async () => {
    const [made, given] = [createDataset(six()), six()].map((dataset) => batchesOf({ dataset }));
    expect(await at(given as BatchSource, 3)).toEqual(await at(made as BatchSource, 3));
    expect(() => batchesOf({ dataset: six({ y: [0, 1, 2, 0, 1, 3] }) })).toThrow('dataset.y[5] is 3');
  },
  'an example in both parts, or twice in one': async () => {
    const source = batchesOf({
      split: { labeled: Int32Array.of(3, 3), unlabeled: Int32Array.of(3, 3) },
    });
    const { x, unlabeled } = await at(source, 0);
    expect([...(x ?? []), ...(unlabeled ?? [])]).toEqual(
      Array(4).fill([Math.fround(6 / 12), Math.fround(7 / 12)]),
    );
  },
  'a class without a labeled example': async () => {
    const split = { labeled: Int32Array.of(0, 1), unlabeled: Int32Array.of(2, 5) };
    const { y } = await at(batchesOf({ split }), 0);
    expect([...(y ?? [])].sort()).toEqual([
      [0, 1, 0],
      [1, 0, 0],
    ]);
  },
  'fewer labeled examples than a batch': async () => {
    const { x } = await at(batchesOf({ batchSize: { labeled: 6, unlabeled: 2 } }), 0);
    const first = x?.map(([value]) => value).sort();
    expect(first).toEqual([
      0,
      0,
      Math.fround(2 / 12),
      Math.fround(2 / 12),
      Math.fround(4 / 12),
      Math.fround(4 / 12),
    ]);
  },
  'unlabeled examples that fill no last batch': async () => {
    const source = batchesOf();
    expect(source.stepsPerEpoch).toBe(1);
    const seen = new Set<number | undefined>();
    for (let step = 0; step < 12; step++)
      for (const [value] of (await at(source, step)).unlabeled ?? []) seen.add(value);
    expect(seen.size).toBe(3);
  },
  'a batch size of 0': async () => {
    const labels = batchesOf({ batchSize: { labeled: 2, unlabeled: 0 } });
    expect([labels.counts, Object.keys(await at(labels, 0))]).toEqual([
      { labeled: 3, unlabeled: 0 },
      ['x', 'y'],
    ]);
    const inputs = batchesOf({ batchSize: { labeled: 0, unlabeled: 2 } });
    expect([inputs.counts, Object.keys(await at(inputs, 0))]).toEqual([
      { labeled: 0, unlabeled: 3 },
      ['unlabeled'],
    ]);
  },
  'inputs of another type': () => createDataset(six({ x: new Float64Array(12) as never })),
  'integer tensors as inputs': () => fromTensors(tf.zeros([6, 2], 'int32'), tf.zeros([6])),
  'inputs that do not divide into examples': () => createDataset(six({ x: new Float32Array(11) })),
  'a NaN or an infinity among the inputs': () => {
    expect(() => createDataset(six({ x: spoilt(3, Number.NEGATIVE_INFINITY) }))).toThrow('x[3] is -Infinity');
    createDataset(six({ x: spoilt(3, Number.NaN) }));
  },
  'no example': () => createDataset(six({ x: new Float32Array(0), y: [] })),
  'a class that is not known': async () => {
    const dataset = createDataset(six({ y: [0, -1, 1, -1, 2, -1] }));
    const split = splitDataset(dataset, { seed: createNoise(1) });
    expect([[...split.labeled], [...split.unlabeled]]).toEqual([
      [0, 2, 4],
      [1, 3, 5],
    ]);
    const { y, unlabeled } = await at(batchesOf({ dataset, split }), 0);
    expect([y?.length, unlabeled?.length]).toEqual([2, 2]);
    expect(createDataset(six({ y: undefined })).count).toBe(6);
  },
  'labels in any array of integers, 64-bit ones too': () => {
    const y = BigInt64Array.of(0n, -1n, 1n, -1n, 2n, -1n);
    expect([...createDataset(six({ y })).y]).toEqual([0, 255, 1, 255, 2, 255]);
  },
  'evaluation where some classes are not known': async () => {
    const known = await evaluateClassifier(model, { x: [0.25, 0.75], y: [2] });
    expect(await evaluateClassifier(model, { x: [0.5, 0.5, 0.25, 0.75], y: [-1, 2] })).toEqual(known);
  },
  'evaluation where none is known': () => evaluateClassifier(model, { x: [0, 0, 1, 1], y: [-1, -1] }),
  'a split that labels such an example': () =>
    batchesOf({
      dataset: six({ y: [0, -1, 1, -1, 2, -1] }),
      split: { labeled: Int32Array.of(1, 2), unlabeled: Int32Array.of(3, 5) },
    }),
  'a label out of range': () => createDataset(six({ y: [0, 3, 2, 0, 1, 2] })),
  'a label that is not an integer': () => createDataset(six({ y: [0, 0.5, 2, 0, 1, 2] })),
  'a label that is a text, nothing or NaN': () => {
    for (const label of ['1', '', undefined, Number.NaN])
      expect(() => createDataset(six({ y: [0, label, 2, 0, 1, 2] as never }))).toThrow(
        'or -1 for an unknown class',
      );
    createDataset(six({ y: [0, null, 2, 0, 1, 2] as never }));
  },
  'a row of labels that is not one-hot': () =>
    fromTensors(tf.zeros([1, 2]), tf.tensor2d([0.5, 0.5, 0], [1, 3])),
  'arrays changed after `createDataset`': () => {
    const dataset = createDataset(six());
    dataset.y[1] = 9;
    batchesOf({ dataset });
  },
  'an index that the data set does not have': () =>
    batchesOf({ split: { labeled: Int32Array.of(0, 6), unlabeled: Int32Array.of(1, 2) } }),
  'a batch size above 0, and no labeled example': () =>
    batchesOf({ split: { labeled: Int32Array.of(), unlabeled: Int32Array.of(1, 2) } }),
  'a batch size above 0, and no unlabeled example': () =>
    batchesOf({ split: { labeled: Int32Array.of(1, 2), unlabeled: Int32Array.of() } }),
  'both batch sizes 0': () => batchesOf({ batchSize: { labeled: 0, unlabeled: 0 } }),
  'fewer unlabeled examples than a batch': () => batchesOf({ batchSize: { labeled: 2, unlabeled: 4 } }),
  'values outside [0, 1] to be binarized': () =>
    batchesOf({ dataset: six({ x: spoilt(5, 255) }), binarize: 'dynamic' }),
  'a model of other inputs': () => assertFits('train', { ...model, inputShape: [3] }, [], batchesOf()),
  'a model of other classes': () => assertFits('train', { ...model, classes: 4 }, [], batchesOf()),
  "values outside the likelihood's support, in training": () =>
    assertInputsSupported('train', model, batchesOf({ dataset: six({ x: spoilt(5, 255) }) })),
  'the same out of an iterator': () => assertInputsSupported('train', model, iterated([0, 255])),
  'the same in evaluation': () => evaluateElbo(model, { x: spoilt(5, 255) }, { seed: createNoise(1) }),
  'values that a resize has rounded beyond 1': () =>
    assertInputsSupported('train', model, batchesOf({ dataset: six({ x: spoilt(5, 1.0000001) }) })),
  'labels out of an iterator that are not probabilities': () => {
    const labeled = () => ({ x: tf.zeros([1, 2]), y: tf.fill([1, 3], 5) });
    const source = batchesFrom(() => [{ labeled: labeled() }], {
      stepsPerEpoch: 1,
      counts: { labeled: 1, unlabeled: 0 },
    });
    return assertInputsSupported('train', model, source);
  },
  'an iterator that gives no batches': () => {
    const batch = () => ({ xs: tf.zeros([1, 2]), ys: tf.zeros([1, 3]) }) as Batch;
    return batchesFrom(() => [batch()], { stepsPerEpoch: 1, counts }).at(0);
  },
  'a part of another name beside a right one, from an iterator or a source of your own': () => {
    const part = () => ({ x: tf.zeros([1, 2]) });
    const batch = () => ({ unlabeled: part(), unlabelled: part() });
    return batchesFrom(() => [batch()], { stepsPerEpoch: 1, counts }).at(0);
  },
  'more in a batch or a part than its inputs and labels: ids, counts, labels of unlabeled examples':
    async () => {
      const batch = { unlabeled: { x: tf.zeros([1, 2]), y: tf.zeros([1, 3]) }, ids: tf.zeros([1]), count: 1 };
      disposeBatch(await batchesFrom(() => [batch], { stepsPerEpoch: 1, counts }).at(0));
    },
  'an iterator of fewer batches than an epoch': async () => {
    const source = iterated([0, 1]);
    await at(source, 0);
    await source.at(1);
  },
  'a bare iterator where a run is resumed': () =>
    batchesFrom([].values(), { stepsPerEpoch: 2, counts }).at(5),
  'an iterator that throws': async () => {
    let faults = 1;
    function* failing(): Generator<Batch> {
      yield { unlabeled: { x: tf.zeros([1, 2]) } };
      if (faults-- > 0) throw new Error('disk gone');
      yield { unlabeled: { x: tf.ones([1, 2]) } };
    }
    const source = batchesFrom(failing, { stepsPerEpoch: 2, counts });
    await at(source, 0);
    await expect(source.at(1)).rejects.toThrow('disk gone');
    expect((await at(source, 1)).unlabeled).toEqual([[1, 1]]);
  },
};

describe('the contract of data', () => {
  let before = 0;
  beforeEach(() => {
    before = tf.memory().numTensors;
  });

  it('has a case for each line, and a line for each case', () => {
    expect(Object.keys(cases)).toEqual(lines.map(({ what }) => what));
  });

  it.each(lines)('$what: $then', async ({ what, then }) => {
    const message = /^`(\w+: .*)`$/.exec(then)?.[1];
    const outcome = (async () => cases[what]?.())();
    if (message === undefined) await outcome;
    else
      await expect(outcome).rejects.toSatisfy(
        (error: Error) => error.message.startsWith(message),
        `starts with "${message}"`,
      );
    expect(tf.memory().numTensors).toBe(before);
  });
});
