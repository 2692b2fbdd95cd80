/** What data of the smallest and the dullest kind give: one example, one class, nothing that varies. */
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import * as ssvae from '../../src/index';
import { linearGaussian } from '../evaluation/linearGaussian';
import { tinyM2, weightsOf } from '../support/tiny';

describe('predict', () => {
  it('never gives a class that is unknown: labels lie from 0 to K − 1, whatever the weights', async () => {
    const model = tinyM2({ classes: 3 });
    const x = ssvae.createNoise(1).uniforms(64 * 40);
    for (const bias of [
      [0, 0, 0],
      [1e30, -1e30, 0],
      [-200, -200, -200],
      [0, 0, 80],
    ]) {
      const logits = model.variables['classifier/logits/bias'];
      const value = tf.tensor1d(bias);
      logits?.assign(value);
      value.dispose();
      const { labels, probabilities } = await ssvae.predict(model, x);
      expect(labels.length).toBe(40);
      expect(labels.every((label) => label === 0 || label === 1 || label === 2)).toBe(true);
      expect(probabilities.every((p) => p >= 0 && p <= 1)).toBe(true);
    }
    model.dispose();
  });

  it('takes the first of equal classes, of any number of them', async () => {
    const classes = 200_000;
    const flat: ssvae.Classifier = {
      inputShape: [1],
      classes,
      variables: {},
      spec: null,
      classify: (x) => tf.zeros<tf.Rank.R2>([x.shape[0] as number, classes]),
      dispose: () => {},
    };
    expect([...(await ssvae.predict(flat, [1, 2])).labels]).toEqual([0, 0]);
  });
});

describe('the importance bound', () => {
  it.each([1, 2, 7])('of one example and one class is finite with %i draws', async (samples) => {
    const logWeights = tf.tensor3d(new Array(samples).fill([[-3]]));
    const bound = ssvae.importanceWeightedBound({ logWeights, labelPrior: [1] });
    expect([bound.shape, (await bound.data())[0]]).toEqual([[1], expect.closeTo(-3, 5)]);
    tf.dispose([logWeights, bound]);
    // The exact posterior: every weight is log p(x), whatever is drawn.
    const { model, logEvidence } = linearGaussian({
      slopes: [0.8],
      offsets: [0.3],
      sigma: 0.5,
      labelPrior: [1],
    });
    for (const batchSize of [1, 3]) {
      const noise = ssvae.createNoise(1);
      const found = await ssvae.evaluateImportanceBound(
        model,
        { x: Float32Array.of(0.7) },
        { samples, batchSize, seed: noise },
      );
      expect(found.count).toBe(1);
      expect(found.bound).toBeCloseTo(logEvidence(0.7), 4);
    }
    const { elbo } = await ssvae.evaluateElbo(
      model,
      { x: Float32Array.of(0.7), y: [0] },
      { samples, seed: ssvae.createNoise(1) },
    );
    expect(Number.isFinite(elbo)).toBe(true);
  });
});

describe('a part that is held out', () => {
  const set = ssvae.createDataset({
    name: 'set',
    x: new Uint8Array(64 * 6),
    y: [0, 1, 2, 0, 1, 2],
    shape: [8, 8, 1],
    classes: 3,
  });

  it('is refused where it is empty, before it is ever measured', () => {
    const { validation } = ssvae.splitDataset(set, { seed: ssvae.createNoise(1) });
    expect(() => ssvae.subset(set, validation)).toThrow(
      'subset: indices are empty, needed at least one example',
    );
  });

  it('may be of one class: everything that is measured on it is finite', async () => {
    const model = tinyM2();
    const held = ssvae.subset(set, [1, 4]);
    const { confusion, calibrationBins, ...numbers } = await ssvae.evaluateClassifier(model, held);
    expect(JSON.stringify(numbers)).not.toContain('null');
    expect(confusion[1]?.reduce((sum, n) => sum + n, 0)).toBe(2);
    expect(JSON.stringify(calibrationBins)).not.toContain('null');
    const bound = await ssvae.evaluateElbo(model, held, { seed: ssvae.createNoise(1) });
    expect(Object.values(bound).every(Number.isFinite)).toBe(true);
    model.dispose();
  });
});

describe('columns and examples that say nothing', () => {
  // A column that never changes, one that is always 0, and two examples of zeros alone.
  const rows = [
    [1, 0, 0.3],
    [1, 0, 0.8],
    [1, 0, 0.1],
    [1, 0, 0.9],
    [0, 0, 0],
    [0, 0, 0],
  ];
  const table = ssvae.createDataset({
    name: 'table',
    x: Float32Array.from(rows.flat()),
    y: [0, 1, 0, 1, 0, 1],
    shape: [3],
    classes: 2,
  });

  it.each([
    ['bernoulli', ssvae.bernoulli],
    ['gaussianObservation', ssvae.gaussianObservation()],
    ['gaussianObservation of learned variance', ssvae.gaussianObservation({ variance: 'learned' })],
  ])('train and are measured under %s', async (_, likelihood) => {
    const noise = ssvae.createNoise(1);
    const model = ssvae.createM2({
      inputShape: [3],
      classes: 2,
      latent: 2,
      nets: { preset: 'mlp', widths: [8] },
      likelihood,
      seed: noise,
    });
    const split = ssvae.splitDataset(table, { labeled: 4, seed: noise });
    const batches = ssvae.createBatches({
      dataset: table,
      split,
      batchSize: { labeled: 2, unlabeled: 2 },
      seed: noise,
    });
    const { history } = await ssvae.train(model, {
      objective: ssvae.semiSupervised(),
      batches,
      epochs: 20,
      seed: noise,
    });
    expect(history.flatMap((row) => Object.values(row)).every(Number.isFinite)).toBe(true);
    expect(
      Object.values(await weightsOf(model))
        .flat()
        .every(Number.isFinite),
    ).toBe(true);
    const { probabilities } = await ssvae.predict(model, table.x);
    expect(probabilities.every(Number.isFinite)).toBe(true);
    expect(
      Object.values(await ssvae.evaluateElbo(model, table, { seed: noise })).every(Number.isFinite),
    ).toBe(true);
    model.dispose();
  });
});
