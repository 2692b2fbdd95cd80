import { fill, grads, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as gaussian from '../../src/distributions/gaussian';
import { expectNoLeak } from '../support/checkGradient';
import { describePrimitive } from '../support/describePrimitive';
import { fixedNoise } from '../support/fixedNoise';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

const wide = () => ({ mean: zeros([2, 3]), logVar: zeros([2, 1]) });
const refused = (name: string) => `gaussian.${name}: logVar has shape [2,1], needed [B,...] = [2,3]`;

describePrimitive('gaussian.logProb', (mean, logVar, z) => gaussian.logProb({ mean, logVar }, z), {
  errors: [
    [
      'a log-variance that would broadcast',
      () => gaussian.logProb(wide(), zeros([2, 3])),
      refused('logProb'),
    ],
    [
      'points of another shape',
      () => gaussian.logProb({ mean: zeros([2, 3]), logVar: zeros([2, 3]) }, zeros([1, 3])),
      'gaussian.logProb: z has shape [1,3], needed [B,...] = [2,3]',
    ],
  ],
});

describePrimitive('gaussian.entropy', (logVar) => gaussian.entropy({ mean: logVar, logVar }), {
  errors: [['a log-variance that would broadcast', () => gaussian.entropy(wide()), refused('entropy')]],
});

describePrimitive(
  'gaussian.sample',
  (mean, logVar, epsilon) => gaussian.sample({ mean, logVar }, fixedNoise(epsilon)),
  {
    errors: [
      [
        'a log-variance that would broadcast',
        () => gaussian.sample(wide(), createNoise(0)),
        refused('sample'),
      ],
    ],
  },
);

describe('gaussian', () => {
  cleanUpAfterEach();

  it('has the density of its mean, and no NaN, where σ² underflows', async () => {
    const q = { mean: tensor2d([[1], [1], [1]]), logVar: tensor2d([[-60], [-200], [-400]]) };
    const [mean, logVar, z] = grads((mean: Tensor, logVar: Tensor, z: Tensor) =>
      gaussian.logProb({ mean, logVar }, z),
    )([q.mean, q.logVar, q.mean.clone()]);
    await expectTensor(gaussian.logProb(q, q.mean), [30 - 0.9189385, 100 - 0.9189385, 200 - 0.9189385]);
    await expectTensor(mean as Tensor, [[0], [0], [0]]);
    await expectTensor(logVar as Tensor, [[-0.5], [-0.5], [-0.5]]);
    await expectTensor(z as Tensor, [[0], [0], [0]]);
  });

  it('has density 0 off its mean where σ² underflows', async () => {
    const q = { mean: tensor2d([[1], [1]]), logVar: tensor2d([[-200], [-400]]) };
    const [near, far] = await read(gaussian.logProb(q, tensor2d([[1.0000001], [2]])));
    expect([near, far]).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  });

  it('names what came and what was needed: no noise, no distribution, integers for means', () => {
    const q = { mean: zeros([2, 3]), logVar: zeros([2, 3]) };
    expect(() => gaussian.sample(q, undefined as never)).toThrowError(
      new TypeError('gaussian.sample: noise is undefined, needed a stream, as createNoise(seed) makes'),
    );
    expect(() => gaussian.entropy(undefined as never)).toThrowError(
      new TypeError('gaussian.entropy: mean is undefined, needed a tensor [B ...]'),
    );
    expect(() => gaussian.logProb({ ...q, logVar: zeros([2, 3], 'int32') }, zeros([2, 3]))).toThrowError(
      new TypeError('gaussian.logProb: logVar has dtype int32, needed float32'),
    );
  });

  it('reaches σ below one and above one alike', async () => {
    const q = { mean: zeros([2, 1]), logVar: tensor2d([[-4], [4]]) };
    await expectTensor(
      gaussian.sample(q, fixedNoise(fill([2, 1], 1))),
      [[Math.exp(-2)], [Math.exp(2)]],
      2e-5,
    );
  });

  it('samples its mean where σ underflows', async () => {
    const q = { mean: tensor2d([[3, -1]]), logVar: tensor2d([[-200, -200]]) };
    expect(await read(gaussian.sample(q, createNoise(1)))).toEqual([3, -1]);
  });

  it('has samples of its own mean and variance', async () => {
    const samples = 10_000;
    const q = { mean: fill([samples, 1], -1.5), logVar: fill([samples, 1], 2 * Math.log(0.4)) };
    const z = await read(gaussian.sample(q, createNoise(2)));
    expectWithinError(z, -1.5);
    expectWithinError(
      z.map((value) => (value + 1.5) ** 2),
      0.16,
    );
  });

  it('has the entropy −E log q, by Monte Carlo', async () => {
    const q = { mean: fill([4000, 2], 0.3), logVar: fill([4000, 2], -1.2) };
    const [entropy = 0] = await read(gaussian.entropy(q));
    const logProb = await read(gaussian.logProb(q, gaussian.sample(q, createNoise(3))));
    expectWithinError(
      logProb.map((value) => -value),
      entropy,
    );
  });

  it('has its mode at the mean, in a new tensor', async () => {
    const q = { mean: tensor2d([[3, -1]]), logVar: tensor2d([[1, 2]]) };
    expectNoLeak((mean, logVar) => gaussian.mode({ mean, logVar }), [q.mean, q.logVar], 1, false);
    const mode = gaussian.mode(q);
    mode.dispose();
    await expectTensor(q.mean.clone(), [[3, -1]]);
    await expectTensor(gaussian.mode(q), [[3, -1]]);
    expect(() => gaussian.mode(wide())).toThrowError(new RangeError(refused('mode')));
  });
});
