import { fill, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as poisson from '../../src/distributions/poisson';
import { expectNoLeak } from '../support/checkGradient';
import { describePrimitive } from '../support/describePrimitive';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

describePrimitive('poisson.logProb', (logRates, x) => poisson.logProb(logRates, x), {
  // Of the counts there is no gradient.
  smooth: false,
  errors: [
    [
      'counts of another shape',
      () => poisson.logProb(zeros([2, 3]), zeros([2, 1])),
      'poisson.logProb: x has shape [2,1], needed [B,...] = [2,3]',
    ],
  ],
});

const counts = Array.from({ length: 80 }, (_, x) => x);
const column = (values: readonly number[]) => tensor2d(values.map((value) => [value]));

describe('poisson', () => {
  cleanUpAfterEach();

  it('sums to 1 over the counts', async () => {
    for (const rate of [0.01, 1, 30]) {
      const logProb = await read(poisson.logProb(fill([80, 1], Math.log(rate)), column(counts)));
      expect(logProb.reduce((sum, l) => sum + Math.exp(l), 0)).toBeCloseTo(1, 5);
    }
  });

  it('has draws of its rate as mean and variance, small and large', async () => {
    for (const rate of [0.3, 9.5, 10.5, 700]) {
      const draws = await read(poisson.sample(fill([6000, 1], Math.log(rate)), createNoise(3)));
      expect(draws.every((x) => Number.isInteger(x) && x >= 0)).toBe(true);
      expectWithinError(draws, rate);
      expectWithinError(
        draws.map((x) => (x - rate) ** 2),
        rate,
      );
    }
    await expectTensor(poisson.mean(tensor2d([[0, Math.log(3)]])), [[1, 3]]);
  });

  it('draws each count as often as its probability says', async () => {
    const rate = 12;
    const draws = await read(poisson.sample(fill([20000, 1], Math.log(rate)), createNoise(5)));
    const logProb = await read(poisson.logProb(fill([80, 1], Math.log(rate)), column(counts)));
    for (const count of [4, 8, 12, 16, 22])
      expectWithinError(
        draws.map((x) => (x === count ? 1 : 0)),
        Math.exp(logProb[count] as number),
      );
  });

  it('counts observed values alone: ones are as if nothing was given, bit for bit, zeros give 0', async () => {
    const [l, x] = [tensor2d([[0.3, -1, 4]]), tensor2d([[1, 0, 70]])];
    const all = await read(poisson.logProb(l, x));
    expect(await read(poisson.logProb(l, x, { observed: fill([1, 3], 1) }))).toEqual(all);
    expect(Math.abs((await read(poisson.logProb(l, x, { observed: zeros([1, 3]) })))[0] as number)).toBe(0);
  });

  it('leaves one tensor behind', () => {
    expectNoLeak(poisson.mean, [zeros([2, 2])], 1);
    expectNoLeak((l) => poisson.sample(l, createNoise(0)), [zeros([2, 2])], 1, false);
  });
});
