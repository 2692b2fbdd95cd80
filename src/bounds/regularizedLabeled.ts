/** The labeled part of the report's Optimized-ELBO. */
import { type Tensor, type Tensor1D, tensor2d, tidy, tile } from '@tensorflow/tfjs-core';
import {
  AT_LEAST_0,
  number,
  optional,
  readOptions,
  record,
  unchecked,
  type WeightRule,
} from '../core/options';
import { assertShapes } from '../core/shape';
import { weightedSum } from '../core/weightedSum';
import { categoricalKl } from '../divergences/categoricalKl';
import type { SmoothLabelsOptions } from '../regularizers/labelSmoothing';
import { type LabelKlDirection, smoothedLabelKl, smoothingRules } from '../regularizers/smoothedLabelKl';
import { assertLabelPrior } from './labelPrior';

/** The divergence between q(y|x) and the smoothed labels. */
export interface LabelSmoothing extends SmoothLabelsOptions {
  /** w_S, at least 0; default 1 */
  readonly weight?: number;
  /** ε, the mass taken from the true class */
  readonly epsilon: number;
  /** default `'labels||q'` */
  readonly direction?: LabelKlDirection;
}

/** What the labeled objective is made of. */
export interface RegularizedLabeledArguments {
  /** L(x, y), or its expectation over smoothed labels, [B] */
  readonly bound: Tensor;
  /** probabilities before smoothing, [B, K], usually one-hot */
  readonly labels: Tensor;
  /** logits of q(y|x), [B, K] */
  readonly labelLogits: Tensor;
  /** π of p(y): K probabilities */
  readonly labelPrior: readonly number[];
  /** w_P, at least 0; default 0 */
  readonly labelPriorKlWeight?: number;
  /** default none */
  readonly labelSmoothing?: LabelSmoothing;
}

/** How the weights of labeled examples are read. */
const labeledWeights = <T>(weight: WeightRule<T>) => ({ labelPriorKlWeight: weight(AT_LEAST_0, 0) });

/** How label smoothing is read. */
const labelSmoothingRules = <T>(weight: WeightRule<T>) => ({
  weight: weight(AT_LEAST_0, 1),
  ...smoothingRules(),
});

/** The labeled objective and its parts, [B] each, in nats. A part of weight 0 is absent. */
export interface RegularizedLabeledTerms {
  /** J_L */
  readonly objective: Tensor1D;
  /** KL(q(y|x) ‖ p(y)) */
  readonly labelPriorKl?: Tensor1D;
  /** the divergence between q(y|x) and the smoothed labels */
  readonly labelKl?: Tensor1D;
}

/**
 * Labeled objective with the regularizers of the report's Optimized-ELBO (§3.4, §3.6).
 *
 *   J_L(x, y) = L(x, y) − w_P·KL(q(y|x)‖p(y)) − w_S·KL between q(y|x) and p̂
 *
 * The report leaves log p(y) out of its L. It is a constant, so no gradient differs. J_L is not a bound: it can exceed
 * log p(x, y). At unit weights, K = 10, a uniform prior and ε = 0.1, the two label terms alone have their optimum at 50 %
 * confidence on a known label for KL(q‖p̂) and at 43 % for KL(p̂‖q).
 *
 * @returns the objective and its parts, [B] each, nats
 * @throws RangeError when the shapes differ, π is not a prior, a weight is not a finite number of at least 0, or ε does
 * not fit the direction
 * @example regularizedLabeled({ bound: tf.tensor1d([-100]), labels: tf.tensor2d([[1, 0]]), labelLogits: tf.zeros([1, 2]), labelPrior: [0.5, 0.5], labelSmoothing: { epsilon: 0.1 } }).objective // [-100.368064]
 */
export function regularizedLabeled(given: RegularizedLabeledArguments): RegularizedLabeledTerms {
  const where = 'regularizedLabeled';
  const { bound, labels, labelLogits, labelPrior, labelPriorKlWeight, labelSmoothing } = readOptions(
    where,
    given,
    {
      bound: unchecked(),
      labels: unchecked(),
      labelLogits: unchecked(),
      labelPrior: unchecked(),
      ...labeledWeights(number),
      labelSmoothing: optional(record(labelSmoothingRules(number))),
    },
  );
  const { B = 0, K = 0 } = assertShapes(where, {
    bound: [bound, 'B', 'float32'],
    labels: [labels, 'B K'],
    labelLogits: [labelLogits, 'B K', 'float32'],
  });
  assertLabelPrior(where, labelPrior, K);
  const { weight, ...smoothing } = labelSmoothing ?? { weight: 0, epsilon: 0 };
  return tidy(() => {
    const parts = {
      ...(labelPriorKlWeight !== 0 && {
        labelPriorKl: categoricalKl(labelLogits, tile(tensor2d([labelPrior.map(Math.log)]), [B, 1])),
      }),
      ...(weight !== 0 && { labelKl: smoothedLabelKl({ labels, logits: labelLogits, ...smoothing }) }),
    };
    const terms: (readonly [number, Tensor])[] = [[1, bound]];
    if (parts.labelPriorKl) terms.push([-labelPriorKlWeight, parts.labelPriorKl]);
    if (parts.labelKl) terms.push([-weight, parts.labelKl]);
    return { objective: weightedSum(terms, B).clone() as Tensor1D, ...parts };
  });
}
