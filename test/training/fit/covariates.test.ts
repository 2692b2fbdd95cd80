/** Fits and searches of a model that reads covariates. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createDataset, type Dataset } from '../../../src/data/dataset';
import { splitDataset } from '../../../src/data/split';
import type { M1M2 } from '../../../src/models/m1m2/model';
import type { Known } from '../../../src/models/model';
import { fit } from '../../../src/training/fit/fit';
import type { FitOptions } from '../../../src/training/fit/options';
import { search } from '../../../src/training/search/search';
import { executeEagerly } from '../../../src/training/step';
import { alive, MLP, tinyDataset, tinyM1M2, tinyM2, weightsOf } from '../../support/tiny';

const bars = tinyDataset(40);
/** Two numbers of each example that no other has. */
const covariates = Float32Array.from(
  { length: 80 },
  (_, i) => (i % 2 === 0 ? 1 : 0) + Math.floor(i / 2) / 64,
);
const data = createDataset({ ...bars, covariates });
const split = splitDataset(data, { labeled: 12, test: 10, seed: 1 });

/** Covariates by the inputs of their example. */
const byInputs = new Map(
  Array.from({ length: 40 }, (_, i) => [
    Array.from(bars.x.subarray(64 * i, 64 * i + 64)).join(),
    covariates.subarray(2 * i, 2 * i + 2),
  ]),
);

/** A model that notes how many rows it gets, and how many come with other covariates than those of their example. */
const observed = (model: M1M2) => {
  const rows = { all: 0, strange: 0 };
  const look = (x: Tensor, { covariates: given }: Known = {}): void => {
    const values = x.dataSync();
    const known = given?.dataSync() ?? [];
    for (let i = 0; i < (x.shape[0] as number); i++) {
      const own = byInputs.get(
        Array.from(values.subarray(64 * i, 64 * i + 64), (value) => Math.round(255 * value)).join(),
      );
      // Generated examples have no covariates of their own.
      if (own === undefined) continue;
      rows.all++;
      if (own[0] !== known[2 * i] || own[1] !== known[2 * i + 1]) rows.strange++;
    }
  };
  const watched: M1M2 = {
    ...model,
    classify(x, known) {
      look(x, known);
      return model.classify(x, known);
    },
    infer(x, context) {
      look(x, context);
      return model.infer(x, context);
    },
  };
  return { watched, rows };
};

const OPTIONS: FitOptions = { split, folds: 2, steps: 2, seed: 1 };

describe('a model with covariates', () => {
  it('is fitted to the end with those of its data, each at its example', async () => {
    const model = tinyM1M2({ covariates: 2 });
    const { watched, rows } = observed(model);
    let last = { done: 0, total: 1 };
    const report = await fit(watched, data, {
      ...OPTIONS,
      onProgress: (progress) => {
        last = progress;
      },
    });
    expect(last).toEqual({ done: 13, total: 13 });
    expect(report.crossValidation?.examples).toBe(12);
    expect(report.heldBack?.model.count).toBe(10);
    expect(rows.all).toBeGreaterThan(200);
    expect(rows.strange).toBe(0);
    model.dispose();
  });

  it('is searched for with those of the data', async () => {
    const before = alive();
    const { model, trials } = await search<M1M2>(
      data,
      { alpha: [1, 20] },
      {
        split,
        trials: 2,
        folds: 2,
        seed: 1,
        settings: { latent: 2, steps: 2 },
        createModel: ({ latent = 2 }) =>
          tinyM1M2({ latent, covariates: 2, nets: { ...MLP, innerWidths: [4] } }),
      },
    );
    expect(trials[1]?.score?.examples).toBe(12);
    model?.dispose();
    expect(alive()).toEqual(before);
  });

  it('are left aside by fit and search for a model that reads none, as by train', async () => {
    const model = tinyM2();
    const { heldBack } = await fit(model, data, OPTIONS);
    expect(heldBack?.model.count).toBe(10);
    model.dispose();
    const found = await search(
      data,
      { alpha: [1, 20] },
      { split, trials: 1, folds: 2, seed: 1, settings: { latent: 2, steps: 2 } },
    );
    expect(found.model?.classes).toBe(data.classes);
    found.model?.dispose();
  });

  it.each<[string, Dataset, string]>([
    ['lack them', bars, 'fit: covariates are undefined, needed 40 × 2 numbers, as the model reads 2 of each'],
    [
      'have others',
      createDataset({ ...bars, covariates: new Float32Array(120) }),
      'fit: covariates have 120 values, needed 40 × 2, as the model reads 2 of each example',
    ],
  ])('is refused by fit before the first step where the data %s', async (_, given, message) => {
    const model = tinyM1M2({ covariates: 2 });
    const weights = await weightsOf(model);
    let steps = 0;
    const execute: FitOptions['execute'] = (work) => {
      steps++;
      return executeEagerly(work);
    };
    await expect(fit(model, given, { ...OPTIONS, execute })).rejects.toThrow(message);
    expect(steps).toBe(0);
    expect(await weightsOf(model)).toEqual(weights);
    model.dispose();
  });
});
