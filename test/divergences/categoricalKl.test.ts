import { grads, log, sub, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as categorical from '../../src/distributions/categorical';
import { categoricalKl } from '../../src/divergences/categoricalKl';
import { describePrimitive } from '../support/describePrimitive';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

describePrimitive('categoricalKl', categoricalKl, {
  errors: [
    [
      'another number of classes',
      () => categoricalKl(zeros([2, 3]), zeros([2, 1])),
      'categoricalKl: pLogits has shape [2,1], needed [B,K] = [2,3]',
    ],
    [
      'a prior without batch axis',
      () => categoricalKl(zeros([2, 3]), zeros([3])),
      'categoricalKl: pLogits has shape [3], needed [B,K] = [2,3]',
    ],
  ],
});

describe('categoricalKl', () => {
  cleanUpAfterEach();

  it('differs by direction', async () => {
    const [q, p] = [tensor2d([[0.9, 0.1]]), tensor2d([[0.5, 0.5]])];
    await expectTensor(categoricalKl(log(q), log(p)), [0.9 * Math.log(1.8) + 0.1 * Math.log(0.2)]);
    await expectTensor(categoricalKl(log(p), log(q)), [0.5 * Math.log(1 / 1.8) + 0.5 * Math.log(1 / 0.2)]);
  });

  it('takes log-probabilities as logits', async () => {
    const probs = tensor2d([[0.2, 0.3, 0.5]]);
    await expectTensor(categoricalKl(log(probs), sub(log(probs), 7)), [0]);
  });

  it('drops a class of logit −∞ in q, and takes a prior with a 0 where q has it too', async () => {
    const q = tensor2d([[0, 0, Number.NEGATIVE_INFINITY]]);
    const priors = [log(tensor2d([[0.5, 0.25, 0.25]])), log(tensor2d([[0.75, 0.25, 0]]))];
    const expected = [
      { kl: 0.5 * Math.log(1) + 0.5 * Math.log(2), inP: [0, -0.25, 0.25] },
      { kl: 0.5 * Math.log(2 / 3) + 0.5 * Math.log(2), inP: [0.25, -0.25, 0] },
    ];
    for (const [i, p] of priors.entries()) {
      const { kl, inP } = expected[i] as (typeof expected)[number];
      await expectTensor(categoricalKl(q, p), [kl]);
      const [gradientQ, gradientP] = grads(categoricalKl)([q, p]);
      const difference = 0.25 * Math.log(i === 0 ? 2 : 3);
      await expectTensor(gradientQ as Tensor, [[-difference, difference, 0]]);
      await expectTensor(gradientP as Tensor, [inP]);
    }
    expect((await read(categoricalKl(q, q))).map(Math.abs)).toEqual([0]);
  });

  it('is +∞ where p rules out what q does not', async () => {
    const [q, p] = [tensor2d([[0, -30]]), tensor2d([[0, Number.NEGATIVE_INFINITY]])];
    expect(await read(categoricalKl(q, p))).toEqual([Number.POSITIVE_INFINITY]);
  });

  it('names what came and what was needed: integers for logits', () => {
    expect(() => categoricalKl(zeros([1, 2]), zeros([1, 2], 'int32'))).toThrowError(
      new TypeError('categoricalKl: pLogits has dtype int32, needed float32'),
    );
  });

  it('agrees with its Monte-Carlo estimate', async () => {
    const rows = 4000;
    const repeat = (row: readonly number[]) => tensor2d(Array.from({ length: rows }, () => [...row]));
    const [q, p] = [repeat([0.5, -1, 1.5]), repeat([-0.5, 0.3, 0])];
    const y = categorical.sample(q, createNoise(3));
    const [kl = 0] = await read(categoricalKl(q, p));
    expectWithinError(await read(sub(categorical.logProb(q, y), categorical.logProb(p, y))), kl);
  });
});
