import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { M2 } from '../../src/models/m2/model';
import type { Objective } from '../../src/models/objectives/objective';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { createAdam } from '../../src/training/optimizer/adam';
import type { Optimizer } from '../../src/training/optimizer/optimizer';
import type { TrainOptions } from '../../src/training/options';
import { train } from '../../src/training/train';
import { cleanUpAfterEach } from '../support/numbers';
import { alive, memoryStorage, tinyBatches, tinyM2 } from '../support/tiny';

cleanUpAfterEach();

const HOSTILE = ['a\tb', 'a\nb', 'a\0b', '\ud800', 'a\u2028b', 'x'.repeat(101)];

const plain = semiSupervised();

const withTerm =
  (name: string): Objective<M2> =>
  (model, batch, context) => {
    const terms = plain(model, batch, context);
    return { ...terms, unlabeled: { ...terms.unlabeled, [name]: terms.unlabeled?.elbo as Tensor } };
  };

const options = (more: Partial<TrainOptions<M2>> = {}): TrainOptions<M2> => ({
  objective: plain,
  batches: tinyBatches({ stepsPerEpoch: 2 }),
  epochs: 1,
  seed: 1,
  ...more,
});

/** What refuses a name, and the options that hold it. */
const PLACES: readonly (readonly [string, (name: string, model: M2) => Partial<TrainOptions<M2>>])[] = [
  ['what validate gives', (name) => ({ validate: async () => ({ [name]: 1 }) })],
  ["a term of the objective's unlabeled", (name) => ({ objective: withTerm(name) })],
  [
    'phase 0',
    (name, { variables }) => ({ objective: [{ name, variables: Object.keys(variables), objective: plain }] }),
  ],
];

describe.each(PLACES)('the name of %s', (what, place) => {
  it.each(HOSTILE)('is refused where no checkpoint holds it: %j', async (name) => {
    const model = tinyM2();
    const before = alive();
    await expect(train(model, options(place(name, model)))).rejects.toThrow(
      new RegExp(`^train: the name of ${what} is ".*", needed at most 100 characters`),
    );
    expect(alive()).toEqual(before);
    model.dispose();
  });

  it('is resumed from where it is long and not of English letters', async () => {
    const storage = memoryStorage();
    const name = `Güte 准确率 #1 ${'x'.repeat(80)}`;
    for (const epochs of [1, 2]) {
      const model = tinyM2();
      const { history } = await train(
        model,
        options({ ...place(name, model), epochs, checkpoint: { storage }, resume: true }),
      );
      expect(history).toHaveLength(epochs);
      expect(Object.keys(history[0] ?? {}).join()).toContain(name);
      model.dispose();
    }
  });
});

it('a checkpoint that could not be resumed from is refused when it is written', async () => {
  const model = tinyM2();
  const adam = createAdam();
  const optimizer: Optimizer = {
    apply: adam.apply,
    get state() {
      return { tensors: {}, counts: { half: 0.5 } };
    },
    restore: adam.restore,
    dispose: adam.dispose,
  };
  const storage = memoryStorage();
  await expect(train(model, options({ optimizer, checkpoint: { storage } }))).rejects.toThrow(
    'train: the checkpoint: updates is Object, needed counts by name',
  );
  expect(storage.bytes).toBeUndefined();
  adam.dispose();
  model.dispose();
});
