import {
  add,
  expandDims,
  grads,
  mul,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { regularizedUnlabeled } from '../../src/bounds/regularizedUnlabeled';
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

const optimized = (labelLogits: Tensor, logLikelihood: Tensor, latentKl: Tensor, logLabelPrior: Tensor) =>
  regularizedUnlabeled({ labelLogits, logLikelihood, latentKl, logLabelPrior, beta: 0.4, gamma: 0.7 })
    .objective;

describePrimitive('regularizedUnlabeled, exact', optimized, {
  leaves: 7,
  errors: [
    [
      'a log-likelihood of other examples',
      () =>
        regularizedUnlabeled({
          labelLogits: zeros([2, 3]),
          logLikelihood: zeros([1, 3]),
          latentKl: zeros([2]),
          logLabelPrior: zeros([2]),
        }),
      'regularizedUnlabeled: logLikelihood has shape [1,3], needed [B,K] = [2,3]',
    ],
    [
      'a negative β',
      () =>
        regularizedUnlabeled({
          labelLogits: zeros([2, 3]),
          logLikelihood: zeros([2]),
          latentKl: zeros([2]),
          logLabelPrior: zeros([2]),
          beta: -1,
        }),
      'regularizedUnlabeled: beta is -1, needed a finite number of at least 0',
    ],
  ],
});
describePrimitive('regularizedUnlabeled, sampled', optimized, { leaves: 7 });
describePrimitive(
  'regularizedUnlabeled, weighted',
  (labelLogits, logLikelihood, latentKl, logLabelPrior) =>
    regularizedUnlabeled({
      labelLogits,
      logLikelihood,
      latentKl,
      logLabelPrior,
      beta: 0.4,
      gamma: 0.7,
      weights: { logLikelihood: 0.5, latentKl: 2, logLabelPrior: 1.5, labelEntropy: 0.25 },
    }).objective,
  { leaves: 7 },
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

describe('regularizedUnlabeled', () => {
  cleanUpAfterEach();

  const parts = () => ({
    labelLogits: tensor2d([
      [1, 0],
      [-2, 0.5],
    ]),
    logLikelihood: tensor2d([
      [-90, -80],
      [-70, -85],
    ]),
    latentKl: tensor1d([10, 12]),
    logLabelPrior: tensor2d([
      [-0.5, -0.9],
      [-0.5, -0.9],
    ]),
  });

  it('is the plain bound by default, and tells it beside the objective whatever the weights', async () => {
    const { logLikelihood, latentKl, logLabelPrior, labelLogits } = parts();
    const labeledBound = add(sub(logLikelihood, expandDims(latentKl, 1)), logLabelPrior);
    const bound = await read(unlabeledElbo({ labelLogits, labeledBound }).elbo);
    await expectTensor(regularizedUnlabeled(parts()).objective, bound);
    const other = regularizedUnlabeled({ ...parts(), beta: 2, gamma: 3, weights: { latentKl: 0.1 } });
    await expectTensor(other.elbo, bound);
    expect((await read(other.objective))[0]).not.toBeCloseTo(bound[0] as number, 1);
  });

  it('leaves the mutual information out where γ is 0', () => {
    expect(regularizedUnlabeled(parts()).mutualInformation).toBeUndefined();
    expect(regularizedUnlabeled({ ...parts(), gamma: 1 }).mutualInformation?.shape).toEqual([]);
  });

  it('can exceed the bound, and is therefore none', async () => {
    const terms = regularizedUnlabeled({ ...parts(), gamma: 5 });
    expect((await read(terms.objective))[0]).toBeGreaterThan((await read(terms.elbo))[0] as number);
  });

  it('gives the entropy no gradient where γ + β is 1 but through the mean of q', async () => {
    // Two examples that mirror each other: mean q is uniform, and what is left of the entropy must cancel.
    const labelLogits = tensor2d([
      [1.5, -0.5],
      [-0.5, 1.5],
    ]);
    const objective = (logits: Tensor) =>
      regularizedUnlabeled({
        labelLogits: logits,
        logLikelihood: zeros([2]),
        latentKl: zeros([2]),
        logLabelPrior: zeros([2]),
        gamma: 0.3,
        beta: 0.7,
      }).objective;
    await expectTensor(grads(objective)([labelLogits])[0] as Tensor, [
      [0, 0],
      [0, 0],
    ]);
  });
});
