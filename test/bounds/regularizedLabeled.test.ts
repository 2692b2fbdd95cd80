import { grads, mean, type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { labeledElbo } from '../../src/bounds/labeledElbo';
import { logLabelPrior, uniformLabelPrior } from '../../src/bounds/labelPrior';
import { type RegularizedLabeledArguments, regularizedLabeled } from '../../src/bounds/regularizedLabeled';
import { describePrimitive } from '../support/describePrimitive';
import { cleanUpAfterEach, expectClose, expectTensor, read } from '../support/numbers';

/** π of the goldens, by number of classes. */
const PRIORS: Readonly<Record<number, readonly number[]>> = {
  2: [0.25, 0.75],
  3: [0.2, 0.5, 0.3],
  5: [0.1, 0.2, 0.3, 0.25, 0.15],
};

type Options = Omit<Partial<RegularizedLabeledArguments>, 'logLikelihood' | 'latentKl' | 'labels' | 'logits'>;

const objective =
  (options: Options) =>
  (logLikelihood: Tensor, latentKl: Tensor, labels: Tensor, logits: Tensor): Tensor =>
    regularizedLabeled({
      logLikelihood,
      latentKl,
      labels,
      logits,
      labelPrior: PRIORS[labels.shape[1] as number] as readonly number[],
      epsilon: 0.1,
      ...options,
    }).objective;

describePrimitive('regularizedLabeled', objective({}), {
  leaves: 3,
  errors: [
    [
      'a log-likelihood that would broadcast',
      () => objective({})(zeros([1]), zeros([2]), zeros([2, 5]), zeros([2, 5])),
      'regularizedLabeled: latentKl has shape [2], needed [B] = [1]',
    ],
    [
      'logits of other classes',
      () => objective({})(zeros([2]), zeros([2]), zeros([2, 5]), zeros([2, 1])),
      'regularizedLabeled: logits has shape [2,1], needed [B,K] = [2,5]',
    ],
    [
      'a prior over other classes',
      () => objective({ labelPrior: [1] })(zeros([2]), zeros([2]), zeros([2, 5]), zeros([2, 5])),
      'regularizedLabeled: labelPrior is an array of 1, needed an array of 5 probabilities',
    ],
    [
      'ε = 0 with KL(q‖p̂), which is infinite',
      () =>
        objective({ epsilon: 0, direction: 'q||labels' })(
          zeros([2]),
          zeros([2]),
          zeros([2, 5]),
          zeros([2, 5]),
        ),
      'smoothedLabelKl: epsilon is 0, needed a number in (0, 1): KL(q‖p̂) is infinite where a smoothed label is 0',
    ],
  ],
});
describePrimitive('regularizedLabeled, q||labels', objective({ direction: 'q||labels' }), {
  leaves: 3,
});
describePrimitive(
  'regularizedLabeled, weighted',
  objective({
    weights: { logLikelihood: 0.5, latentKl: 2, logLabelPrior: 1.5, labelPriorKl: 0.25, labelKl: 3 },
  }),
  { leaves: 3 },
);

describe('regularizedLabeled', () => {
  cleanUpAfterEach();

  const parts = () => ({
    logLikelihood: tensor1d([-90, -80]),
    latentKl: tensor1d([10, 12]),
    labels: tensor2d([
      [1, 0],
      [0, 1],
    ]),
    logits: tensor2d([
      [2, 0],
      [0.3, -1],
    ]),
    labelPrior: [0.25, 0.75],
    epsilon: 0.1,
  });

  it('is the labelled bound of M2 with weights (1, 1, 1, 0, 0), and then no gradient reaches the classifier', async () => {
    const weights = { logLabelPrior: 1, labelPriorKl: 0, labelKl: 0 };
    const { logLikelihood, latentKl, labels, labelPrior } = parts();
    const bound = labeledElbo({ logLikelihood, latentKl, logLabelPrior: logLabelPrior(labels, labelPrior) });
    await expectTensor(regularizedLabeled({ ...parts(), weights }).objective, await read(bound.elbo));
    const inLogits = (logits: Tensor) => regularizedLabeled({ ...parts(), logits, weights }).objective;
    expect(() => grads(inLogits)([zeros([2, 2])])).toThrowError(/Cannot compute gradient/);
  });

  it('leaves parts of weight 0 out of its terms', () => {
    expect(Object.keys(regularizedLabeled({ ...parts(), weights: { labelPriorKl: 0, labelKl: 0 } }))).toEqual(
      ['objective'],
    );
  });

  it('adds up from the parts it returns', async () => {
    const terms = regularizedLabeled(parts());
    const [toPrior, toLabel] = [
      await read(terms.labelPriorKl as Tensor),
      await read(terms.labelKl as Tensor),
    ];
    await expectTensor(
      terms.objective,
      [-100, -92].map((rest, b) => rest - (toPrior[b] as number) - (toLabel[b] as number)),
    );
  });

  /** Confidence on the true class where the label terms have their optimum, by gradient ascent on one logit. */
  const optimum = async (epsilon: number, direction: 'labels||q' | 'q||labels'): Promise<number> => {
    const K = 10;
    const logitsAt = (t: number) => tensor2d([[t, ...new Array<number>(K - 1).fill(0)]]);
    const slope = async (t: number): Promise<number> => {
      const f = (logits: Tensor) =>
        mean(
          regularizedLabeled({
            logLikelihood: zeros([1]),
            latentKl: zeros([1]),
            labels: tensor2d([[1, ...new Array<number>(K - 1).fill(0)]]),
            logits,
            labelPrior: uniformLabelPrior(K),
            epsilon,
            direction,
          }).objective,
        );
      return (await read(grads(f)([logitsAt(t)])[0] as Tensor))[0] as number;
    };
    let [low, high] = [-5, 10];
    for (let i = 0; i < 20; i++) {
      const middle = (low + high) / 2;
      if ((await slope(middle)) > 0) low = middle;
      else high = middle;
    }
    return Math.exp(low) / (Math.exp(low) + K - 1);
  };

  it('has its optimum on a known label at 50 % confidence for KL(q‖p̂) and 43 % for KL(p̂‖q), at unit weights', async () => {
    expectClose([await optimum(0.1, 'q||labels')], [0.5], 1e-3);
    expectClose([await optimum(0.1, 'labels||q')], [0.43], 5e-3);
    expectClose([await optimum(0, 'labels||q')], [0.476], 1e-3);
  });
});
