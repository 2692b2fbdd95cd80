import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { importanceWeightedBound } from '../../src/bounds/importanceWeightedBound';
import { createNoise } from '../../src/core/noise';
import { createDataset } from '../../src/data/dataset';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { evaluateImportanceBound } from '../../src/evaluation/importanceBound';
import type { SemiSupervisedVae } from '../../src/models/model';
import { linearGaussian, logSumExp } from './linearGaussian';

const x = Float32Array.of(-1.5, 0.2, 0.9, 2.5, -0.3);
const settings = { slopes: [1, -0.5], offsets: [-1, 0.5], sigma: 0.7, labelPrior: [0.6, 0.4] };
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const evidence = mean(Array.from(x, linearGaussian(settings).logEvidence));

describe('importanceWeightedBound', () => {
  it('averages weights over draws and sums them over labels', async () => {
    const weights = [
      [
        [-1, -3],
        [-800, -802],
      ],
      [
        [-2, -0.5],
        [-801, -799],
      ],
    ];
    const prior = [0.3, 0.7];
    const bound = tf.tidy(() =>
      importanceWeightedBound({ logWeights: tf.tensor3d(weights), labelPrior: prior }),
    );
    const expected = [0, 1].map((b) =>
      logSumExp(
        weights.flatMap((draw) => (draw[b] ?? []).map((w, k) => w + Math.log(prior[k] ?? 0) - Math.LN2)),
      ),
    );
    const values = await bound.data();
    for (const [b, value] of expected.entries()) expect(values[b]).toBeCloseTo(value, 4);
    bound.dispose();
  });

  it('gives the number of its example', async () => {
    const logWeights = tf.tensor3d([[[-1, -1]], [[-2, -2]]]);
    const bound = importanceWeightedBound({ logWeights, labelPrior: [0.5, 0.5] });
    expect((await bound.data())[0]).toBeCloseTo(-1.3798855, 6);
    tf.dispose([logWeights, bound]);
  });

  it('leaves a label out that no draw allows, and keeps one that is very rare', async () => {
    const at = async (weights: number[], labelPrior: number[]): Promise<number> => {
      const logWeights = tf.tensor3d([[weights]]);
      const bound = importanceWeightedBound({ logWeights, labelPrior });
      const [value = Number.NaN] = await bound.data();
      tf.dispose([logWeights, bound]);
      return value;
    };
    expect(await at([-1, Number.NEGATIVE_INFINITY], [0.5, 0.5])).toBeCloseTo(-1 - Math.LN2, 5);
    // float32 has no 1e-50, whose logarithm is −115.129.
    expect(await at([-1000, -1], [1 - 1e-50, 1e-50])).toBeCloseTo(-116.129, 3);
  });

  it('leaves one tensor behind, and names a wrong shape', () => {
    const logWeights = tf.zeros([2, 3, 2]);
    const before = tf.memory().numTensors;
    const bound = importanceWeightedBound({ logWeights, labelPrior: [0.5, 0.5] });
    expect(tf.memory().numTensors).toBe(before + 1);
    tf.dispose([bound, logWeights]);
    const flat = tf.zeros([3, 2]);
    expect(() => importanceWeightedBound({ logWeights: flat, labelPrior: [0.5, 0.5] })).toThrow(
      'importanceWeightedBound: logWeights has shape [3,2], needed [S,B,K]',
    );
    flat.dispose();
  });
});

describe('evaluateImportanceBound', () => {
  it('is log p(x) at one draw already, where the posterior is exact', async () => {
    const { model } = linearGaussian(settings);
    const found = await evaluateImportanceBound(
      model,
      { x },
      { samples: 1, seed: createNoise(7), batchSize: 2 },
    );
    expect(found.count).toBe(5);
    expect(Math.abs(found.bound - evidence)).toBeLessThan(1e-5);
  });

  it('does not depend on the classifier', async () => {
    const { model } = linearGaussian({ ...settings, error: { mean: 0.5, logVar: 1 } });
    const { model: misled } = linearGaussian({ ...settings, error: { mean: 0.5, logVar: 1 }, logitError: 3 });
    const options = () => ({ samples: 2, seed: createNoise(7) });
    const { bound } = await evaluateImportanceBound(model, { x }, options());
    expect((await evaluateImportanceBound(misled, { x }, options())).bound).toBe(bound);
  });

  it('rises from the ELBO to log p(x) as the draws grow, where the posterior is off', async () => {
    const { model } = linearGaussian({ ...settings, error: { mean: 0.5, logVar: 1 } });
    // Each example many times over, so that the expectations are known to about 0.01.
    const many = Float32Array.from({ length: 5 * 400 }, (_, i) => x[i % 5] ?? 0);
    const noise = createNoise(11);
    const at = async (samples: number) =>
      (await evaluateImportanceBound(model, { x: many }, { samples, seed: noise, batchSize: 2000 })).bound;
    const { elbo } = await evaluateElbo(model, { x: many }, { seed: noise, batchSize: 2000 });
    const bounds = [await at(1), await at(4), await at(50)];
    const [one = 0, four = 0, fifty = 0] = bounds;
    expect(elbo).toBeLessThan(one);
    expect(one + 0.05).toBeLessThan(four);
    expect(four + 0.02).toBeLessThan(fifty);
    expect(fifty).toBeLessThan(evidence + 0.01);
    expect(evidence - fifty).toBeLessThan(0.03);
  });

  it('equals the ELBO in expectation at one draw, where the label says nothing', async () => {
    const { model } = linearGaussian({
      ...settings,
      slopes: [1, 1],
      offsets: [-1, -1],
      encoderSeesLabel: false,
      error: { mean: 0.5, logVar: 1 },
    });
    const many = Float32Array.from({ length: 5 * 1000 }, (_, i) => x[i % 5] ?? 0);
    const noise = createNoise(13);
    const { elbo } = await evaluateElbo(model, { x: many }, { seed: noise, batchSize: 5000 });
    const { bound } = await evaluateImportanceBound(
      model,
      { x: many },
      { samples: 1, seed: noise, batchSize: 5000 },
    );
    // A draw's log-weight has a spread of about 1.5 here: 5000 of them give the mean to 0.02 each.
    expect(Math.abs(bound - elbo)).toBeLessThan(0.1);
  });

  it('leaves no tensor behind, whether it ends well or in an error', async () => {
    const { model } = linearGaussian(settings);
    const before = tf.memory().numTensors;
    await evaluateImportanceBound(model, { x }, { samples: 3, seed: createNoise(1), batchSize: 2 });
    expect(tf.memory().numTensors).toBe(before);
    const broken = { ...model, labelPrior: [0.5, 0.4] };
    await expect(
      evaluateImportanceBound(broken, { x }, { samples: 3, seed: createNoise(1), batchSize: 2 }),
    ).rejects.toThrow('importanceWeightedBound: labelPrior sums to 0.9');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes a data set of which no class is known', async () => {
    const { model } = linearGaussian(settings);
    const dataset = createDataset({ name: 'unknown', x, shape: [1], classes: 2 });
    const { count } = await evaluateImportanceBound(model, dataset, { samples: 1, seed: createNoise(1) });
    expect(count).toBe(5);
  });

  it('names the example whose bound is NaN, and a likelihood that sums over the batch', async () => {
    const of = (change: (logProb: tf.Tensor1D, x: tf.Tensor) => tf.Tensor): SemiSupervisedVae =>
      linearGaussian({
        ...settings,
        likelihood: (usual) => ({
          ...usual,
          logProb: (parameters, values) => change(usual.logProb(parameters, values), values) as tf.Tensor1D,
        }),
      }).model;
    const options = { samples: 2, seed: createNoise(1), batchSize: 2 };
    const undefinedAt = of((logProb, values) =>
      tf.where(tf.greater(tf.reshape(values, [-1]), 2), tf.fill(logProb.shape, Number.NaN), logProb),
    );
    await expect(evaluateImportanceBound(undefinedAt, { x }, options)).rejects.toThrow(
      /^evaluateImportanceBound: the bound of example 3 is NaN/,
    );
    const summed = of((logProb) => tf.sum(logProb));
    await expect(evaluateImportanceBound(summed, { x }, options)).rejects.toThrow(
      'bound: logLikelihood has shape [], needed [4]',
    );
    await expect(evaluateElbo(summed, { x }, { seed: createNoise(1) })).rejects.toThrow(
      'bound: logLikelihood has shape [], needed [10]',
    );
  });

  it('refuses zero samples and no example', async () => {
    const { model } = linearGaussian(settings);
    const noise = createNoise(1);
    await expect(evaluateImportanceBound(model, { x }, { samples: 0, seed: noise })).rejects.toThrow(
      'samples is 0',
    );
    await expect(
      evaluateImportanceBound(model, { x: new Float32Array(0) }, { samples: 1, seed: noise }),
    ).rejects.toThrow('evaluateImportanceBound: x holds no example');
  });

  it('refuses inputs outside the support of the likelihood', async () => {
    const { model } = linearGaussian(settings);
    const likelihood = { ...model.likelihood, support: { min: 0, max: 1 } };
    await expect(
      evaluateImportanceBound(
        { ...model, likelihood },
        { x: Float32Array.of(0, 255) },
        { samples: 1, seed: createNoise(1) },
      ),
    ).rejects.toThrow('evaluateImportanceBound: x[1] is 255, needed a number from 0 to 1');
  });
});
