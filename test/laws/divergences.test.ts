import { abs, logSoftmax, max, reverse, softmax, sub, zerosLike } from '@tensorflow/tfjs-core';
import { describe, expect } from 'vitest';
import * as categorical from '../../src/distributions/categorical';
import { categoricalKl } from '../../src/divergences/categoricalKl';
import { crossEntropy } from '../../src/divergences/crossEntropy';
import { gaussianKl } from '../../src/divergences/gaussianKl';
import { maximumMeanDiscrepancy } from '../../src/divergences/maximumMeanDiscrepancy';
import { law, matrices, toTensor } from '../support/law';
import { expectClose, read, readRows } from '../support/numbers';
import { ofValue, ULP } from '../support/tolerance';

const largest = (row: readonly number[]): number => Math.max(...row.map(Math.abs));

describe('Gaussian divergences', () => {
  const two = matrices({ mean: 5, logVar: 8, priorMean: 5, priorLogVar: 8 });

  law('are never below 0, up to a few ulps of the largest summand', two, async (drawn) => {
    const q = { mean: toTensor(drawn.mean), logVar: toTensor(drawn.logVar) };
    const p = { mean: toTensor(drawn.priorMean), logVar: toTensor(drawn.priorLogVar) };
    const ratios = await readRows(abs(sub(q.logVar, p.logVar)));
    for (const [b, kl] of (await read(gaussianKl(q, p))).entries()) {
      expect(kl).toBeGreaterThanOrEqual(-4 * ULP * (1 + largest(ratios[b] as number[])));
    }
    for (const kl of await read(gaussianKl(q))) expect(kl).toBeGreaterThanOrEqual(-4 * ULP * 9);
  });

  law('are exactly 0 at equality', matrices({ mean: 5, logVar: 100 }), async (drawn) => {
    const q = { mean: toTensor(drawn.mean), logVar: toTensor(drawn.logVar) };
    for (const kl of await read(gaussianKl(q, q))) expect(Math.abs(kl)).toBe(0);
  });

  law('are above 0 off equality', matrices({ mean: 5, logVar: 8 }), async (drawn) => {
    const mean = toTensor(drawn.mean);
    const q = { mean, logVar: toTensor(drawn.logVar) };
    const p = { mean: sub(mean, 0.5), logVar: q.logVar };
    // ½·Z·(0.5)²/σ², with σ² at most e⁸.
    for (const kl of await read(gaussianKl(q, p))) expect(kl).toBeGreaterThan(0.5 * 0.25 * 3e-4);
  });

  law('at N(0, I) are the fast path', matrices({ mean: 5, logVar: 8 }), async (drawn) => {
    const q = { mean: toTensor(drawn.mean), logVar: toTensor(drawn.logVar) };
    const general = gaussianKl(q, { mean: zerosLike(q.mean), logVar: zerosLike(q.logVar) });
    expectClose(await read(general), await read(gaussianKl(q)));
  });
});

describe('the maximum mean discrepancy', () => {
  const two = matrices({ a: 3, b: 3 });

  law('is never below 0 nor above 2, up to a few ulps', two, async (drawn) => {
    const [value = 0] = await read(maximumMeanDiscrepancy(toTensor(drawn.a), toTensor(drawn.b)));
    expect(value).toBeGreaterThanOrEqual(-64 * ULP);
    expect(value).toBeLessThanOrEqual(2 + 64 * ULP);
  });

  law('is exactly 0 at equality', matrices({ a: 60 }), async (drawn) => {
    const [value = 1] = await read(maximumMeanDiscrepancy(toTensor(drawn.a), toTensor(drawn.a)));
    expect(Math.abs(value)).toBe(0);
  });

  law('is symmetric', two, async (drawn) => {
    const [a, b] = [toTensor(drawn.a), toTensor(drawn.b)];
    expectClose(await read(maximumMeanDiscrepancy(a, b)), await read(maximumMeanDiscrepancy(b, a)));
  });

  law('does not depend on the order of rows', two, async (drawn) => {
    const [a, b] = [toTensor(drawn.a), toTensor(drawn.b)];
    expectClose(
      await read(maximumMeanDiscrepancy(reverse(a, 0), b)),
      await read(maximumMeanDiscrepancy(a, b)),
    );
  });
});

describe('categorical divergences', () => {
  const two = matrices({ q: 60, p: 60 });

  law('are never below 0, up to a few ulps of the largest summand', two, async (drawn) => {
    const [q, p] = [toTensor(drawn.q), toTensor(drawn.p)];
    const summands = await read(max(abs(sub(logSoftmax(q), logSoftmax(p))), 1));
    for (const [b, kl] of (await read(categoricalKl(q, p))).entries()) {
      expect(kl).toBeGreaterThanOrEqual(-8 * ULP * (1 + (summands[b] as number)) * drawn.q.columns);
    }
  });

  law('are exactly 0 at equality', matrices({ q: 60 }), async (drawn) => {
    for (const kl of await read(categoricalKl(toTensor(drawn.q), toTensor(drawn.q))))
      expect(Math.abs(kl)).toBe(0);
  });

  law('are cross-entropy minus entropy', matrices({ q: 8, p: 8 }), async (drawn) => {
    const [q, p] = [toTensor(drawn.q), toTensor(drawn.p)];
    const difference = sub(crossEntropy({ labels: softmax(q), logits: p }), categorical.entropy(q));
    expectClose(await read(categoricalKl(q, p)), await read(difference), 4 * ofValue());
  });
});
