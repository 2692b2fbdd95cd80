import { grads, neg, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Gaussian } from '../../src/distributions/gaussian';
import { mergeGaussians } from '../../src/distributions/mergeGaussians';
import { expectNoLeak } from '../support/checkGradient';
import { describePrimitive } from '../support/describePrimitive';
import { law, matrices, toTensor } from '../support/law';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import { ofValue } from '../support/tolerance';

const freeing = (merged: Gaussian, kept: 'mean' | 'logVar'): Tensor => {
  merged[kept === 'mean' ? 'logVar' : 'mean'].dispose();
  return merged[kept];
};

describePrimitive('mergeGaussians, mean', (mean, logVar, otherMean, otherLogVar) =>
  freeing(mergeGaussians({ mean, logVar }, { mean: otherMean, logVar: otherLogVar }), 'mean'),
);

describePrimitive('mergeGaussians, log-variance', (logVar, otherLogVar) =>
  freeing(mergeGaussians({ mean: logVar, logVar }, { mean: otherLogVar, logVar: otherLogVar }), 'logVar'),
);

const gaussianOf = (mean: number[], logVar: number[]): Gaussian => ({
  mean: tensor2d([mean]),
  logVar: tensor2d([logVar]),
});

describe('mergeGaussians', () => {
  cleanUpAfterEach();
  const drawn = matrices({ mean: 5, logVar: 8, mean2: 5, logVar2: 8, mean3: 5, logVar3: 8 });

  law('gives the same in either order, to the bit', drawn, async (numbers) => {
    const a = { mean: toTensor(numbers.mean), logVar: toTensor(numbers.logVar) };
    const b = { mean: toTensor(numbers.mean2), logVar: toTensor(numbers.logVar2) };
    const [one, other] = [mergeGaussians(a, b), mergeGaussians(b, a)];
    expect(await read(one.mean)).toEqual(await read(other.mean));
    expect(await read(one.logVar)).toEqual(await read(other.logVar));
  });

  law('merges three in any grouping', drawn, async (numbers) => {
    const a = { mean: toTensor(numbers.mean), logVar: toTensor(numbers.logVar) };
    const b = { mean: toTensor(numbers.mean2), logVar: toTensor(numbers.logVar2) };
    const c = { mean: toTensor(numbers.mean3), logVar: toTensor(numbers.logVar3) };
    const left = mergeGaussians(mergeGaussians(a, b), c);
    const right = mergeGaussians(a, mergeGaussians(b, c));
    expectClose(await read(left.mean), await read(right.mean), 4 * ofValue());
    expectClose(await read(left.logVar), await read(right.logVar), 4 * ofValue());
  });

  law('is at most as wide as either, and has its mean between theirs', drawn, async (numbers) => {
    const a = { mean: toTensor(numbers.mean), logVar: toTensor(numbers.logVar) };
    const b = { mean: toTensor(numbers.mean2), logVar: toTensor(numbers.logVar2) };
    const merged = mergeGaussians(a, b);
    const [means, logVars] = [await read(merged.mean), await read(merged.logVar)];
    for (const [i, logVar] of logVars.entries()) {
      expect(logVar).toBeLessThanOrEqual(
        Math.min(numbers.logVar.values[i] as number, numbers.logVar2.values[i] as number) + 1e-4,
      );
      const ends = [numbers.mean.values[i] as number, numbers.mean2.values[i] as number];
      expect(means[i]).toBeGreaterThanOrEqual(Math.min(...ends) - 1e-4);
      expect(means[i]).toBeLessThanOrEqual(Math.max(...ends) + 1e-4);
    }
  });

  it('is the other Gaussian, to the bit, where one says nothing', async () => {
    const p = gaussianOf([1.25, -300], [0.3, -2]);
    const merged = mergeGaussians(gaussianOf([77, -5], [200, 150]), p);
    expect(await read(merged.mean)).toEqual(await read(p.mean));
    expect(await read(merged.logVar)).toEqual(await read(p.logVar));
  });

  it('has half the variance, and the mean in the middle, where both are as wide', async () => {
    const merged = mergeGaussians(gaussianOf([3, -1], [0.5, 2]), gaussianOf([1, 1], [0.5, 2]));
    expectClose(await read(merged.mean), [2, 0]);
    expectClose(await read(merged.logVar), [0.5 - Math.LN2, 2 - Math.LN2]);
  });

  it('has half the slope in either log-variance where they are equal', async () => {
    const logVar = (a: Tensor, b: Tensor): Tensor =>
      mergeGaussians({ mean: a, logVar: a }, { mean: b, logVar: b }).logVar;
    const slopes = grads(logVar)([zeros([1, 2]), zeros([1, 2])]);
    for (const slope of slopes) expect(await read(slope)).toEqual([0.5, 0.5]);
  });

  it('leaves its two tensors behind', () => {
    const p = gaussianOf([1], [0]);
    expectNoLeak((mean) => mergeGaussians({ mean, logVar: neg(mean) }, p).mean, [zeros([1, 1])], 3, false);
  });

  it('names what came and what was needed', () => {
    const q = { mean: zeros([2, 3]), logVar: zeros([2, 3]) };
    expect(() => mergeGaussians(q, { mean: zeros([2, 3]), logVar: zeros([1, 3]) })).toThrowError(
      new RangeError('mergeGaussians: b.logVar has shape [1,3], needed [B,...] = [2,3]'),
    );
    expect(() => mergeGaussians(undefined as never, q)).toThrowError(
      new TypeError('mergeGaussians: a.mean is undefined, needed a tensor [B ...]'),
    );
  });
});
