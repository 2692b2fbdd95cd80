import { mul, ones, scalar, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as gaussian from '../../src/distributions/gaussian';
import { gaussianKl } from '../../src/divergences/gaussianKl';
import { describePrimitive } from '../support/describePrimitive';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

describePrimitive('gaussianKl to N(0, I)', (mean, logVar) => gaussianKl({ mean, logVar }), {
  errors: [
    [
      'a log-variance that would broadcast',
      () => gaussianKl({ mean: zeros([2, 3]), logVar: zeros([2, 1]) }),
      'gaussianKl: q.logVar has shape [2,1], needed [B,...] = [2,3]',
    ],
    [
      'another batch',
      () => gaussianKl({ mean: zeros([2, 3]), logVar: zeros([1, 3]) }),
      'gaussianKl: q.logVar has shape [1,3], needed [B,...] = [2,3]',
    ],
    [
      'no batch axis',
      () => gaussianKl({ mean: scalar(0), logVar: scalar(0) }),
      'gaussianKl: q.mean has shape [], needed [B,...] = [B,...]',
    ],
  ],
});

describePrimitive(
  'gaussianKl to a Gaussian',
  (mean, logVar, priorMean, priorLogVar) =>
    gaussianKl({ mean, logVar }, { mean: priorMean, logVar: priorLogVar }),
  {
    errors: [
      [
        'a prior that would broadcast',
        () =>
          gaussianKl(
            { mean: zeros([2, 3]), logVar: zeros([2, 3]) },
            { mean: zeros([1, 3]), logVar: zeros([1, 3]) },
          ),
        'gaussianKl: p.mean has shape [1,3], needed [B,...] = [2,3]',
      ],
    ],
  },
);

describe('gaussianKl', () => {
  cleanUpAfterEach();

  it('is exactly zero at the prior', async () => {
    expect(await read(gaussianKl({ mean: zeros([3, 2]), logVar: zeros([3, 2]) }))).toEqual([0, 0, 0]);
  });

  it('keeps its digits near the prior, where exp(v) − 1 − v would be 0', async () => {
    // ½ (e^v − 1 − v) = v²/4 + v³/12 + …; expm1 − v still cancels, which leaves a relative error of ulp / v.
    const [kl = 0] = await read(gaussianKl({ mean: zeros([1, 1]), logVar: tensor2d([[1e-3]]) }));
    expect(kl / 2.5008e-7).toBeCloseTo(1, 2);
  });

  it('stays finite, and zero at equality, where σ² underflows in both arguments', async () => {
    const q = { mean: tensor2d([[1, -2]]), logVar: tensor2d([[-200, -200]]) };
    expect(await read(gaussianKl(q, q))).toEqual([0]);
    await expectTensor(gaussianKl(q), [2.5 + 199]);
  });

  it('agrees with its Monte-Carlo estimate', async () => {
    const samples = 4000;
    const q = { mean: mul(ones([samples, 2]), 0.7), logVar: mul(ones([samples, 2]), -1) };
    const p = { mean: mul(ones([samples, 2]), -0.2), logVar: mul(ones([samples, 2]), 0.5) };
    const z = gaussian.sample(q, createNoise(7));
    const logQ = await read(gaussian.logProb(q, z));
    const logP = await read(gaussian.logProb(p, z));
    const [kl = 0] = await read(gaussianKl(q, p));
    expectWithinError(
      logQ.map((value, s) => value - (logP[s] as number)),
      kl,
    );
  });
});
