import { expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { createBatches } from '../../src/data/batches';
import { columns } from '../../src/data/columns';
import { createDataset } from '../../src/data/dataset';
import { splitDataset } from '../../src/data/split';
import { streamBatches } from '../../src/data/stream/streamBatches';
import { accuracy } from '../../src/evaluation/accuracy';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { supervised } from '../../src/models/objectives/supervised';
import { embed, predict } from '../../src/models/predict';
import { toLayersModels } from '../../src/portable/toLayersModels';
import { train } from '../../src/training/train';
import { cleanUpAfterEach } from '../support/numbers';
import { tinyDataset, tinyM2 } from '../support/tiny';

cleanUpAfterEach();

const noise = createNoise(1);
const set = tinyDataset(6);
const parts = { train: set, test: set };

it.each<[string, (handed: never) => unknown, unknown, string]>([
  [
    'a data set for its inputs',
    (data) => predict(tinyM2(), data),
    set,
    'predict: data is Object, needed bytes, float32 values, numbers or a tensor: hand over its inputs, dataset.x',
  ],
  ['both sets for inputs', (data) => embed(tinyM2(), data), parts, 'hand over data.train, or data.test'],
  [
    'both sets for one that is split',
    (both) => splitDataset(both, { labeled: 3, seed: noise }),
    parts,
    'splitDataset: dataset is Object, needed a data set, such as createDataset makes: hand over dataset.train, or dataset.test',
  ],
  [
    'both sets for one that is gone through',
    (dataset) =>
      createBatches({
        dataset,
        split: { labeled: Int32Array.of(0), unlabeled: Int32Array.of(1), validation: new Int32Array() },
        batchSize: { labeled: 1, unlabeled: 1 },
        seed: noise,
      }),
    parts,
    'createBatches: dataset is Object, needed a data set: hand over dataset.train, or dataset.test',
  ],
  [
    'both sets for one that is measured with',
    (data) => evaluateClassifier(tinyM2(), data),
    parts,
    'evaluateClassifier: data is Object, needed { x, y }, such as a data set: hand over data.train, or data.test',
  ],
  [
    'a promise for a data set',
    (data) => evaluateElbo(tinyM2(), data, { seed: noise }),
    Promise.resolve(set),
    'evaluateElbo: data is Promise, needed { x, y }, such as a data set: await it',
  ],
  [
    'a promise for a data set that is split',
    (data) => splitDataset(data, { labeled: 3, seed: noise }),
    Promise.resolve(set),
    'splitDataset: dataset is Promise, needed a data set, such as createDataset makes: await it',
  ],
  [
    'a promise for a model',
    (model) => predict(model, set.x),
    Promise.resolve(3),
    'predict: model is Promise, needed an object with classify(): await it',
  ],
  [
    'a promise for rows',
    (rows) => columns(rows),
    Promise.resolve([]),
    'columns: rows is Promise, needed an array of records, or a record of columns, as parsers of tables give them: await it',
  ],
  [
    'a promise for batches',
    (batches) => train(tinyM2(), { objective: supervised(), batches, epochs: 1, seed: 1 }),
    Promise.resolve({}),
    'train: batches is Promise, needed a BatchSource such as createBatches(…): await it',
  ],
  [
    'a promise for blocks',
    (unlabeled) =>
      streamBatches({ unlabeled, labeled: set, batchSize: { labeled: 1, unlabeled: 1 }, seed: 1 }),
    Promise.resolve({}),
    'streamBatches: unlabeled is Promise, needed blocks, { name, shape, sizes, read }, such as rowBlocks of ssvae/node makes: await it',
  ],
  [
    'a promise for a model that leaves',
    (model) => toLayersModels(model),
    Promise.resolve({}),
    'toLayersModels: model is Promise, needed a ready model, as createM2 makes, or loadModel: await it',
  ],
  [
    'a promise for codes',
    (labels) => accuracy(labels, [0]),
    Promise.resolve([0]),
    'accuracy: labels is Promise, needed an array of numbers: await it',
  ],
  [
    'a tensor for labels that are counted',
    (labels) => accuracy(labels, [0]),
    { shape: [1], dataSync: () => [0] },
    'accuracy: labels is a tensor [1], needed an array of numbers: await labels.data()',
  ],
  [
    'a tensor for labels',
    (y) => evaluateClassifier(tinyM2(), { x: set.x, y }),
    { shape: [6], dataSync: () => [0] },
    'evaluateClassifier: y is a tensor [6], needed an array of numbers: await y.data()',
  ],
  [
    'labels from 1',
    (y) => createDataset({ name: 'a', x: new Float32Array(4), y, shape: [1], classes: 3 }),
    [1, 2, 3, 255],
    'createDataset: y[2] is 3, needed an integer from 0 to 2, or -1 for an unknown class: labels begin at 0, subtract 1',
  ],
])('%s gives an error that says what to do', async (_, call, handed, message) => {
  await expect((async () => call(handed as never))()).rejects.toThrow(message);
});

it('labels beyond the classes get no hint where they do not count from 1', () => {
  const make = (y: readonly number[]) => () =>
    createDataset({ name: 'a', x: new Float32Array(3), y, shape: [1], classes: 3 });
  expect(make([0, 1, 3])).toThrow(/unknown class$/);
  expect(make([1, 2, 4])).toThrow(/unknown class$/);
  expect(make([3, 3, 3])).toThrow(/unknown class$/);
});
