import { grads, softmax, type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { regularizedUnlabeled } from '../../src/bounds/regularizedUnlabeled';
import { unlabeledElbo } from '../../src/bounds/unlabeledElbo';
import { describePrimitive } from '../support/describePrimitive';
import { cleanUpAfterEach, expectClose, expectTensor, read } from '../support/numbers';

const objective = (bound: Tensor, labelLogits: Tensor): Tensor =>
  regularizedUnlabeled({ bound, labelLogits, entropyPenalty: 0.4, mutualInformationWeight: 0.7 }).objective;

describePrimitive('regularizedUnlabeled', objective, {
  leaves: 2,
  errors: [
    [
      'a bound of other examples',
      () => objective(zeros([1]), zeros([2, 3])),
      'regularizedUnlabeled: labelLogits has shape [2,3], needed [B,K] = [1,K]',
    ],
    [
      'a negative penalty',
      () => regularizedUnlabeled({ bound: zeros([2]), labelLogits: zeros([2, 3]), entropyPenalty: -1 }),
      'regularizedUnlabeled: entropyPenalty is -1, needed a scalar tensor or a finite number of at least 0',
    ],
  ],
});

describe('regularizedUnlabeled', () => {
  cleanUpAfterEach();

  const parts = () => ({
    bound: tensor1d([-90, -80]),
    labelLogits: tensor2d([
      [1, 0],
      [-2, 0.5],
    ]),
  });

  it('is the bound by default', async () => {
    await expectTensor(regularizedUnlabeled(parts()).objective, [-90, -80]);
  });

  it('leaves the mutual information out where it has no weight', () => {
    expect(regularizedUnlabeled(parts()).mutualInformation).toBeUndefined();
    const { mutualInformation } = regularizedUnlabeled({ ...parts(), mutualInformationWeight: 1 });
    expect(mutualInformation?.shape).toEqual([]);
  });

  it('pulls the mean prediction to π where it is given: Î and mean log π together are −KL(q̄ ‖ π) − mean H(q)', async () => {
    const { bound, labelLogits } = parts();
    const q = (await read(softmax(labelLogits))) as [number, number, number, number];
    const [mean, prior] = [[(q[0] + q[2]) / 2, (q[1] + q[3]) / 2] as const, [0.9, 0.1] as const];
    const kl = mean.reduce((sum, m, k) => sum + m * Math.log(m / (prior[k] as number)), 0);
    const entropy = -q.reduce((sum, p) => sum + (p * Math.log(p)) / 2, 0);
    const gain = async (labelPrior?: readonly number[]): Promise<number> => {
      const [a = 0, b = 0] = await read(
        regularizedUnlabeled({
          bound,
          labelLogits,
          mutualInformationWeight: 2,
          ...(labelPrior && { labelPrior }),
        }).objective,
      );
      return (a + b) / 2 + 85;
    };
    expect(await gain([0.9, 0.1])).toBeCloseTo(2 * (-kl - entropy), 4);
    // Of equal shares, it is Î and a constant.
    expect(await gain([0.5, 0.5])).toBeCloseTo((await gain()) - 2 * Math.log(2), 4);
  });

  it('has the gradient of Î at a uniform π, and another elsewhere', async () => {
    const { bound, labelLogits } = parts();
    const gradient = (labelPrior?: readonly number[]) =>
      read(
        grads(
          (logits: Tensor) =>
            regularizedUnlabeled({
              bound,
              labelLogits: logits,
              mutualInformationWeight: 2,
              ...(labelPrior && { labelPrior }),
            }).objective,
        )([labelLogits])[0] as Tensor,
      );
    const plain = await gradient();
    expectClose(await gradient([0.5, 0.5]), plain);
    const rare = await gradient([0.99, 0.01]);
    expect(rare[0]).toBeGreaterThan((plain[0] as number) + 0.1);
  });

  it('can exceed the bound, and is therefore not a bound', async () => {
    const { objective: raised } = regularizedUnlabeled({ ...parts(), mutualInformationWeight: 5 });
    expect((await read(raised))[0]).toBeGreaterThan(-90);
  });

  it('gives the entropy no gradient where γ + β is 1 but through the mean of q', async () => {
    // Two examples that mirror each other: mean q is uniform, and what is left of the entropy must cancel.
    const logits = tensor2d([
      [1.5, -0.5],
      [-0.5, 1.5],
    ]);
    const force = (labelLogits: Tensor) =>
      regularizedUnlabeled({
        bound: unlabeledElbo({ labelLogits, labeledBound: zeros([2]) }).elbo,
        labelLogits,
        mutualInformationWeight: 0.3,
        entropyPenalty: 0.7,
      }).objective;
    await expectTensor(grads(force)([logits])[0] as Tensor, [
      [0, 0],
      [0, 0],
    ]);
  });
});
