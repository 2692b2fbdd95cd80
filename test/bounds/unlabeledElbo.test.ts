import { mul, sum, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { unlabeledElbo } from '../../src/bounds/unlabeledElbo';
import { createNoise } from '../../src/core/noise';
import * as categorical from '../../src/distributions/categorical';
import { describePrimitive } from '../support/describePrimitive';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

describePrimitive(
  'unlabeledElbo, exact',
  (labelLogits, labeledBound) => unlabeledElbo({ labelLogits, labeledBound }).elbo,
  {
    leaves: 3,
    errors: [
      [
        'bounds of other examples',
        () => unlabeledElbo({ labelLogits: zeros([2, 3]), labeledBound: zeros([1, 3]) }),
        'unlabeledElbo: labeledBound has shape [1,3], needed [B,K] = [2,3]',
      ],
      [
        'bounds still folded into the batch',
        () => unlabeledElbo({ labelLogits: zeros([2, 3]), labeledBound: zeros([6]) }),
        'unlabeledElbo: labeledBound has shape [6], needed [B] = [2]',
      ],
    ],
  },
);

describePrimitive(
  'unlabeledElbo, sampled',
  (labelLogits, labeledBound) => unlabeledElbo({ labelLogits, labeledBound }).elbo,
  { leaves: 3 },
);

describe('unlabeledElbo', () => {
  cleanUpAfterEach();

  it('names its parts, which add up to the bound', async () => {
    const terms = unlabeledElbo({ labelLogits: zeros([1, 2]), labeledBound: tensor2d([[-100, -110]]) });
    await expectTensor(terms.expectedBound, [-105]);
    await expectTensor(terms.labelEntropy, [Math.LN2]);
    await expectTensor(terms.elbo, [-105 + Math.LN2]);
  });

  it('is the mean over sampled labels of its one-sample estimate', async () => {
    const count = 4000;
    const [logits, bound] = [
      [0.5, -1, 1],
      [-3, -1, -2],
    ];
    const labelLogits = tensor2d(Array.from({ length: count }, () => logits));
    const y = categorical.sample(labelLogits, createNoise(4));
    const atSample = await read(sum(mul(y, tensor2d([bound])), 1));
    const sampled = await read(unlabeledElbo({ labelLogits, labeledBound: tensor1d(atSample) }).elbo);
    const [exact = 0] = await read(
      unlabeledElbo({ labelLogits: tensor2d([logits]), labeledBound: tensor2d([bound]) }).elbo,
    );
    expectWithinError(sampled, exact);
  });
});
