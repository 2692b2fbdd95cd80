import { expect, test } from 'vitest';
import type { BatchSource } from '../../src/core/batch';
import { createNoise } from '../../src/core/noise';
import { createBatches } from '../../src/data/batches';
import { createDataset } from '../../src/data/dataset';
import * as bernoulli from '../../src/distributions/bernoulli';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import type { Likelihood } from '../../src/distributions/likelihood';
import { assertInputsSupported } from '../../src/models/inputs';
import type { Model } from '../../src/models/model';

const modelOf = (likelihood?: Likelihood): Model =>
  ({ inputShape: [2], classes: 2, variables: {}, spec: null, dispose() {}, likelihood }) as Model;
const { support: _, ...untold } = bernoulli;

/** Example 0 is labelled, 1 not, and 2 neither. */
const batchesOf = (
  x: Float32Array | Uint8Array,
  options: Partial<Parameters<typeof createBatches>[0]> = {},
): BatchSource =>
  createBatches({
    dataset: createDataset({ name: 'three', x, y: [0, 1, 0], shape: [2], classes: 2 }),
    split: { labeled: Int32Array.of(0), unlabeled: Int32Array.of(1) },
    batchSize: { labeled: 1, unlabeled: 1 },
    seed: createNoise(1),
    ...options,
  });

test.each([
  ['Bernoulli of grey values', bernoulli, Float32Array.of(0, 1, 0.5, 0.25, 0, 0)],
  ['Bernoulli of bytes', bernoulli, Uint8Array.of(0, 255, 3, 4, 5, 6)],
  ['Bernoulli, where examples that are not used stand outside', bernoulli, Float32Array.of(0, 0, 0, 0, 7, 7)],
  ['Gaussian of any finite values', gaussianObservation(), Float32Array.of(-1e17, 255, 0, 0, 0, 0)],
  ['a likelihood that tells no support', untold, Float32Array.of(0, 255, 0, 0, 0, 0)],
  ['a model without a likelihood', undefined, Float32Array.of(0, 255, 0, 0, 0, 0)],
])('takes %s', async (_, likelihood, x) => {
  await assertInputsSupported('train', modelOf(likelihood), batchesOf(x));
});

test.each([
  [
    'a labelled value above 1',
    bernoulli,
    Float32Array.of(0, 255, 0, 0, 0, 0),
    'train: dataset.x[1] is 255, needed a number from 0 to 1',
  ],
  [
    'an unlabelled value below 0',
    bernoulli,
    Float32Array.of(0, 0, 0, -0.5, 0, 0),
    'train: dataset.x[3] is -0.5, needed a number from 0 to 1',
  ],
  [
    'what is not above a bound of its own',
    { ...untold, support: { min: 0.1, max: Number.POSITIVE_INFINITY } },
    Uint8Array.of(51, 255, 0, 255, 0, 0),
    'train: dataset.x[2] is 0, needed a finite number of at least 0.1',
  ],
])('refuses %s', async (_, likelihood, x, message) => {
  await expect(assertInputsSupported('train', modelOf(likelihood), batchesOf(x))).rejects.toThrow(message);
});

test('a NaN that came into the arrays later is refused under a Gaussian too', async () => {
  const x = new Float32Array(6);
  const batches = batchesOf(x);
  x[2] = Number.NaN;
  await expect(assertInputsSupported('train', modelOf(gaussianObservation()), batches)).rejects.toThrow(
    'train: dataset.x[2] is NaN, needed a finite number',
  );
});

test('looks at what binarisation leaves, and only at the parts that are used', async () => {
  const halves = { ...untold, support: { min: 0.5, max: 1 } };
  await expect(
    assertInputsSupported(
      'train',
      modelOf(halves),
      batchesOf(new Float32Array(6).fill(0.7), { binarize: 'threshold' }),
    ),
  ).rejects.toThrow('train: batches[0] is 0, needed a number from 0.5 to 1');
  const labeled = { batchSize: { labeled: 1, unlabeled: 0 } };
  await assertInputsSupported(
    'train',
    modelOf(bernoulli),
    batchesOf(Float32Array.of(0, 0, 9, 9, 9, 9), labeled),
  );
});

test('a source of one’s own that cannot tell is taken as it is', async () => {
  const own: BatchSource = { stepsPerEpoch: 1, counts: { labeled: 0, unlabeled: 1 }, at: () => ({}) };
  await assertInputsSupported('train', modelOf(bernoulli), own);
});
