import { log, sub, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
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

  it('agrees with its Monte-Carlo estimate', async () => {
    const rows = 4000;
    const repeat = (row: readonly number[]) => tensor2d(Array.from({ length: rows }, () => [...row]));
    const [q, p] = [repeat([0.5, -1, 1.5]), repeat([-0.5, 0.3, 0])];
    const y = categorical.sample(q, createNoise(3));
    const [kl = 0] = await read(categoricalKl(q, p));
    expectWithinError(await read(sub(categorical.logProb(q, y), categorical.logProb(p, y))), kl);
  });
});
