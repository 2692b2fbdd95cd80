import { concat, fill, sum, type Tensor, tensor2d, variableGrads, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { expectNoLeak } from '../support/checkGradient';
import { describePrimitive } from '../support/describePrimitive';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

const fixed = gaussianObservation({ sigma: 0.5 });
const learned = gaussianObservation({ variance: 'learned' });

describePrimitive('gaussianObservation.logProb, σ = 0.5', (parameters, x) => fixed.logProb(parameters, x));
// Of (x − m)² / σ² differences say nothing: a step of 5e-3 is 5000 σ.
describePrimitive(
  'gaussianObservation.logProb, σ = 1e-6',
  (parameters, x) => gaussianObservation({ sigma: 1e-6 }).logProb(parameters, x),
  { smooth: false },
);
describePrimitive('gaussianObservation.logProb, learned variance', (p, x) => learned.logProb(p, x), {
  errors: [
    [
      'an odd number of parameters',
      () => learned.logProb(zeros([2, 3]), zeros([2, 1])),
      'gaussianObservation.logProb: parameters have shape [2,3], needed a last axis of 2 equal parts (means, then log-variances)',
    ],
  ],
});
describePrimitive('gaussianObservation.entropy, learned variance', learned.entropy);

describe('gaussianObservation', () => {
  cleanUpAfterEach();

  it('asks the decoder for one number per value, or two', () => {
    expect([fixed.parameterShape([4, 3]), learned.parameterShape([4, 3])]).toEqual([
      [4, 3],
      [4, 6],
    ]);
  });

  it('keeps the normalizer, so that a smaller σ is worth log-density at the mean', async () => {
    const at = (sigma: number) => read(gaussianObservation({ sigma }).logProb(zeros([1, 1]), zeros([1, 1])));
    const [[wide = 0], [narrow = 0]] = [await at(1), await at(0.1)];
    expect(narrow - wide).toBeCloseTo(Math.log(10), 5);
  });

  it('is the learned variance at a log-variance of 2 log σ', async () => {
    const [mean, x] = [tensor2d([[0.2, -0.7]]), tensor2d([[0.1, 0.4]])];
    const parameters = concat([mean, fill([1, 2], 2 * Math.log(0.5))], 1);
    await expectTensor(learned.logProb(parameters, x), await read(fixed.logProb(mean, x)));
    await expectTensor(learned.entropy(parameters), await read(fixed.entropy(mean)));
  });

  it('tells means as mean and mode', async () => {
    const parameters = tensor2d([[1, 2, -3, -4]]);
    await expectTensor(learned.mean(parameters), [[1, 2]]);
    await expectTensor(learned.mode(parameters), [[1, 2]]);
    await expectTensor(fixed.mean(parameters), [[1, 2, -3, -4]]);
    await expectTensor(fixed.mode(parameters), [[1, 2, -3, -4]]);
  });

  it('has samples of its own mean and variance, and the entropy −E log p', async () => {
    const parameters = concat([fill([4000, 1], 2), fill([4000, 1], Math.log(0.25))], 1);
    const draws = learned.sample(parameters, createNoise(2));
    const logProb = await read(learned.logProb(parameters, draws));
    const [entropy = 0] = await read(learned.entropy(parameters));
    const values = await read(draws);
    expectWithinError(values, 2);
    expectWithinError(
      values.map((value) => (value - 2) ** 2),
      0.25,
    );
    expectWithinError(
      logProb.map((value) => -value),
      entropy,
    );
  });

  it('samples its mean where σ underflows', async () => {
    expect(await read(learned.sample(tensor2d([[3, -200]]), createNoise(2)))).toEqual([3]);
  });

  it('refuses a σ that is none, and data of another shape', () => {
    const refusal = (text: string) => new RangeError(`gaussianObservation: ${text}`);
    expect(() => gaussianObservation({ sigma: 0 })).toThrowError(
      refusal('sigma is 0, needed a finite number above 0'),
    );
    expect(() => gaussianObservation({ sigma: Number.NaN })).toThrowError(
      refusal('sigma is NaN, needed a finite number above 0'),
    );
    expect(() => fixed.logProb(zeros([2, 3]), zeros([2, 1]))).toThrowError(
      new RangeError('gaussianObservation.logProb: x has shape [2,1], needed [B,...] = [2,3]'),
    );
    expect(() => learned.logProb(zeros([2, 6]), zeros([2, 6]))).toThrowError(
      new RangeError('gaussianObservation.logProb: x has shape [2,6], needed [B,...] = [2,3]'),
    );
    expect(() => learned.logProb(zeros([2, 6]), [1, 2] as never)).toThrowError(
      new TypeError('gaussianObservation.logProb: x is an array of 2, needed a tensor [B ...]'),
    );
    expect(() => learned.entropy(zeros([]))).toThrowError(
      new RangeError('gaussianObservation.entropy: parameters has shape [], needed [B,...]'),
    );
  });

  it('learns a shared σ for each column, or one for all', async () => {
    const [mean, x] = [tensor2d([[0.2, -0.7]]), tensor2d([[0.1, 0.4]])];
    for (const columns of [1, 2]) {
      const shared = gaussianObservation({ variance: 'shared', columns, sigma: 0.5 });
      await expectTensor(shared.logProb(mean, x), await read(fixed.logProb(mean, x)));
      expect(shared.parameterShape([2])).toEqual([2]);
      expect(shared.variables?.logVar?.shape).toEqual([columns]);
      const { grads: found } = variableGrads(() => sum(shared.logProb(mean, x)));
      // ½·((x − m)²/σ² − 1)
      const slopes = [0.5 * (0.01 / 0.25 - 1), 0.5 * (1.21 / 0.25 - 1)] as const;
      await expectTensor(
        Object.values(found)[0] as Tensor,
        columns === 2 ? [...slopes] : [slopes[0] + slopes[1]],
      );
      shared.dispose();
      shared.dispose();
    }
    const two = gaussianObservation({ variance: 'shared', columns: 2 });
    expect(() => two.parameterShape([3])).toThrowError(
      new RangeError('gaussianObservation: the last axis is that of [3], needed 2, the option columns'),
    );
    two.dispose();
    expect(() => gaussianObservation({ columns: 2 } as never)).toThrowError(
      new RangeError(
        'gaussianObservation: columns is 2, needed none beside variance "fixed": they are of "shared"',
      ),
    );
  });

  it('refuses a σ together with a learned variance, which would be ignored', () => {
    expect(() => gaussianObservation({ variance: 'learned', sigma: 3 as never })).toThrowError(
      new RangeError(
        'gaussianObservation: sigma is 3, needed none beside variance "learned": the decoder gives it',
      ),
    );
  });

  it('names what came and was needed: no noise, and integers for means', () => {
    expect(() => learned.sample(zeros([2, 4]), undefined as never)).toThrowError(
      new TypeError(
        'gaussianObservation.sample: noise is undefined, needed a stream, as createNoise(seed) makes',
      ),
    );
    expect(() => fixed.logProb(zeros([2, 4], 'int32'), zeros([2, 4]))).toThrowError(
      new TypeError('gaussianObservation.logProb: parameters has dtype int32, needed float32'),
    );
  });

  it('takes observed values of any type', async () => {
    const [mean, x] = [tensor2d([[0.2, -0.7]]), [[1, 0]]];
    const expected = await read(fixed.logProb(mean, tensor2d(x)));
    for (const dtype of ['int32', 'bool'] as const)
      await expectTensor(fixed.logProb(mean, tensor2d(x, [1, 2], dtype)), expected);
  });

  it('leaves one tensor behind for any arguments', () => {
    for (const ask of [
      learned.mean,
      learned.mode,
      learned.entropy,
      fixed.mean,
      fixed.mode,
      fixed.entropy,
      (parameters: Parameters<typeof learned.sample>[0]) => learned.sample(parameters, createNoise(0)),
    ]) {
      expectNoLeak(ask, [zeros([2, 4])], 1, false);
    }
  });
});
