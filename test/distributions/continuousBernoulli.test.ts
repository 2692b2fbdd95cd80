import { fill, grads, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as continuousBernoulli from '../../src/distributions/continuousBernoulli';
import { expectNoLeak } from '../support/checkGradient';
import { describePrimitive } from '../support/describePrimitive';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

describePrimitive('continuousBernoulli.logProb', (eta, x) => continuousBernoulli.logProb(eta, x), {
  errors: [
    [
      'values of another shape',
      () => continuousBernoulli.logProb(zeros([2, 3]), zeros([2, 1])),
      'continuousBernoulli.logProb: x has shape [2,1], needed [B,...] = [2,3]',
    ],
  ],
});
describePrimitive('continuousBernoulli.mean', (eta) => continuousBernoulli.mean(eta));

const ETAS = [-50, -3, -0.5, 0, 1e-4, 0.99, 1.01, 8, 50];

describe('continuousBernoulli', () => {
  cleanUpAfterEach();

  it('is 0 nats for every value at η = 0', async () => {
    await expectTensor(continuousBernoulli.logProb(zeros([1, 3]), tensor2d([[0, 0.3, 1]])), [0]);
    expect(await read(continuousBernoulli.mean(zeros([1, 1])))).toEqual([0.5]);
  });

  it('integrates to 1 over [0, 1]', async () => {
    const points = 4001;
    const x = tensor2d(Array.from({ length: points }, (_, i) => [i / (points - 1)]));
    for (const eta of ETAS) {
      const logProb = await read(continuousBernoulli.logProb(fill([points, 1], eta), x));
      // Simpson's rule
      const weight = (i: number): number => (i === 0 || i === points - 1 ? 1 : i % 2 === 1 ? 4 : 2);
      const total = logProb.reduce((sum, l, i) => sum + weight(i) * Math.exp(l), 0);
      expect(total / (3 * (points - 1))).toBeCloseTo(1, 4);
    }
  });

  it('has draws in [0, 1] of its mean, which is not σ(η)', async () => {
    for (const eta of ETAS) {
      const draws = await read(continuousBernoulli.sample(fill([6000, 1], eta), createNoise(3)));
      expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...draws)).toBeLessThanOrEqual(1);
      const [mean] = await read(continuousBernoulli.mean(tensor2d([[eta]])));
      expectWithinError(draws, mean as number);
    }
  });

  it('stays finite, with its gradients, from −1e6 to 1e6, at the ends of the values too', async () => {
    for (const size of [0, 1e-30, 1e-6, 50, 1e6]) {
      const eta = tensor2d([[size, -size, size, -size]]);
      const x = tensor2d([[0, 0, 1, 1]]);
      const [ofEta, ofX] = grads((l: Tensor, v: Tensor) => continuousBernoulli.logProb(l, v))([eta, x]) as [
        Tensor,
        Tensor,
      ];
      const [ofMean] = grads(continuousBernoulli.mean)([eta]) as [Tensor];
      for (const tensor of [continuousBernoulli.logProb(eta, x), ofEta, ofX, ofMean])
        expect((await read(tensor)).filter((value) => !Number.isFinite(value))).toEqual([]);
    }
  });

  it('counts observed values alone: ones are as if nothing was given, bit for bit, zeros give 0', async () => {
    const [eta, x] = [tensor2d([[0.3, -4]]), tensor2d([[1, 0.2]])];
    const all = await read(continuousBernoulli.logProb(eta, x));
    expect(await read(continuousBernoulli.logProb(eta, x, { observed: fill([1, 2], 1) }))).toEqual(all);
    await expectTensor(continuousBernoulli.logProb(eta, x, { observed: zeros([1, 2]) }), [0]);
  });

  it('leaves one tensor behind', () => {
    expectNoLeak((eta) => continuousBernoulli.sample(eta, createNoise(0)), [zeros([2, 2])], 1, false);
  });
});
