/**
 * The generated-label term: a generated example should show the class that it was generated for.
 *
 *   R(θ) = E_{y ~ p(y), z ~ p(z)} log q̄(y | x̂),   x̂ = E[x | z, y]
 *
 * q̄ is the classifier with its weights held constant, so the gradient reaches the generative model alone: the decoder, and priors
 * that are learned. H(y) + R is a lower bound on I(y; x̂) under the generative model (Barber & Agakov 2003): R is to the decoder
 * what Î(y; x) is to the classifier.
 *
 *   objective  … + w·√D·R,   D values in an example
 *
 * The log-likelihoods of D values differ by about √D nats from example to example, so one w serves images and tables.
 */

import {
  add,
  cast,
  clone,
  div,
  equal,
  expandDims,
  gather,
  greater,
  mean,
  mul,
  range,
  type Scalar,
  sum,
  type Tensor,
  type Tensor2D,
  tensor1d,
  valueAndGrad,
} from '@tensorflow/tfjs-core';
import { customGradient } from '../../core/gradient';
import type { Noise } from '../../core/noise';
import { atOnce } from '../../core/notAsync';
import { AT_LEAST_0, integersFrom, number, type ReadOptions } from '../../core/options';
import { type ScalarOrSchedule, schedule } from '../../core/schedules';
import { sizeOf } from '../../core/shape';
import { crossEntropy } from '../../divergences/crossEntropy';
import { inferred } from '../atOnce';
import type { SemiSupervisedVae } from '../model';
import { type Part, scheduled, type Terms } from './objective';

/** The generated-label term of an objective, w·√D·R. */
export interface GeneratedLabels {
  /**
   * w, at least 0. 0.2 is enough with the preset nets, 5.6 nats for 784 pixels and 0.4 for four columns; nets that learn
   * slowly take up to 0.7. Larger weights buy fidelity with variety within a class. In the decoder it competes with the bound
   * alone, so with a `boundWeight` of 1e-3 take 2e-4. The number 0 leaves the term out
   */
  readonly weight: ScalarOrSchedule;
  /** examples generated at each step; default 100 */
  readonly count?: number;
}

/** How it is read. */
export const generatedLabelRules = () => ({
  weight: schedule(AT_LEAST_0),
  count: number(integersFrom(1), 100),
});

/**
 * Labels y ~ p(y) by systematic sampling: one uniform number for all of them.
 *
 *   y_i = the class k with  Σ_{j<k} π_j < (i + u) / count ≤ Σ_{j≤k} π_j
 *
 * Class k gets count·π_k labels, rounded up or down. A uniform π gives the classes in turn.
 *
 * @returns one-hot, [count, K]
 */
export function labelsInTurn(labelPrior: readonly number[], count: number, noise: Noise): Tensor2D {
  const places = div(add(range(0, count), noise.uniform([1])), count); // (i + u) / count
  let total = 0;
  const ends = labelPrior.slice(0, -1).map((probability) => {
    total += probability;
    return total;
  });
  const y = sum(cast(greater(expandDims(places, 1), tensor1d(ends)), 'float32'), 1, true); // [count, 1]
  return cast(equal(y, range(0, labelPrior.length)), 'float32') as Tensor2D;
}

/**
 * R(θ) at one draw of the labels and codes.
 *
 * Batch norm of the decoder trains and keeps its running statistics as they are. The classifier runs as in evaluation.
 *
 * @param model that generates and classifies
 * @param count examples generated
 * @param noise stream of the draws
 * @param covariates of the batch, [B, C]: the generated examples have them in turn
 * @returns a scalar, nats, at most 0; its gradient is that of the generative model
 */
export function generatedLabelTerm(
  model: SemiSupervisedVae,
  count: number,
  noise: Noise,
  covariates?: Tensor,
): Scalar {
  const where = 'generatedLabels';
  const y = labelsInTurn(model.labelPrior, count, noise.split('label'));
  const known = covariates && {
    covariates: gather(
      covariates,
      Array.from({ length: count }, (_, i) => i % (covariates.shape[0] as number)),
    ),
  };
  const decoding = { training: true, updateStatistics: false, noise, ...known };
  const x = atOnce(
    where,
    "the model's sampleMean",
    (model as Required<SemiSupervisedVae>).sampleMean(y, decoding),
  ); // x̂
  // Only x̂ is an argument, so no gradient reaches the classifier's weights.
  const { value, grad } = valueAndGrad((generated: Tensor) => {
    const { labelLogits } = inferred(where, model, generated, { noise: noise.split('infer'), ...known });
    return mul(-1, mean<Scalar>(crossEntropy({ labels: y, logits: labelLogits })));
  })(x);
  return customGradient<[Tensor], [Tensor], Scalar>((_, save) => {
    save([grad]);
    return { value: clone(value as Scalar), gradFunc: (dy, [slope]) => [mul(dy, slope)] };
  })(x);
}

/** The terms of a part with w·√D·R in its objective. A step has the term once, in the unlabeled part where there is one. */
export const withGeneratedLabels = (
  model: SemiSupervisedVae,
  terms: Terms,
  part: Part,
  settings: ReadOptions<ReturnType<typeof generatedLabelRules>> | undefined,
): Terms => {
  const weight = settings ? scheduled(part, settings.weight, 'generatedLabels.weight') : 0;
  if (settings === undefined || weight === 0) return terms;
  const noise = part.noise.split('generatedLabels');
  const generatedLabels = generatedLabelTerm(model, settings.count, noise, part.bound.covariates);
  const scaled = mul(mul(generatedLabels, Math.sqrt(sizeOf(model.inputShape))), weight);
  return { ...terms, objective: add(terms.objective as Tensor, scaled), generatedLabels };
};
