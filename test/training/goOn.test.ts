/** Going on from a trained model with other data and settings. */
import { describe, expect, it } from 'vitest';
import { createBatches } from '../../src/data/batches';
import { subset } from '../../src/data/gather';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { loadModel } from '../../src/models/loadModel';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { saveModel } from '../../src/models/saveModel';
import { fit } from '../../src/training/fit/fit';
import { createAdam } from '../../src/training/optimizer/adam';
import { train } from '../../src/training/train';
import { memoryStorage, tinyDataset, tinyM2, weightsOf } from '../support/tiny';

const data = tinyDataset(90);
const indices = (from: number, to: number): Int32Array =>
  Int32Array.from({ length: to - from }, (_, i) => from + i);
const splitOf = (labels: number) => ({ labeled: indices(0, labels), unlabeled: indices(labels, 60) });
const settings = (labels: number, epochs: number) => ({
  objective: semiSupervised({ labelHandling: 'gumbel' }),
  batches: createBatches({
    dataset: data,
    split: splitOf(labels),
    batchSize: { labeled: 3, unlabeled: 20 },
    seed: 1,
  }),
  epochs,
  seed: 1,
});

describe('a trained model', () => {
  it('goes on with more labels, more epochs and another rate, from a file too', async () => {
    const model = tinyM2();
    await train(model, settings(3, 5));
    const storage = memoryStorage();
    await saveModel(model, storage);
    const before = await weightsOf(model);

    const loaded = await loadModel(storage, { kind: 'm2' });
    for (const one of [model, loaded]) {
      const { history, step } = await train(one, {
        ...settings(20, 8),
        optimizer: createAdam({ learningRate: 1e-2 }),
      });
      expect([history.length, step]).toEqual([8, 8 * 2]);
    }
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
    expect(await weightsOf(model)).not.toEqual(before);
    const { accuracy } = await evaluateClassifier(model, subset(data, indices(60, 90)));
    expect(accuracy).toBeGreaterThan(0.9);
    model.dispose();
    loaded.dispose();
  });

  it('does not resume with them: a run resumes as it was', async () => {
    const storage = memoryStorage();
    const checkpoint = { storage };
    const model = tinyM2();
    await train(model, { ...settings(3, 2), checkpoint });
    await expect(train(model, { ...settings(20, 4), checkpoint, resume: true })).rejects.toThrow(
      'split.labeled[3] is 3 in this run and none in the checkpoint',
    );
    const optimizer = createAdam({ learningRate: 1e-2 });
    await expect(train(model, { ...settings(3, 4), optimizer, checkpoint, resume: true })).rejects.toThrow(
      'needed the same',
    );
    optimizer.dispose();
    // More epochs are the same run, which goes on.
    const { step } = await train(model, { ...settings(3, 4), checkpoint, resume: true });
    expect(step).toBe(4 * 2);
    model.dispose();
  });

  it('fits again from the weights that it has', async () => {
    const [once, twice] = [tinyM2(), tinyM2()];
    const options = { seed: 1, steps: 10, folds: 0 };
    await fit(once, data, { ...options, split: splitOf(20) });
    await fit(twice, data, { ...options, split: splitOf(3) });
    await fit(twice, data, { ...options, split: splitOf(20) });
    expect(await weightsOf(twice)).not.toEqual(await weightsOf(once));
    once.dispose();
    twice.dispose();
  });
});
