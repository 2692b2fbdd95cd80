import { grads, mul, ones, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as gaussian from '../../src/distributions/gaussian';
import { mergeGaussians } from '../../src/distributions/mergeGaussians';
import { gaussianKl } from '../../src/divergences/gaussianKl';
import { mergedKl } from '../../src/divergences/mergedKl';
import { describePrimitive } from '../support/describePrimitive';
import { law, matrices, toTensor } from '../support/law';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import { ofValue } from '../support/tolerance';

describePrimitive(
  'mergedKl',
  (mean, logVar, priorMean, priorLogVar) =>
    mergedKl({ mean, logVar }, { mean: priorMean, logVar: priorLogVar }),
  {
    errors: [
      [
        'a prior that would broadcast',
        () =>
          mergedKl(
            { mean: zeros([2, 3]), logVar: zeros([2, 3]) },
            { mean: zeros([1, 3]), logVar: zeros([1, 3]) },
          ),
        'mergedKl: p.mean has shape [1,3], needed [B,...] = [2,3]',
      ],
    ],
  },
);

describe('mergedKl', () => {
  cleanUpAfterEach();
  const drawn = matrices({ mean: 5, logVar: 8, priorMean: 5, priorLogVar: 8 });

  law('is the Gaussian divergence of the merge from p', drawn, async (numbers) => {
    const message = { mean: toTensor(numbers.mean), logVar: toTensor(numbers.logVar) };
    const p = { mean: toTensor(numbers.priorMean), logVar: toTensor(numbers.priorLogVar) };
    const expected = gaussianKl(mergeGaussians(message, p), p);
    expectClose(await read(mergedKl(message, p)), await read(expected), 20 * ofValue());
  });

  law('is never below 0', drawn, async (numbers) => {
    const message = { mean: toTensor(numbers.mean), logVar: toTensor(numbers.logVar) };
    const p = { mean: toTensor(numbers.priorMean), logVar: toTensor(numbers.priorLogVar) };
    expect(Math.min(...(await read(mergedKl(message, p))))).toBeGreaterThanOrEqual(0);
  });

  it('is 0 where the message says nothing, and its gradients too', async () => {
    const message = [tensor2d([[3, -4]]), tensor2d([[150, 200]])] as const;
    const p = [tensor2d([[0.5, 1]]), tensor2d([[-1, 2]])] as const;
    const kl = (mean: Tensor, logVar: Tensor, priorMean: Tensor, priorLogVar: Tensor): Tensor =>
      mergedKl({ mean, logVar }, { mean: priorMean, logVar: priorLogVar });
    expect(await read(kl(...message, ...p))).toEqual([0]);
    for (const gradient of grads(kl)([...message, ...p]))
      expect((await read(gradient)).map(Math.abs)).toEqual([0, 0]);
  });

  it('is the divergence of the message itself where it is far sharper than p', async () => {
    const message = { mean: tensor2d([[0.3, -2]]), logVar: tensor2d([[-30, -25]]) };
    const p = { mean: tensor2d([[1, 0]]), logVar: tensor2d([[0.5, -1]]) };
    expectClose(await read(mergedKl(message, p)), await read(gaussianKl(message, p)));
  });

  it('keeps its digits where the message says little: ½·(½ w² + w² d²/σ²) for a small w', async () => {
    const logVar = tensor2d([[7], [6]]);
    const message = { mean: zeros([2, 1]), logVar };
    const kl = await read(mergedKl(message, { mean: zeros([2, 1]), logVar: zeros([2, 1]) }));
    for (const [i, v] of [7, 6].entries()) {
      const w = 1 / (1 + Math.exp(v));
      const expected = 0.5 * (w ** 2 / 2 + w ** 3 / 3 + w ** 4 / 4);
      // expm1(v) − v still cancels, which leaves a relative error of ulp / w.
      expect((kl[i] as number) / expected).toBeCloseTo(1, 2);
    }
  });

  it('stays finite where σ² of the message or of p underflows', async () => {
    const sharp = { mean: tensor2d([[1]]), logVar: tensor2d([[-200]]) };
    const wide = { mean: tensor2d([[1]]), logVar: tensor2d([[0]]) };
    expectClose(await read(mergedKl(sharp, wide)), [99.5]);
    expect(await read(mergedKl({ mean: tensor2d([[3]]), logVar: zeros([1, 1]) }, sharp))).toEqual([0]);
  });

  it('agrees with its Monte-Carlo estimate', async () => {
    const samples = 4000;
    const message = { mean: mul(ones([samples, 2]), 0.7), logVar: mul(ones([samples, 2]), -1) };
    const p = { mean: mul(ones([samples, 2]), -0.2), logVar: mul(ones([samples, 2]), 0.5) };
    const q = mergeGaussians(message, p);
    const z = gaussian.sample(q, createNoise(7));
    const [logQ, logP] = [await read(gaussian.logProb(q, z)), await read(gaussian.logProb(p, z))];
    const [kl = 0] = await read(mergedKl(message, p));
    expectWithinError(
      logQ.map((value, s) => value - (logP[s] as number)),
      kl,
    );
  });

  it('names what came and what was needed', () => {
    expect(() => mergedKl(undefined as never, { mean: zeros([1, 1]), logVar: zeros([1, 1]) })).toThrowError(
      new TypeError('mergedKl: message.mean is undefined, needed a tensor [B ...]'),
    );
  });
});
