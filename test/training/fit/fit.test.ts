import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import {
  createM2,
  type Dataset,
  evaluateClassifier,
  type FitOptions,
  fit,
  type M2,
  predict,
  recipeOf,
  splitDataset,
  subset,
  supervised,
  twoMoons,
  unsupervised,
  vectors,
} from '../../../src';

const moons = (count = 200): Dataset => {
  const { x, y } = twoMoons({ count, seed: 3 });
  return vectors({ values: x as Float32Array, width: 2 }, { labels: Array.from(y, String) });
};

const modelOf = (data: Dataset) =>
  createM2({ data, latent: 2, nets: { preset: 'mlp', widths: [8] }, seed: 1 });

const fitted = async (options: FitOptions = {}, labeled = 8) => {
  const data = moons();
  const model = modelOf(data);
  const split = splitDataset(data, { labeled, test: 40, seed: 1 });
  const report = await fit(model, data, { split, steps: 20, seed: 1, ...options });
  const { probabilities } = await predict(model, subset(data, split.test).x);
  return { data, model, split, report, probabilities };
};

describe('fit', () => {
  it('says what it chose, why, and how the model fares on held-back examples', async () => {
    const { data, model, split, report } = await fitted();
    expect(report.chosen).toBe('mean of all');
    expect(report.crossValidation).toBeUndefined();
    expect(report.heldBack?.model.count).toBe(40);
    expect(report.heldBack?.model).toEqual(await evaluateClassifier(model, subset(data, split.test)));
    expect(Object.keys(report.history)).toEqual(['labels alone', 'labels and unlabeled data']);
    model.dispose();
  });

  it('gives the same weights for the same seed, and others for another', async () => {
    const first = await fitted();
    const again = await fitted();
    const other = await fitted({ seed: 2 });
    expect(again.probabilities).toEqual(first.probabilities);
    expect(other.probabilities).not.toEqual(first.probabilities);
    for (const { model } of [first, again, other]) model.dispose();
  });

  it('predicts each labeled example once in cross-validation', async () => {
    const { report, model } = await fitted({ folds: 4 });
    expect(report.crossValidation?.folds).toBe(4);
    expect(report.crossValidation?.examples).toBe(8);
    model.dispose();
  });

  it('compares by cross-validation where every class has twenty labels', async () => {
    const { report, model } = await fitted({ steps: 2 }, 40);
    expect(report.crossValidation?.examples).toBe(40);
    model.dispose();
  });

  it('counts the steps of all runs', async () => {
    let last = { done: 0, total: 0 };
    const onProgress = (progress: typeof last): void => {
      last = progress;
    };
    for (const [steps, total] of [
      [20, 2 * 3 * 20 + 10],
      [7, 2 * 3 * 7 + 4],
    ] as const) {
      const { model } = await fitted({ folds: 2, steps, onProgress });
      expect(last).toEqual({ done: total, total });
      model.dispose();
    }
  });

  it('takes parts of the recipe', async () => {
    const { report, model } = await fitted({
      alpha: 3,
      objective: supervised(),
      batchSize: { labeled: 4, unlabeled: 10 },
    });
    expect(report.recipe).toMatchObject({ alpha: 3, batchSize: { labeled: 4, unlabeled: 10 }, steps: 20 });
    model.dispose();
  });

  it('gives the former weights back where it is ended', async () => {
    const data = moons();
    const model = modelOf(data);
    const before = await predict(model, data.x);
    const stop = new AbortController();
    const onProgress = ({ done }: { readonly done: number }): void => {
      if (done === 30) stop.abort(new Error('enough'));
    };
    const split = splitDataset(data, { labeled: 8, seed: 1 });
    await expect(fit(model, data, { split, steps: 20, signal: stop.signal, onProgress })).rejects.toThrow(
      'enough',
    );
    expect(await predict(model, data.x)).toEqual(before);
    model.dispose();
  });

  it('leaves no tensor behind', async () => {
    const data = moons();
    const model = modelOf(data);
    const split = splitDataset(data, { labeled: 8, seed: 1 });
    await fit(model, data, { split, steps: 2, folds: 2 });
    const { numTensors } = tf.memory();
    await fit(model, data, { split, steps: 2, folds: 2 });
    expect(tf.memory().numTensors).toBe(numTensors);
    model.dispose();
  });

  it('makes a model for the data where none is given', async () => {
    const data = moons();
    const split = splitDataset(data, { labeled: 8, seed: 1 });
    const { model, chosen } = await fit(data, { split, steps: 2, seed: 1 });
    expect(chosen).toBe('mean of all');
    expect(model.classNames).toEqual(['0', '1']);
    expect((await predict(model, [[0, 1]])).classNames).toHaveLength(1);
    model.dispose();
  });

  it('refuses a split that is not one of the data', async () => {
    const data = moons();
    const model = modelOf(data);
    const unlabeled = Int32Array.of(1);
    await expect(fit(model, data, { split: 3 as never })).rejects.toThrow('fit: split is 3, needed');
    await expect(fit(model, data, { split: { unlabeled } as never })).rejects.toThrow(
      'fit: split.labeled is undefined, needed',
    );
    const beyond = { labeled: Int32Array.of(0, 200), unlabeled };
    await expect(fit(model, data, { split: beyond })).rejects.toThrow('fit: split.labeled[1] is 200, needed');
    model.dispose();
  });

  it.each<[string, (data: Dataset) => FitOptions & { readonly split?: object }, string]>([
    [
      'a batch of more examples',
      () => ({ batchSize: { labeled: 4, unlabeled: 800 } }),
      'fit: batchSize.unlabeled is 800, needed at most 152',
    ],
    ['an objective that needs no labels', () => ({ objective: unsupervised() as never }), 'fit: '],
    ['an objective that gives a promise', () => ({ objective: (async () => ({})) as never }), 'fit: '],
    [
      'a misspelled part',
      () => ({
        split: {
          labeled: Int32Array.of(0, 1),
          unlabeled: Int32Array.of(2),
          tests: Int32Array.of(3),
        } as never,
      }),
      'fit: split.tests is not a part of a split, needed labeled, unlabeled, validation, test',
    ],
    [
      'labeled examples that are held back',
      () => ({
        split: { labeled: Int32Array.of(0, 1), unlabeled: Int32Array.of(2), test: Int32Array.of(3, 1) },
      }),
      'fit: split.test[1] is 1, an example of split.labeled too, needed examples that are held back',
    ],
  ])('finds %s before the first step', async (_, options, message) => {
    const data = moons();
    const model = modelOf(data);
    const before = await predict(model, data.x);
    const split = splitDataset(data, { labeled: 8, test: 40, seed: 1 });
    let steps = 0;
    const onProgress = (): void => void steps++;
    const given = { split, steps: 20, onProgress, ...options(data) } as FitOptions;
    await expect(fit(model, data, given)).rejects.toThrow(message);
    expect(steps).toBe(0);
    expect(await predict(model, data.x)).toEqual(before);
    model.dispose();
  });

  it('finds held-back examples without a class before the first step', async () => {
    const all = moons();
    const split = splitDataset(all, { labeled: 8, test: 4, seed: 1 });
    const y = Uint8Array.from(all.y, (label, i) => (split.test.includes(i) ? 255 : label));
    const data = { ...all, y };
    const model = modelOf(data);
    let steps = 0;
    await expect(fit(model, data, { split, steps: 20, onProgress: () => void steps++ })).rejects.toThrow(
      'fit: y holds no class that is known among 4',
    );
    expect(steps).toBe(0);
    model.dispose();
  });

  it('refuses a model with nothing to train, and a controller in place of its signal', async () => {
    const data = moons();
    const model = modelOf(data);
    for (const variable of Object.values(model.variables))
      (variable as { trainable: boolean }).trainable = false;
    await expect(fit(model, data)).rejects.toThrow(
      'fit: the model has no trainable variable, needed one at least: its layers are frozen, as createStackedM2 leaves its m1, or its variables are none',
    );
    const signal = new AbortController() as never;
    await expect(fit(model, data, { signal })).rejects.toThrow(
      'fit: signal is AbortController, needed an AbortSignal: a controller has it as its signal',
    );
    model.dispose();
  });

  it('reads its split once: a change during the run changes nothing', async () => {
    const first = await fitted();
    const data = moons();
    const model = modelOf(data);
    const split = splitDataset(data, { labeled: 8, test: 40, seed: 1 });
    const onProgress = (): void => void split.labeled.fill(999);
    await fit(model, data, { split, steps: 20, seed: 1, onProgress });
    const { probabilities } = await predict(model, subset(data, first.split.test).x);
    expect(probabilities).toEqual(first.probabilities);
    for (const one of [model, first.model]) one.dispose();
  });

  it('refuses options that are none, with a model and without', async () => {
    const data = moons();
    const model = modelOf(data);
    for (const options of [null, new Map()] as never[]) {
      await expect(fit(data, options)).rejects.toThrow(/^fit: options is (null|Map), needed/);
      await expect(fit(model, data, options)).rejects.toThrow(/^fit: options is (null|Map), needed/);
    }
    model.dispose();
  });

  it('keeps generated examples to their classes, where the model generates for training', async () => {
    const data = moons();
    const model = modelOf(data);
    const split = splitDataset(data, { labeled: 8, test: 40, seed: 1 });
    expect(recipeOf(model, split).objective.spec).toHaveProperty('generatedLabels');
    const { history } = await fit(model, data, { split, steps: 6, seed: 1 });
    expect(history['labels and unlabeled data'][0]?.['unlabeled.generatedLabels']).toBeLessThan(0);

    const without = { ...model, sampleMean: undefined } as never as M2;
    const report = await fit(without, data, { split, steps: 6, seed: 1 });
    expect(report.history['labels and unlabeled data'][0]?.['unlabeled.generatedLabels']).toBeUndefined();
    model.dispose();
  });

  it('refuses data without a label, and one fold', async () => {
    const data = moons();
    const model = modelOf(data);
    const unlabeled = { ...data, y: new Uint8Array(data.count).fill(255) };
    await expect(fit(model, unlabeled)).rejects.toThrow(
      'fit: the data has no labeled example, needed one of each class',
    );
    await expect(fit(model, data, { folds: 1 })).rejects.toThrow('fit: folds is 1, needed 0 or at least 2');
    model.dispose();
  });
});
