import { concat, fill, grads, sum, type Tensor, tensor2d, variableGrads, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { negativeBinomial } from '../../src/distributions/negativeBinomial';
import * as poisson from '../../src/distributions/poisson';
import { checkGradient, expectNoLeak } from '../support/checkGradient';
import { describePrimitive } from '../support/describePrimitive';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';

const learned = negativeBinomial({ dispersion: 'learned' });

// Of the counts there is no gradient, so differences are taken along the parameters alone, below.
describePrimitive(
  'negativeBinomial.logProb, θ = 2',
  (parameters, x) => {
    const { logProb, dispose } = negativeBinomial({ theta: 2 });
    const value = logProb(parameters, x);
    dispose();
    return value;
  },
  { smooth: false },
);
describePrimitive('negativeBinomial.logProb, learned dispersion', (p, x) => learned.logProb(p, x), {
  smooth: false,
  errors: [
    [
      'an odd number of parameters',
      () => learned.logProb(zeros([2, 3]), zeros([2, 1])),
      'negativeBinomial.logProb: parameters have shape [2,3], needed a last axis of 2 equal parts (log-means, then log-dispersions)',
    ],
  ],
});

const inflated = negativeBinomial({ dispersion: 'learned', zeroInflated: true });
describePrimitive('negativeBinomial.logProb, zero-inflated', (p, x) => inflated.logProb(p, x), {
  smooth: false,
});

const column = (values: readonly number[]) => tensor2d(values.map((value) => [value]));
const rowsOf = (count: number, mean: number, theta: number): Tensor =>
  concat([fill([count, 1], Math.log(mean)), fill([count, 1], Math.log(theta))], 1);

describe('negativeBinomial', () => {
  cleanUpAfterEach();

  it('has the gradients that finite differences give', async () => {
    const x = tensor2d([
      [0, 3],
      [1, 12],
    ]);
    await checkGradient(
      (p) => learned.logProb(p, x),
      [
        tensor2d([
          [0.3, 1, -1, 2],
          [-0.5, 2, 0.5, 0],
        ]),
      ],
    );
  });

  it('sums to 1 over the counts', async () => {
    const counts = Array.from({ length: 3000 }, (_, x) => x);
    for (const [mean, theta] of [
      [0.5, 0.3],
      [5, 1],
      [20, 50],
    ] as const) {
      const logProb = await read(learned.logProb(rowsOf(3000, mean, theta), column(counts)));
      expect(logProb.reduce((total, l) => total + Math.exp(l), 0)).toBeCloseTo(1, 4);
    }
  });

  it('goes to the Poisson for a large dispersion, and keeps its digits on the way', async () => {
    const x = column([0, 1, 5, 30]);
    const l = column([-1, 1, 1.5, 3]);
    const expected = await read(poisson.logProb(l, x));
    const [slopes] = grads((p: Tensor) => poisson.logProb(p, x))([l]);
    const inPoisson = await read(slopes as Tensor);
    for (const logTheta of [20, 30, 50]) {
      const p = concat([l, fill([4, 1], logTheta)], 1);
      expectClose(await read(learned.logProb(p, x)), expected);
      const [gradient] = grads((q: Tensor) => learned.logProb(q, x))([p]);
      const rows = await read(gradient as Tensor);
      expectClose(
        rows.filter((_, i) => i % 2 === 0),
        inPoisson,
      );
      for (const slope of rows.filter((_, i) => i % 2 === 1)) expect(Math.abs(slope)).toBeLessThan(1e-3);
    }
  });

  it('stays finite, with its gradients, at log-parameters of ±50', async () => {
    for (const m of [-50, 50])
      for (const t of [-50, 50]) {
        const [p, x] = [tensor2d([[m, m, m, t, t, t]]), tensor2d([[0, 1, 1000]])];
        const [gradient] = grads((q: Tensor) => learned.logProb(q, x))([p]);
        const values = [...(await read(learned.logProb(p, x))), ...(await read(gradient as Tensor))];
        expect(values.every(Number.isFinite)).toBe(true);
      }
  });

  it('has draws of the mean μ and the variance μ + μ²/θ', async () => {
    for (const [mean, theta] of [
      [3, 0.6],
      [40, 8],
    ] as const) {
      const draws = await read(learned.sample(rowsOf(8000, mean, theta), createNoise(3)));
      expect(draws.every((x) => Number.isInteger(x) && x >= 0)).toBe(true);
      expectWithinError(draws, mean);
      expectWithinError(
        draws.map((x) => (x - mean) ** 2),
        mean + mean ** 2 / theta,
      );
    }
    expectClose(await read(learned.mean(rowsOf(1, 3, 2))), [3]);
  });

  it('learns a dispersion for each column, or one for all', async () => {
    const [parameters, x] = [tensor2d([[0.3, 1, 2]]), tensor2d([[0, 5, 7]])];
    for (const columns of [1, 3]) {
      const shared = negativeBinomial({ columns, theta: 2 });
      const both = concat([parameters, fill([1, 3], Math.log(2))], 1);
      expectClose(await read(shared.logProb(parameters, x)), await read(learned.logProb(both, x)));
      expect(shared.variables?.logTheta?.shape).toEqual([columns]);
      const { grads: found } = variableGrads(() => sum(shared.logProb(parameters, x)));
      const [gradient] = Object.values(found);
      const [inBoth] = grads((p: Tensor) => learned.logProb(p, x))([both]);
      const slopes = (await read(inBoth as Tensor)).slice(3);
      expectClose(
        await read(gradient as Tensor),
        columns === 3 ? slopes : [slopes.reduce((total, slope) => total + slope, 0)],
      );
      shared.dispose();
      shared.dispose();
    }
  });

  it('counts observed values alone: ones are as if nothing was given, bit for bit, zeros give 0', async () => {
    const [p, x] = [tensor2d([[0.3, -1, 1, 2]]), tensor2d([[1, 70]])];
    const all = await read(learned.logProb(p, x));
    expect(await read(learned.logProb(p, x, { observed: fill([1, 2], 1) }))).toEqual(all);
    expect(Math.abs((await read(learned.logProb(p, x, { observed: zeros([1, 2]) })))[0] as number)).toBe(0);
  });

  describe('with extra zeros', () => {
    const withZeros = (rows: number, mean: number, theta: number, logit: number): Tensor =>
      concat([rowsOf(rows, mean, theta), fill([rows, 1], logit)], 1);

    it('sums to 1 over the counts, and has the mean (1 − π)·μ of its draws', async () => {
      for (const [mean, theta, logit] of [
        [3, 0.6, 0.5],
        [20, 50, -2],
      ] as const) {
        const p = withZeros(400, mean, theta, logit);
        const logProb = await read(inflated.logProb(p, column([...Array(400).keys()])));
        expect(logProb.reduce((total, l) => total + Math.exp(l), 0)).toBeCloseTo(1, 4);
        const draws = await read(inflated.sample(withZeros(8000, mean, theta, logit), createNoise(3)));
        expectWithinError(draws, mean / (1 + Math.exp(logit)));
        expectWithinError(
          draws.map((x) => (x === 0 ? 1 : 0)),
          Math.exp(logProb[0] as number),
        );
        expectClose(await read(inflated.mean(withZeros(1, mean, theta, logit))), [
          mean / (1 + Math.exp(logit)),
        ]);
      }
    });

    it('is the negative binomial for logits towards −∞, with its gradients', async () => {
      const x = column([0, 1, 30]);
      const p = rowsOf(3, 4, 0.7);
      const both = concat([p, fill([3, 1], -80)], 1);
      expectClose(await read(inflated.logProb(both, x)), await read(learned.logProb(p, x)));
      const [ofBoth] = grads((q: Tensor) => inflated.logProb(q, x))([both]);
      const [of] = grads((q: Tensor) => learned.logProb(q, x))([p]);
      const found = await read(ofBoth as Tensor);
      expectClose(
        found.filter((_, i) => i % 3 < 2),
        await read(of as Tensor),
      );
      expectClose(
        found.filter((_, i) => i % 3 === 2),
        [0, 0, 0],
      );
    });

    it('has the gradients that finite differences give, beside a shared dispersion too', async () => {
      const x = tensor2d([[0, 3]]);
      await checkGradient((p) => inflated.logProb(p, x), [tensor2d([[0.3, 1, -0.5, 2, 0.4, -1]])]);
      const shared = negativeBinomial({ columns: 2, zeroInflated: true });
      expect(shared.parameterShape([2])).toEqual([4]);
      await checkGradient((p) => shared.logProb(p, x), [tensor2d([[0.3, 1, 0.4, -1]])]);
      shared.dispose();
    });

    it('stays finite, with its gradients, at parameters of ±50', async () => {
      for (const m of [-50, 50])
        for (const t of [-50, 50])
          for (const l of [-50, 50]) {
            const [p, x] = [tensor2d([[m, m, t, t, l, l]]), tensor2d([[0, 1000]])];
            const [gradient] = grads((q: Tensor) => inflated.logProb(q, x))([p]);
            const values = [...(await read(inflated.logProb(p, x))), ...(await read(gradient as Tensor))];
            expect(values.every(Number.isFinite)).toBe(true);
          }
    });

    it('leaves one tensor behind', () => {
      expectNoLeak(inflated.mean, [zeros([2, 6])], 1);
      expectNoLeak((p) => inflated.sample(p, createNoise(0)), [zeros([2, 6])], 1, false);
    });
  });

  it('refuses other columns', () => {
    const shared = negativeBinomial({ columns: 3 });
    expect(shared.parameterShape([4, 3])).toEqual([4, 3]);
    expect(learned.parameterShape([4, 3])).toEqual([4, 6]);
    expect(() => shared.parameterShape([4])).toThrowError(
      new RangeError('negativeBinomial: the last axis is that of [4], needed 3, the option columns'),
    );
    shared.dispose();
  });

  it('leaves one tensor behind', () => {
    expectNoLeak(learned.mean, [zeros([2, 4])], 1);
    expectNoLeak((p) => learned.sample(p, createNoise(0)), [zeros([2, 4])], 1, false);
  });
});
