import {
  clone,
  concat,
  fill,
  grads,
  slice,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  tidy,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import type { TrainingLogProbOptions } from '../../src/distributions/likelihood';
import { expectNoLeak } from '../support/checkGradient';
import { describePrimitive } from '../support/describePrimitive';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectClose, expectTensor, read } from '../support/numbers';

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
describePrimitive('gaussianObservation.logProb, learned variance, σ of at least 0.1', (p, x) =>
  gaussianObservation({ variance: 'learned', minSigma: 0.1 }).logProb(p, x),
);

/** log p in a training pass whose σ is that of the residuals. */
const inTraining =
  (options: Omit<TrainingLogProbOptions, 'rowWeights'> & { readonly weights?: number[] } = {}) =>
  (mean: Tensor, x: Tensor): Tensor => {
    const { weights, ...others } = options;
    const { trainingLogProb, dispose } = gaussianObservation({ variance: 'optimal' });
    const value = tidy(
      () =>
        trainingLogProb?.(mean, x, {
          ...others,
          ...(weights && { rowWeights: tensor1d(weights) }),
        }) as Tensor,
    );
    dispose();
    return value;
  };
describePrimitive('gaussianObservation.trainingLogProb, optimal variance', inTraining());
describePrimitive(
  'gaussianObservation.trainingLogProb, optimal variance, weighted',
  inTraining({ weights: [0.2, 1, 3] }),
);
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

  it('keeps σ above minSigma, with a gradient in the log-variance everywhere', async () => {
    const bounded = gaussianObservation({ variance: 'learned', minSigma: 0.1 });
    const x = tensor2d([[0.5, 0.5, 0.5]]);
    const p = tensor2d([[0.5, 0.5, 0.5, -50, 0, 50]]);
    const entropies = [-50, 0, 50].map((v) => 0.5 * (1 + Math.log(2 * Math.PI * (Math.exp(v) + 0.01))));
    await expectTensor(bounded.entropy(p), [entropies.reduce((total, h) => total + h)]);
    const [gradient] = grads((q: Tensor) => bounded.logProb(q, x))([p]);
    expect((await read(gradient as Tensor)).every(Number.isFinite)).toBe(true);
    const shared = gaussianObservation({ variance: 'shared', sigma: 1e-6, minSigma: 0.1 });
    await expectTensor(shared.logProb(x, x), [-1.5 * Math.log(2 * Math.PI * 0.01)]);
    shared.dispose();
    expect(() => gaussianObservation({ minSigma: 1 } as never)).toThrow(
      'gaussianObservation: minSigma is 1, needed none beside variance "fixed"',
    );
  });

  describe('whose σ is that of the residuals', () => {
    const [mean, x] = [
      [
        [0.3, -1],
        [2, 0.1],
        [0, 0],
      ],
      [
        [0.5, -1.4],
        [1, 0.4],
        [0.2, -3],
      ],
    ].map((rows) => tensor2d(rows)) as [Tensor, Tensor];
    const residuals = [0.2, -0.4, -1, 0.3, 0.2, -3];
    const variance = residuals.reduce((total, r) => total + r * r, 0) / 6;

    it('has the sum over the batch of the shared σ at its optimum, and of no other σ more', async () => {
      const optimal = (await read(inTraining()(mean, x))).reduce((total, l) => total + l);
      const atSigma = async (sigma: number): Promise<number> =>
        (await read(gaussianObservation({ sigma }).logProb(mean, x))).reduce((total, l) => total + l);
      expect(optimal).toBeCloseTo(await atSigma(Math.sqrt(variance)), 4);
      for (const factor of [0.9, 1.1])
        expect(await atSigma(factor * Math.sqrt(variance))).toBeLessThan(optimal - 0.01);
    });

    it('moves a running variance that logProb, sample and entropy read, and only where it is asked to', async () => {
      const likelihood = gaussianObservation({ variance: 'optimal', sigma: 2 });
      const { variables, trainingLogProb } = likelihood;
      expect(variables?.variance?.trainable).toBe(false);
      trainingLogProb?.(mean, x, { updateStatistics: false });
      expectClose(await read(clone(variables?.variance as Tensor)), [4]);
      trainingLogProb?.(mean, x);
      const running = 0.9 * 4 + 0.1 * variance;
      expectClose(await read(clone(variables?.variance as Tensor)), [running]);
      const fixedSigma = gaussianObservation({ sigma: Math.sqrt(running) });
      await expectTensor(likelihood.logProb(mean, x), await read(fixedSigma.logProb(mean, x)));
      await expectTensor(likelihood.entropy(mean), await read(fixedSigma.entropy(mean)));
      const draws = await read(likelihood.sample(zeros([4000, 1]), createNoise(2)));
      expectWithinError(
        draws.map((draw) => draw ** 2),
        running,
      );
      likelihood.dispose();
      likelihood.dispose();
    });

    it('leaves out rows of weight 0 and values that are not observed', async () => {
      const two = [0, 1]
        .map((row) => slice(mean, [row], [1]))
        .map((m, i) => [m, slice(x, [i], [1])] as const);
      const [m, v] = [concat(two.map(([m]) => m)), concat(two.map(([, v]) => v))];
      const expected = await read(inTraining()(m, v));
      const weighted = await read(inTraining({ weights: [2, 2, 0] })(mean, x));
      expectClose(weighted.slice(0, 2), expected);
      const observed = tensor2d([
        [1, 1],
        [1, 1],
        [0, 0],
      ]);
      expectClose(await read(inTraining({ observed })(mean, x)), [...expected, 0]);
    });

    it('of one value alone is the running σ', async () => {
      const [one, other] = [tensor2d([[1]]), tensor2d([[2]])];
      await expectTensor(inTraining()(one, other), await read(gaussianObservation().logProb(one, other)));
    });

    it('refuses weights of other rows', () => {
      const message =
        'gaussianObservation.trainingLogProb: rowWeights is a tensor [2], needed a tensor with a weight for each of 3 rows';
      expect(() => inTraining({ weights: [1, 2] })(mean, x)).toThrowError(new RangeError(message));
    });
  });
});
