import { grads, mean, type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { uniformLabelPrior } from '../../src/bounds/labelPrior';
import { type RegularizedLabeledArguments, regularizedLabeled } from '../../src/bounds/regularizedLabeled';
import { describePrimitive } from '../support/describePrimitive';
import { cleanUpAfterEach, expectClose, expectTensor, read } from '../support/numbers';

/** π of the goldens, by number of classes. */
const PRIORS: Readonly<Record<number, readonly number[]>> = {
  2: [0.25, 0.75],
  3: [0.2, 0.5, 0.3],
  5: [0.1, 0.2, 0.3, 0.25, 0.15],
};

type Options = Omit<Partial<RegularizedLabeledArguments>, 'bound' | 'labels' | 'labelLogits'>;

/** The report's weights, with ε = 0.1. */
const REPORT: Options = { labelPriorKlWeight: 1, labelSmoothing: { epsilon: 0.1 } };

const objective =
  (options: Options) =>
  (bound: Tensor, labels: Tensor, labelLogits: Tensor): Tensor =>
    regularizedLabeled({
      bound,
      labels,
      labelLogits,
      labelPrior: PRIORS[labels.shape[1] as number] as readonly number[],
      ...REPORT,
      ...options,
    }).objective;

const call = (options: Options) => () => objective(options)(zeros([2]), zeros([2, 5]), zeros([2, 5]));

describePrimitive('regularizedLabeled', objective({}), {
  leaves: 3,
  errors: [
    [
      'a bound that would broadcast',
      () => objective({})(zeros([1]), zeros([2, 5]), zeros([2, 5])),
      'regularizedLabeled: labels has shape [2,5], needed [B,K] = [1,K]',
    ],
    [
      'logits of other classes',
      () => objective({})(zeros([2]), zeros([2, 5]), zeros([2, 1])),
      'regularizedLabeled: labelLogits has shape [2,1], needed [B,K] = [2,5]',
    ],
    [
      'a prior over other classes',
      call({ labelPrior: [1] }),
      'regularizedLabeled: labelPrior is an array of 1, needed an array of 5 probabilities',
    ],
    [
      'a negative weight',
      call({ labelPriorKlWeight: -1 }),
      'regularizedLabeled: labelPriorKlWeight is -1, needed a scalar tensor or a finite number of at least 0',
    ],
    [
      'a negative weight of the smoothed labels',
      call({ labelSmoothing: { epsilon: 0.1, weight: -1 } }),
      'regularizedLabeled: labelSmoothing.weight is -1, needed a scalar tensor or a finite number of at least 0',
    ],
    [
      'ε = 0 with KL(q‖p̂), which is infinite',
      call({ labelSmoothing: { epsilon: 0, direction: 'q||labels' } }),
      'smoothedLabelKl: epsilon is 0, needed a number in (0, 1): KL(q‖p̂) is infinite where a smoothed label is 0',
    ],
  ],
});
describePrimitive(
  'regularizedLabeled, q||labels',
  objective({ labelSmoothing: { epsilon: 0.1, direction: 'q||labels' } }),
  { leaves: 3 },
);
describePrimitive(
  'regularizedLabeled, weighted',
  objective({ labelPriorKlWeight: 0.25, labelSmoothing: { epsilon: 0.1, weight: 3 } }),
  { leaves: 3 },
);

describe('regularizedLabeled', () => {
  cleanUpAfterEach();

  const parts = () => ({
    bound: tensor1d([-100, -92]),
    labels: tensor2d([
      [1, 0],
      [0, 1],
    ]),
    labelLogits: tensor2d([
      [2, 0],
      [0.3, -1],
    ]),
    labelPrior: [0.25, 0.75],
  });

  it('is the bound by default, and then no gradient reaches the classifier', async () => {
    const terms = regularizedLabeled(parts());
    expect(Object.keys(terms)).toEqual(['objective']);
    await expectTensor(terms.objective, [-100, -92]);
    const inLogits = (labelLogits: Tensor) => regularizedLabeled({ ...parts(), labelLogits }).objective;
    expect(() => grads(inLogits)([zeros([2, 2])])).toThrowError(/Cannot compute gradient/);
  });

  it('leaves parts of weight 0 out of its terms', () => {
    const smoothing = { labelSmoothing: { epsilon: 0.1, weight: 0 } };
    expect(Object.keys(regularizedLabeled({ ...parts(), ...smoothing }))).toEqual(['objective']);
  });

  it('adds up from the parts it returns', async () => {
    const terms = regularizedLabeled({ ...parts(), ...REPORT });
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
            bound: zeros([1]),
            labels: tensor2d([[1, ...new Array<number>(K - 1).fill(0)]]),
            labelLogits: logits,
            labelPrior: uniformLabelPrior(K),
            labelPriorKlWeight: 1,
            labelSmoothing: { epsilon, direction },
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
