import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { UNKNOWN_CLASS } from '../../src/core/labels';
import { createNoise } from '../../src/core/noise';
import { createDataset } from '../../src/data/dataset';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { at, linearGaussian, logSumExp } from './linearGaussian';

const x = Float32Array.of(-1.5, 0.2, 0.9, 2.5, -0.3);
const y = Uint8Array.of(0, 1, 2, 1, 0);
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;

const rough = linearGaussian({
  slopes: [1, -0.5, 2],
  offsets: [-1, 0.5, 1],
  sigma: 0.7,
  labelPrior: [0.5, 0.2, 0.3],
  error: { mean: 0.3, logVar: 0.4 },
  logitError: 0.8,
});

describe('evaluateElbo', () => {
  it('equals a loop over examples and labels in float64, with the same draws', async () => {
    const { model, posterior, logits, logNormal } = rough;
    const found = await evaluateElbo(model, { x, y }, { seed: createNoise(3), samples: 2 });

    const noise = createNoise(3);
    const draws = [0, 1].map((s) =>
      noise
        .split('evaluateElbo')
        .split(0)
        .split(s)
        .split('latent')
        .normals(x.length * 3),
    );
    const slopes = [1, -0.5, 2];
    const offsets = [-1, 0.5, 1];
    const rows = Array.from(x, (value, n) => {
      const scores = logits(value);
      const logQ = scores.map((score) => score - logSumExp(scores));
      const byLabel = logQ.map((_, k) => {
        const q = posterior(value, k);
        const logLikelihood = mean(
          draws.map((epsilon) => {
            const z = q.mean + Math.exp(q.logVar / 2) * at(epsilon, n * 3 + k);
            return logNormal(value, at(slopes, k) * z + at(offsets, k), 0.7 ** 2);
          }),
        );
        const latentKl = 0.5 * (q.mean ** 2 + Math.exp(q.logVar) - 1 - q.logVar);
        const logPrior = Math.log(at(model.labelPrior, k));
        return { logLikelihood, latentKl, logPrior, bound: logLikelihood - latentKl + logPrior };
      });
      const expectation = (of: (row: (typeof byLabel)[number]) => number) =>
        byLabel.reduce((sum, row, k) => sum + Math.exp(at(logQ, k)) * of(row), 0);
      const labelEntropy = -logQ.reduce((sum, l) => sum + Math.exp(l) * l, 0);
      return {
        elbo: expectation(({ bound }) => bound) + labelEntropy,
        logLikelihood: expectation((row) => row.logLikelihood),
        latentKl: expectation((row) => row.latentKl),
        logLabelPrior: expectation((row) => row.logPrior),
        labelEntropy,
        labeledElbo: byLabel[y[n] ?? 0]?.bound ?? Number.NaN,
      };
    });

    expect(found.count).toBe(5);
    for (const term of [
      'elbo',
      'logLikelihood',
      'latentKl',
      'logLabelPrior',
      'labelEntropy',
      'labeledElbo',
    ] as const) {
      // Sums of a few terms below 20 in float32: 1e-5 is some ten ulps of the largest.
      expect(Math.abs((found[term] ?? Number.NaN) - mean(rows.map((row) => row[term])))).toBeLessThan(1e-5);
    }
  });

  it('is the sum of its parts', async () => {
    const found = await evaluateElbo(rough.model, { x }, { seed: createNoise(5) });
    const { logLikelihood, latentKl, logLabelPrior, labelEntropy } = found;
    expect(found.elbo).toBeCloseTo(logLikelihood - latentKl + logLabelPrior + labelEntropy, 5);
    expect(found).not.toHaveProperty('labeledElbo');
  });

  it('takes the labeled bound over the examples whose class is known', async () => {
    const { model } = linearGaussian({
      slopes: [0, 0],
      offsets: [-1, 0.5],
      sigma: 1,
      labelPrior: [0.5, 0.5],
    });
    // z does not matter here, so no draw does.
    const at = async (values: Float32Array, classes?: number[]) =>
      evaluateElbo(
        model,
        { x: values, ...(classes && { y: classes }) },
        { seed: createNoise(1), batchSize: 2 },
      );
    const some = await at(x, [-1, 0, UNKNOWN_CLASS, 1, -1]);
    const known = await at(Float32Array.of(0.2, 2.5), [0, 1]);
    expect(some.labeledElbo).toBeCloseTo(known.labeledElbo as number, 5);
    expect(some.elbo).toBeCloseTo((await at(x)).elbo, 5);
    const none = createDataset({ name: 'unknown', x, shape: [1], classes: 2 });
    expect(await evaluateElbo(model, none, { seed: createNoise(1) })).not.toHaveProperty('labeledElbo');
  });

  it('is log p(x) at the exact posteriors, and below it by their divergence otherwise', async () => {
    const settings = { slopes: [1, -0.5], offsets: [-1, 0.5], sigma: 0.7, labelPrior: [0.6, 0.4] };
    const exact = linearGaussian(settings);
    const evidence = mean(Array.from(x, exact.logEvidence));
    const sampled = { seed: createNoise(1), samples: 2000 };
    // Spread of one draw is about 1; over 5 · 2000 draws the mean is known to 0.01.
    expect(Math.abs((await evaluateElbo(exact.model, { x }, sampled)).elbo - evidence)).toBeLessThan(0.03);

    const worse = linearGaussian({ ...settings, error: { mean: 0.5, logVar: 1 } });
    const gap = mean(
      Array.from(x, (value) => {
        const scores = exact.logits(value);
        return scores.reduce((sum, score, k) => {
          const { mean: m, logVar } = exact.posterior(value, k);
          const q = worse.posterior(value, k);
          const kl =
            0.5 *
            (Math.exp(q.logVar - logVar) + (q.mean - m) ** 2 / Math.exp(logVar) - 1 - (q.logVar - logVar));
          return sum + Math.exp(score - logSumExp(scores)) * kl;
        }, 0);
      }),
    );
    expect(gap).toBeGreaterThan(0.2);
    expect(Math.abs((await evaluateElbo(worse.model, { x }, sampled)).elbo - (evidence - gap))).toBeLessThan(
      0.05,
    );
  });

  it('gives every example the same weight when the last batch is short', async () => {
    // Draws depend on the batches, so z is pinned: the bound then has no noise.
    const pinned = linearGaussian({
      slopes: [0, 0],
      offsets: [-1, 0.5],
      sigma: 1,
      labelPrior: [0.5, 0.5],
    });
    const whole = await evaluateElbo(pinned.model, { x, y: y.map((k) => k % 2) }, { seed: createNoise(1) });
    const parts = await evaluateElbo(
      pinned.model,
      { x, y: y.map((k) => k % 2) },
      { seed: createNoise(2), batchSize: 2 },
    );
    expect(parts.elbo).toBeCloseTo(whole.elbo, 6);
    expect(parts.labeledElbo).toBeCloseTo(whole.labeledElbo ?? Number.NaN, 6);
    expect(whole.elbo).toBeCloseTo(mean(Array.from(x, pinned.logEvidence)), 5);
  });

  it('leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await evaluateElbo(rough.model, { x, y }, { seed: createNoise(1), samples: 3, batchSize: 2 });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses no example, labels out of range and zero samples', async () => {
    const noise = createNoise(1);
    await expect(evaluateElbo(rough.model, { x: new Float32Array(0) }, { seed: noise })).rejects.toThrow(
      'evaluateElbo: x holds no example',
    );
    await expect(evaluateElbo(rough.model, { x, y: y.map(() => 3) }, { seed: noise })).rejects.toThrow(
      'evaluateElbo: y[0] is 3, needed an integer from 0 to 2',
    );
    await expect(evaluateElbo(rough.model, { x }, { seed: noise, samples: 0 })).rejects.toThrow(
      'evaluateElbo: samples is 0',
    );
  });

  it('refuses inputs outside the support of the likelihood, in arrays and in tensors', async () => {
    const options = { seed: createNoise(1) };
    const spoilt = Float32Array.of(0, 1, Number.NaN);
    const tensor = tf.tensor2d(spoilt, [3, 1]);
    for (const inputs of [spoilt, tensor]) {
      await expect(evaluateElbo(rough.model, { x: inputs }, options)).rejects.toThrow(
        'evaluateElbo: x[2] is NaN, needed a finite number',
      );
    }
    tensor.dispose();
    const likelihood = { ...rough.model.likelihood, support: { min: 0, max: 1 } };
    await expect(evaluateElbo({ ...rough.model, likelihood }, { x }, options)).rejects.toThrow(
      'evaluateElbo: x[0] is -1.5, needed a number from 0 to 1',
    );
  });
});
