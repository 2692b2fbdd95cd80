import { grads, type Tensor, tensor2d, tile, zeros } from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as categorical from '../../src/distributions/categorical';
import { categoricalEntropy } from '../../src/regularizers/entropy';
import { describePrimitive } from '../support/describePrimitive';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

describePrimitive('categoricalEntropy', categoricalEntropy, {
  errors: [
    [
      'logits without batch axis',
      () => categoricalEntropy(zeros([3])),
      'categoricalEntropy: logits has shape [3], needed [B,K]',
    ],
  ],
});

describe('categoricalEntropy', () => {
  cleanUpAfterEach();

  it('is log K for equal logits, 0 for a certain class, and blind to a shift of the row', async () => {
    await expectTensor(
      categoricalEntropy(
        tensor2d([
          [5, 5],
          [60, -60],
          [1, 0],
          [41, 40],
        ]),
      ),
      [Math.LN2, 0, 0.5822031, 0.5822031],
    );
  });

  it('rules a class of logit −∞ out, with a finite gradient', async () => {
    const logits = tensor2d([[1, 1, Number.NEGATIVE_INFINITY]]);
    await expectTensor(categoricalEntropy(logits), [Math.LN2]);
    await expectTensor(grads(categoricalEntropy)([logits])[0] as Tensor, [[0, 0, 0]]);
  });

  it('agrees with the entropy −E log q, by Monte Carlo', async () => {
    const logits = tile(tensor2d([[0.5, -1, 1]]), [4000, 1]);
    const [entropy = 0] = await read(categoricalEntropy(logits));
    const logProb = await read(categorical.logProb(logits, categorical.sample(logits, createNoise(6))));
    expectWithinError(
      logProb.map((value) => -value),
      entropy,
    );
  });
});
