/** Labels that are sets of classes, and weights of examples: one bound whose ends are the labeled and the unlabeled one. */
import {
  add,
  concat,
  gather,
  mean,
  mul,
  ones,
  type Scalar,
  slice,
  softmax,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  tidy,
  valueAndGrad,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { labelSetCrossEntropy, restrictedLogits } from '../../src/bounds/labelSet';
import { unlabeledElbo } from '../../src/bounds/unlabeledElbo';
import type { Batch } from '../../src/core/batch';
import { createNoise } from '../../src/core/noise';
import { crossEntropy } from '../../src/divergences/crossEntropy';
import type { M2 } from '../../src/models/m2/model';
import type { Objective } from '../../src/models/objectives/objective';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { unsupervised } from '../../src/models/objectives/unsupervised';
import { lossOf } from '../../src/training/loss';
import { createAdam } from '../../src/training/optimizer/adam';
import { trainingSteps } from '../../src/training/trainingSteps';
import { law, matrices, toTensor } from '../support/law';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import { CLASSES, tinyExamples, tinyM1, tinyM2, weightsOf } from '../support/tiny';
import { ofValue } from '../support/tolerance';

const oneOf = (classes: readonly number[]): Tensor =>
  tensor2d(classes.map((c) => [0, 1, 2].map((k) => (k === c ? 1 : 0))));
const noise = () => createNoise(6);
const at = (objective: Objective<M2>, model: M2, batch: Batch) =>
  objective(model, batch, { step: 0, noise: noise() });

const gradientsOf = async (model: M2, f: () => Tensor): Promise<Record<string, number[]>> => {
  const trainable = Object.entries(model.variables).filter(([, one]) => one.trainable);
  const { grads } = variableGrads(
    () => mean(f()) as Scalar,
    trainable.map(([, one]) => one),
  );
  const named: Record<string, number[]> = {};
  for (const [name, one] of trainable) {
    const gradient = grads[one.name];
    named[name] = gradient ? await read(gradient) : new Array<number>(one.size).fill(0);
  }
  return named;
};

describe('the bound of a set of classes', () => {
  const drawn = matrices({ logits: 20, bound: 30 });

  law('is the labeled bound where the set holds one class', drawn, async (example) => {
    const [logits, labeledBound] = [toTensor(example.logits), toTensor(example.bound)];
    const { rows, columns } = example.logits;
    const chosen = Array.from({ length: rows }, (_, b) => b % columns);
    const allowed = tensor2d(chosen.map((c) => Array.from({ length: columns }, (_, k) => (k === c ? 1 : 0))));
    const { elbo } = unlabeledElbo({
      labelLogits: restrictedLogits({ labelLogits: logits, allowed }),
      labeledBound,
    });
    expect(await read(elbo)).toEqual(chosen.map((c, b) => example.bound.values[b * columns + c]));
    expectClose(
      await read(labelSetCrossEntropy({ labelLogits: logits, allowed })),
      await read(crossEntropy({ labels: allowed, logits })),
    );
  });

  law('is the unlabeled bound where the set holds all classes, to the bit', drawn, async (example) => {
    const [logits, labeledBound] = [toTensor(example.logits), toTensor(example.bound)];
    const allowed = ones(logits.shape);
    const { elbo } = unlabeledElbo({
      labelLogits: restrictedLogits({ labelLogits: logits, allowed }),
      labeledBound,
    });
    expect(await read(elbo)).toEqual(await read(unlabeledElbo({ labelLogits: logits, labeledBound }).elbo));
    expect(await read(labelSetCrossEntropy({ labelLogits: logits, allowed }))).toEqual(
      new Array<number>(example.logits.rows).fill(0),
    );
  });

  law('at the best q is no larger over a smaller set', drawn, async (example) => {
    const labeledBound = toTensor(example.bound);
    const { rows, columns } = example.bound;
    const boundOver = async (size: number): Promise<number[]> => {
      const allowed = tensor2d(
        Array.from({ length: rows }, () => Array.from({ length: columns }, (_, k) => (k < size ? 1 : 0))),
      );
      return read(
        unlabeledElbo({ labelLogits: restrictedLogits({ labelLogits: labeledBound, allowed }), labeledBound })
          .elbo,
      );
    };
    const [smaller, larger] = [await boundOver(1), await boundOver(columns)];
    for (const [b, value] of smaller.entries())
      expect(value).toBeLessThanOrEqual((larger[b] as number) + 30 * ofValue());
  });
});

describe('a logit of −∞', () => {
  cleanUpAfterEach();

  it('rules a class out, inside the set or not', async () => {
    const logits = () => tensor2d([[0, 1, Number.NEGATIVE_INFINITY]]);
    for (const [set, expected] of [
      [
        [1, 1, 0],
        [1 / (1 + Math.E), Math.E / (1 + Math.E), 0],
      ],
      [
        [1, 0, 1],
        [1, 0, 0],
      ],
    ] as const) {
      const allowed = tensor2d([[...set]]);
      const { value, grad } = valueAndGrad((labelLogits: Tensor) =>
        sum(labelSetCrossEntropy({ labelLogits, allowed })),
      )(logits());
      const q = softmax(restrictedLogits({ labelLogits: logits(), allowed }));
      expectClose(await read(q), [...expected], 10 * ofValue());
      const allowedMass = set[1] === 1 ? 1 : 1 / (1 + Math.E);
      expectClose(await read(value), [-Math.log(allowedMass)], 10 * ofValue());
      expect((await read(grad)).every(Number.isFinite)).toBe(true);
    }
  });
});

describe('smoothed labels of a set of classes', () => {
  cleanUpAfterEach();

  const { x } = tinyExamples(4);
  const batch = () => ({
    labeled: {
      x,
      y: tensor2d([[0.5, 0.5, 0], [0, 0.5, 0.5], [1, 0, 0], [1 / 3, 1 / 3, 1 / 3]]), // biome-ignore format: a row each
      allowed: tensor2d([[1, 1, 0], [0, 1, 1], [1, 0, 0], [1, 1, 1]]), // biome-ignore format: a row each
    },
  });

  it('leave the classes of the set as probable to each other as q has them: without ε, KL(p̂‖q) is CE_S', async () => {
    const model = tinyM2();
    const objective = regularized({ labelSmoothing: { epsilon: 0 } });
    const labelKl = () => at(objective, model, batch()).labeled?.labelKl as Tensor;
    const setCrossEntropy = () => at(objective, model, batch()).labeled?.crossEntropy as Tensor;
    expectClose(await read(labelKl()), await read(setCrossEntropy()), 30 * ofValue());
    const [found, expected] = [await gradientsOf(model, labelKl), await gradientsOf(model, setCrossEntropy)];
    for (const [name, values] of Object.entries(expected)) expectClose(found[name] ?? [], values, 1e-5);
  });
});

describe.each(['enumerate', 'gumbel', 'straight-through'] as const)(
  'objectives at sets of classes, %s',
  (labelHandling) => {
    cleanUpAfterEach();

    const labels = [0, 2, 1, 0];
    const { x } = tinyExamples(4);
    const objectives: readonly (readonly [string, Objective<M2>])[] = [
      ['semiSupervised', semiSupervised({ labelHandling })],
      ['regularized', regularized({ labelHandling })],
      ['supervised', supervised()],
    ];
    // q(z|x) is drawn once for all labels, so that either end has the draws of the other.
    const make = () => tinyM2({ encoderSeesLabel: false, labelPrior: [0.5, 0.3, 0.2] });

    it.each(objectives)(
      '%s of one class is that of the label, in value and gradient',
      async (_, objective) => {
        const model = make();
        const y = oneOf(labels);
        const terms = (batch: Batch) => at(objective, model, batch).labeled as Record<string, Tensor>;
        const [set, label] = [terms({ labeled: { x, y, allowed: y } }), terms({ labeled: { x, y } })];
        for (const [name, term] of Object.entries(label))
          expectClose(await read(set[name] as Tensor), await read(term), 10 * ofValue());
        for (const name of Object.keys(label).filter((n) => ['objective', 'crossEntropy'].includes(n))) {
          const of = (batch: Batch) => gradientsOf(model, () => terms(batch)[name] as Tensor);
          const expected = await of({ labeled: { x, y } });
          const actual = await of({ labeled: { x, y, allowed: y } });
          for (const [variable, values] of Object.entries(expected))
            expectClose(actual[variable] as number[], values, 40 * ofValue());
        }
      },
    );

    it('of all classes it is the unlabeled bound and no cross-entropy, in value and gradient', async () => {
      const model = make();
      const objective = semiSupervised({ labelHandling });
      const y = mul(ones([4, CLASSES]), 1 / 3);
      // The parts of a batch draw from streams of their own: the same example is looked at by itself, as either.
      const swapped: Objective<M2> = (m, { labeled, unlabeled }, context) => {
        const split = (name: string) => context.noise.split(name === 'unlabeled' ? 'labeled' : name);
        const stream = { ...context, noise: { ...context.noise, split } };
        return objective(m, { ...(labeled && { labeled }), ...(unlabeled && { unlabeled }) }, stream);
      };
      const asSet = () => at(objective, model, { labeled: { x, y, allowed: ones([4, CLASSES]) } }).labeled;
      const asUnlabeled = () => at(swapped, model, { unlabeled: { x } }).unlabeled;
      expect(await read(asSet()?.elbo as Tensor)).toEqual(await read(asUnlabeled()?.elbo as Tensor));
      expect(await read(asSet()?.crossEntropy as Tensor)).toEqual([0, 0, 0, 0]);
      const [actual, expected] = [
        await gradientsOf(model, () => asSet()?.objective as Tensor),
        await gradientsOf(model, () => asUnlabeled()?.objective as Tensor),
      ];
      for (const [name, values] of Object.entries(expected))
        expectClose(actual[name] as number[], values, 40 * ofValue());
    });

    it('draws no label outside the set', async () => {
      const model = make();
      const y = tensor2d([[0.5, 0, 0.5]]);
      const { labeled } = at(semiSupervised({ labelHandling }), model, {
        labeled: { x: slice(x, [0, 0, 0, 0], [1, -1, -1, -1]), y, allowed: tensor2d([[1, 0, 1]]) },
      });
      const [prior = 0] = await read(labeled?.logLabelPrior as Tensor);
      expect(prior).toBeGreaterThanOrEqual(Math.log(0.2) - 1e-5);
      expect(prior).toBeLessThanOrEqual(Math.log(0.5) + 1e-5);
    });
  },
);

describe('weights of examples', () => {
  cleanUpAfterEach();

  const { x, y } = tinyExamples(5);
  const ids = (...rows: number[]) => tensor1d(rows, 'int32');

  it('make the loss Σ w·t / Σ w: of 2 counts an example twice, of 0 not at all, of 1 each changes nothing', async () => {
    const term = tensor1d([1, 2, 4, 8]);
    const weights = { labeled: 1, unlabeled: 0, crossEntropy: 0, parameters: 0 };
    const lossAt = async (weight?: Tensor): Promise<number> => {
      const batch = { labeled: { x: zeros([4, 1]), y: zeros([4, 2]), ...(weight && { weight }) } };
      return (await read(lossOf({ labeled: { objective: term } }, weights, [], batch)))[0] as number;
    };
    expect(await lossAt(tensor1d([1, 1, 1, 1]))).toBe(await lossAt());
    expect(await lossAt(tensor1d([2, 0, 1, 0]))).toBeCloseTo(-(1 + 1 + 4) / 3, 6);
  });

  it.each<[string, () => ReturnType<typeof tinyM2> | ReturnType<typeof tinyM1>, Objective<never>]>([
    ['semiSupervised', tinyM2, semiSupervised({ labelHandling: 'gumbel' }) as Objective<never>],
    [
      'regularized, with mutual information',
      tinyM2,
      regularized({ mutualInformationWeight: 3 }) as Objective<never>,
    ],
    ['supervised', tinyM2, supervised() as Objective<never>],
    // Batch statistics are of all examples of a batch, whatever their weight.
    [
      'unsupervised',
      () => tinyM1({ nets: { preset: 'mlp', widths: [8], norm: 'none' } }),
      unsupervised() as Objective<never>,
    ],
  ])('of 0 are absence, in loss, gradient and history: %s', async (_, make, objective) => {
    // Draws are made row by row, so the examples that are left come first.
    const kept = ids(0, 1, 2);
    const stepOf = async (batch: Batch) => {
      const model = make();
      const steps = trainingSteps(model as never, {
        objective,
        batches: { at: () => batch, stepsPerEpoch: 1, counts: { labeled: 5, unlabeled: 5 } },
        seed: createNoise(3),
        optimizer: createAdam({ epsilon: 1e-3 }),
        alpha: 2,
        to: 1,
      });
      let means: Readonly<Record<string, number>> = {};
      for await (const step of steps) means = await step.read();
      return { means, weights: await weightsOf(model) };
    };
    const weight = () => tensor1d([1, 1, 1, 0, 0]);
    const weighted = await stepOf({
      labeled: { x: x.clone(), y: y.clone(), weight: weight() },
      unlabeled: { x: x.clone(), weight: weight() },
    });
    const absent = await stepOf({
      labeled: { x: gather(x, kept), y: gather(y, kept) },
      unlabeled: { x: gather(x, kept) },
    });
    for (const [name, value] of Object.entries(absent.means))
      expectClose([weighted.means[name] as number], [value], 20 * ofValue());
    for (const [name, values] of Object.entries(absent.weights))
      expectClose(weighted.weights[name] as number[], values as number[], 1e-4);
  });
});

describe('values that are not observed', () => {
  cleanUpAfterEach();

  const { x, y } = tinyExamples(3);

  it('leave nothing of the log-likelihood where none is, and all of it, to the bit, where each is', async () => {
    const model = tinyM2();
    const termsAt = (observed?: Tensor) =>
      at(semiSupervised(), model, {
        labeled: { x, y, ...(observed && { observed }) },
        unlabeled: { x, ...(observed && { observed }) },
      });
    const [none, all, plain] = [termsAt(zeros(x.shape)), termsAt(ones(x.shape)), termsAt()];
    for (const part of ['labeled', 'unlabeled'] as const) {
      expectClose(await read(none[part]?.logLikelihood as Tensor), [0, 0, 0], 1e-30);
      for (const [name, term] of Object.entries(plain[part] ?? {}))
        expect(await read(all[part]?.[name] as Tensor), name).toEqual(await read(term));
    }
  });

  it('are left out of the sum, each by itself', async () => {
    const model = tinyM2();
    const half = concat([ones([3, 4, 8, 1]), zeros([3, 4, 8, 1])], 1);
    const rest = tidy(() => add(1, mul(half, -1)));
    const logLikelihood = async (observed?: Tensor) =>
      read(
        at(semiSupervised(), model, { labeled: { x, y, ...(observed && { observed }) } }).labeled
          ?.logLikelihood as Tensor,
      );
    const [upper, lower, whole] = [
      await logLikelihood(half),
      await logLikelihood(rest),
      await logLikelihood(),
    ];
    expectClose(
      upper.map((value, i) => value + (lower[i] as number)),
      whole,
      10 * ofValue(),
    );
  });

  it('are refused where the likelihood cannot leave them out', () => {
    const model = tinyM2({ likelihood: { ...tinyM2().likelihood, takesObserved: false } });
    expect(() => at(semiSupervised(), model, { labeled: { x, y, observed: ones(x.shape) } })).toThrow(
      'bound: the data has missing values, needed a likelihood that leaves them out (takesObserved)',
    );
  });
});
