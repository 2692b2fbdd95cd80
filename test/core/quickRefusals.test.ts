import { expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { valueAt } from '../../src/core/schedules';
import { batchesFrom } from '../../src/data/batchesFrom';
import { analogies } from '../../src/figures/analogies';
import { scheduled } from '../../src/models/objectives/objective';
import { cleanUpAfterEach } from '../support/numbers';
import { tinyBatches, tinyExamples, tinyM2 } from '../support/tiny';

cleanUpAfterEach();

const split = { labeled: Int32Array.of(0), unlabeled: Int32Array.of(1) };

it.each<[string, () => unknown]>([
  ['valueAt: step is NaN, needed a finite number', () => valueAt(1, Number.NaN)],
  ['valueAt: name is 3, needed a text', () => valueAt(1, 0, 3 as never)],
  [
    'scheduled: name is undefined, needed a text',
    () => scheduled({ step: 0, noise: createNoise(1) }, 1, undefined as never),
  ],
  [
    'createBatches: split.Validation is not a part of a split, needed validation',
    () => tinyBatches({ split: { ...split, Validation: Int32Array.of(2) } as never }),
  ],
  [
    'batchesFrom: identity is 3, needed a text',
    () =>
      batchesFrom(() => [], { stepsPerEpoch: 1, counts: { labeled: 0, unlabeled: 1 }, identity: 3 as never }),
  ],
])('%s', (message, call) => {
  expect(call).toThrow(message);
});

it.each([0, Number.NaN, null])('analogies take no labels that are %j', async (labels) => {
  const model = tinyM2();
  await expect(analogies(model, tinyExamples(1).x, { labels: labels as never })).rejects.toThrow(
    /^analogies: labels is .*, needed an array of numbers/,
  );
  model.dispose();
});
