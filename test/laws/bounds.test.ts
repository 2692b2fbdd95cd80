import {
  add,
  concat,
  expandDims,
  grads,
  log,
  logSumExp,
  matMul,
  mean,
  mul,
  oneHot,
  reshape,
  slice,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  tile,
} from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byLabel, withEveryLabel } from '../../src/bounds/everyLabel';
import { labeledElbo } from '../../src/bounds/labeledElbo';
import { logLabelPrior } from '../../src/bounds/labelPrior';
import { regularizedUnlabeled } from '../../src/bounds/regularizedUnlabeled';
import { unlabeledElbo } from '../../src/bounds/unlabeledElbo';
import { createNoise } from '../../src/core/noise';
import * as categorical from '../../src/distributions/categorical';
import { sampleGumbelSoftmax } from '../../src/distributions/gumbelSoftmax';
import { categoricalKl } from '../../src/divergences/categoricalKl';
import { mutualInformation } from '../../src/regularizers/mutualInformation';
import { law, type Matrix, matrices, toTensor } from '../support/law';
import { meanAndError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import { ofValue } from '../support/tolerance';

/** softmax, in float64, as the probabilities of a prior. */
const toProbabilities = (logits: readonly number[]): number[] => {
  const weights = logits.map((l) => Math.exp(l));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
};

const priorOf = ({ values, columns }: Matrix): number[] => toProbabilities(values.slice(0, columns));

const priorLogits = (prior: readonly number[], batch: number): Tensor =>
  tile(tensor2d([prior.map(Math.log)]), [batch, 1]);

describe('the unlabeled bound', () => {
  const drawn = matrices({ logits: 20, bound: 30 });

  law('is at most log Σ_y e^L', drawn, async (example) => {
    const [labelLogits, labeledBound] = [toTensor(example.logits), toTensor(example.bound)];
    const ceiling = await read(logSumExp(labeledBound, 1));
    for (const [b, value] of (await read(unlabeledElbo({ labelLogits, labeledBound }).elbo)).entries()) {
      expect(value).toBeLessThanOrEqual((ceiling[b] as number) + ofValue() * 30);
    }
  });

  law('equals log Σ_y e^L where q ∝ e^L', drawn, async (example) => {
    const labeledBound = toTensor(example.bound);
    const { elbo } = unlabeledElbo({ labelLogits: labeledBound, labeledBound });
    expectClose(await read(elbo), await read(logSumExp(labeledBound, 1)));
  });

  law('misses log Σ_y e^L by KL(q ‖ the posterior ∝ e^L)', drawn, async (example) => {
    const [labelLogits, labeledBound] = [toTensor(example.logits), toTensor(example.bound)];
    const gap = sub(logSumExp(labeledBound, 1), unlabeledElbo({ labelLogits, labeledBound }).elbo);
    expectClose(await read(gap), await read(categoricalKl(labelLogits, labeledBound)), 20 * ofValue());
  });

  law('is the labeled bound where q is one-hot', drawn, async ({ bound }) => {
    const { rows, columns } = bound;
    const chosen = Array.from({ length: rows }, (_, b) => b % columns);
    const labelLogits = mul(oneHot(tensor1d(chosen, 'int32'), columns), 200);
    const { elbo } = unlabeledElbo({ labelLogits, labeledBound: toTensor(bound) });
    expectClose(
      await read(elbo),
      chosen.map((k, b) => bound.values[b * columns + k] as number),
    );
  });

  law(
    'is one number by Eq. 14 and by Eq. 5 where q(z|x) does not see the label',
    matrices({ logits: 20, logLikelihood: 30, latentKl: 10, prior: 3 }),
    async (example) => {
      const { rows, columns } = example.logits;
      const [labelLogits, logLikelihood] = [toTensor(example.logits), toTensor(example.logLikelihood)];
      const latentKl = reshape(slice(square(toTensor(example.latentKl)), [0, 0], [rows, 1]), [rows]);
      const prior = priorOf(example.prior);

      const labels = tile(tensor2d(identity(columns)), [rows, 1]);
      const labeledBound = byLabel(
        labeledElbo({
          logLikelihood: reshape(logLikelihood, [rows * columns]),
          latentKl: reshape(tile(expandDims(latentKl, 1), [1, columns]), [rows * columns]),
          logLabelPrior: logLabelPrior(labels, prior),
        }).elbo,
        columns,
      );
      const eq14 = unlabeledElbo({ labelLogits, labeledBound }).elbo;
      const eq5 = sub(
        sub(sum(mul(softmax(labelLogits), logLikelihood), 1), latentKl),
        categoricalKl(labelLogits, priorLogits(prior, rows)),
      );
      expectClose(await read(eq14), await read(eq5), 4 * ofValue());
    },
  );
});

const identity = (size: number): number[][] =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_, k) => (i === k ? 1 : 0)));

describe('mutual information', () => {
  law(
    'with KL(mean q ‖ p(y)) is the mean of KL(q ‖ p(y))',
    matrices({ logits: 20, prior: 3 }),
    async ({ logits, prior: raw }) => {
      const q = toTensor(logits);
      const prior = priorOf(raw);
      const whole = mean(categoricalKl(q, priorLogits(prior, logits.rows)));
      const marginal = log(expandDims(mean(softmax(q), 0), 0));
      const ofMean = categoricalKl(marginal, priorLogits(prior, 1));
      expectClose(await read(whole), await read(add(mutualInformation(q), ofMean)), 4 * ofValue());
    },
  );

  law('lies between 0 and log min(K, B)', matrices({ logits: 60 }), async ({ logits }) => {
    const [value = 0] = await read(mutualInformation(toTensor(logits)));
    expect(value).toBeGreaterThanOrEqual(-ofValue());
    expect(value).toBeLessThanOrEqual(Math.log(Math.min(logits.rows, logits.columns)) + ofValue());
  });
});

describe('the entropy accounting of the Optimized-ELBO', () => {
  // A batch whose rows are every rotation of one row has a uniform mean, whatever that row is.
  const rotated = fc.record({
    row: fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 2, maxLength: 6 }),
    gamma: fc.double({ min: 0, max: 1, noNaN: true }),
    constantBound: fc.float({ min: -30, max: 30, noNaN: true }),
  });
  const rotations = (row: readonly number[]): Tensor =>
    tensor2d(row.map((_, b) => row.map((_, k) => row[(k + b) % row.length] as number)));

  const gradient = async (row: readonly number[], gamma: number, beta: number, constantBound: number) => {
    const K = row.length;
    const objective = (labelLogits: Tensor) =>
      mean(
        regularizedUnlabeled({
          bound: unlabeledElbo({
            labelLogits,
            labeledBound: mul(tensor2d([[constantBound]]), tile(tensor2d([[1]]), [K, K])),
          }).elbo,
          labelLogits,
          mutualInformationWeight: gamma,
          entropyPenalty: beta,
        }).objective,
      );
    return read(grads(objective)([rotations(row)])[0] as Tensor);
  };

  law(
    'leaves no force on the logits at γ + β = 1 and a uniform mean of q, L(x, y) constant in y',
    rotated,
    async ({ row, gamma, constantBound }) => {
      const forces = await gradient(row, gamma, 1 - gamma, constantBound);
      // Softmax sums to 1 within rounding, so a constant bound pulls with that rounding times itself.
      expectClose(
        forces,
        new Array<number>(forces.length).fill(0),
        ofValue() * (1 + Math.abs(constantBound)),
      );
    },
  );

  law(
    'sharpens q where γ + β is above 1, and flattens it below',
    rotated,
    async ({ row, gamma, constantBound }) => {
      fc.pre(Math.max(...row) - Math.min(...row) > 0.5);
      const top = row.indexOf(Math.max(...row));
      fc.pre(row.filter((l) => l === row[top]).length === 1);
      expect((await gradient(row, gamma, 2 - gamma, constantBound))[top]).toBeGreaterThan(1e-5);
      expect((await gradient(row, gamma / 2, 0.5 - gamma / 2, constantBound))[top]).toBeLessThan(-1e-5);
    },
  );
});

describe('every label folded into the batch', () => {
  // A toy decoder that needs both, so that a row paired with the wrong label shows.
  const score = (x: Tensor, y: Tensor, weight: Tensor): Tensor =>
    sum(mul(square(sub(x, 0.3)), add(matMul(y, weight), 1)), 1);

  law(
    'is the loop over labels, to the last digit',
    matrices({ x: 3, weight: 3 }),
    async ({ x: drawnX, weight: drawnWeight }) => {
      const { rows, columns } = drawnX;
      const K = 3;
      const [x, weight] = [
        toTensor(drawnX),
        slice(tile(toTensor(drawnWeight), [K, 1]), [0, 0], [K, columns]),
      ];
      const every = withEveryLabel(x, K);
      const folded = byLabel(score(every.x, every.labels, weight), K);
      const looped = concat(
        Array.from({ length: K }, (_, k) =>
          expandDims(score(x, tile(tensor2d([identity(K)[k] as number[]]), [rows, 1]), weight), 1),
        ),
        1,
      );
      expect(await read(folded)).toEqual(await read(looped));
    },
  );
});

describe('the relaxed bound', () => {
  cleanUpAfterEach();

  it('averages to the exact sum as τ → 0, and is off at τ = 1', async () => {
    // A bound that is curved in y: its value at the mean of a relaxed label is not the mean of its values.
    const [draws, logits] = [6000, [0.5, -0.5, 0.2]];
    const weights = tensor2d([[1], [-2], [4]]);
    const bound = (y: Tensor) => sum(square(matMul(y, weights)), 1);
    const labelLogits = tile(tensor2d([logits]), [draws, 1]);
    const relaxed = async (temperature: number) => {
      const y = sampleGumbelSoftmax(labelLogits, { temperature, noise: createNoise(12) });
      return meanAndError(await read(unlabeledElbo({ labelLogits, labeledBound: bound(y) }).elbo));
    };
    const labeledBound = reshape(bound(tensor2d(identity(3))), [1, 3]);
    const [exact = 0] = await read(unlabeledElbo({ labelLogits: tensor2d([logits]), labeledBound }).elbo);
    const [cold, warm] = [await relaxed(1e-3), await relaxed(1)];
    // Of the bias at τ = 10⁻³ (the share of draws within a few τ of a tie) there is less than 0.02.
    expect(Math.abs(cold.mean - exact)).toBeLessThan(5 * cold.error + 0.02);
    expect(Math.abs(warm.mean - exact)).toBeGreaterThan(10 * warm.error);
  });

  law(
    'at a one-hot label is the labeled bound with the entropy',
    matrices({ logits: 10, bound: 10 }),
    async (example) => {
      const [labelLogits, bound] = [toTensor(example.logits), toTensor(example.bound)];
      const y = sampleGumbelSoftmax(labelLogits, { temperature: 1, hard: true, noise: createNoise(1) });
      const labeledBound = sum(mul(y, bound), 1);
      const difference = sub(
        unlabeledElbo({ labelLogits, labeledBound }).elbo,
        categorical.entropy(labelLogits),
      );
      expectClose(await read(difference), await read(labeledBound));
    },
  );
});
