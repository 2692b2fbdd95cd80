/** The labelled part of the Optimized-ELBO. */
import { type Tensor, type Tensor1D, tensor2d, tidy, tile } from '@tensorflow/tfjs-core';
import { type OptionNames, optionsOf } from '../core/assert';
import { assertShapes } from '../core/shape';
import { weightedSum } from '../core/weightedSum';
import { categoricalKl } from '../divergences/categoricalKl';
import {
  SMOOTHED_NAMES,
  type SmoothedLabelKlArguments,
  smoothedLabelKl,
} from '../regularizers/smoothedLabelKl';
import { assertLabelPrior, logLabelPrior } from './labelPrior';
import { completeWeights } from './weights';

/** Weight of each term of the labelled objective; a weight of 0 leaves its term out. */
export interface LabeledWeights {
  /** of E log p(x|z,y) */
  readonly logLikelihood: number;
  /** of −KL(q(z|x[,y]) ‖ p(z)) */
  readonly latentKl: number;
  /** of log p(y) at the label */
  readonly logLabelPrior: number;
  /** of −KL(q(y|x) ‖ p(y)) */
  readonly labelPriorKl: number;
  /** of minus the divergence between q(y|x) and the smoothed labels */
  readonly labelKl: number;
}

/** What the labelled objective is made of. */
export interface RegularizedLabeledArguments extends SmoothedLabelKlArguments {
  /** E log p(x|z,y): at the true label, or as `labelExpectation` over p̂, [B] */
  readonly logLikelihood: Tensor;
  /** KL(q(z|x[,y]) ‖ p(z)), [B] */
  readonly latentKl: Tensor;
  /** π of p(y): K probabilities */
  readonly labelPrior: readonly number[];
  /** defaults: the report's {@link REPORT_LABELED_WEIGHTS} */
  readonly weights?: Partial<LabeledWeights>;
}

const NAMES: OptionNames<RegularizedLabeledArguments> = {
  ...SMOOTHED_NAMES,
  logLikelihood: true,
  latentKl: true,
  labelPrior: true,
  weights: true,
};

/** The labelled objective and its parts, [B] each, in nats. A part of weight 0 is left out. */
export interface RegularizedLabeledTerms {
  /** J_L */
  readonly objective: Tensor1D;
  /** KL(q(y|x) ‖ p(y)) */
  readonly labelPriorKl?: Tensor1D;
  /** the divergence between q(y|x) and the smoothed labels */
  readonly labelKl?: Tensor1D;
}

/** Unit weights on the terms of M2's labelled bound: the bound of a labelled example itself. */
export const LABELED_BOUND_WEIGHTS: LabeledWeights = Object.freeze({
  logLikelihood: 1,
  latentKl: 1,
  logLabelPrior: 1,
  labelPriorKl: 0,
  labelKl: 0,
});

/** Unit weights on the terms of the report's §3.6; log p(y) is no part of it. */
export const REPORT_LABELED_WEIGHTS: LabeledWeights = Object.freeze({
  logLikelihood: 1,
  latentKl: 1,
  logLabelPrior: 0,
  labelPriorKl: 1,
  labelKl: 1,
});

/**
 * Labelled objective of the Optimized-ELBO (report §3.4, §3.6), every term weighted.
 *
 *   J_L(x, y) = a·E log p(x|z,y) − b·KL(q(z|x)‖p(z)) + c·log p(y) − d·KL(q(y|x)‖p(y)) − e·KL between q(y|x) and p̂
 *
 * Not a bound: it can exceed log p(x, y). With {@link LABELED_BOUND_WEIGHTS}, (1, 1, 1, 0, 0), it is the labelled bound
 * of M2. At unit weights d and e, K = 10, a uniform prior and ε = 0.1, the two label terms alone have their optimum at 50 %
 * confidence on a known label for KL(q‖p̂) and at 43 % for KL(p̂‖q).
 *
 * @returns the objective and its parts, [B] each, nats
 * @throws RangeError when the shapes differ, π is no prior, a weight is no finite number, or ε does not
 * fit the direction
 * @example regularizedLabeled({ logLikelihood: tf.tensor1d([-90]), latentKl: tf.tensor1d([10]), labels: tf.tensor2d([[1, 0]]), logits: tf.zeros([1, 2]), labelPrior: [0.5, 0.5], epsilon: 0.1 }).objective // [-100.368064]
 */
export function regularizedLabeled(given: RegularizedLabeledArguments): RegularizedLabeledTerms {
  const { logLikelihood, latentKl, labelPrior, weights, ...label } = optionsOf(
    'regularizedLabeled',
    given,
    NAMES,
  );
  const { labels, logits } = label;
  const { B = 0, K = 0 } = assertShapes('regularizedLabeled', {
    logLikelihood: [logLikelihood, 'B', 'float32'],
    latentKl: [latentKl, 'B', 'float32'],
    labels: [labels, 'B K'],
    logits: [logits, 'B K', 'float32'],
  });
  assertLabelPrior('regularizedLabeled', labelPrior, K);
  const w = completeWeights('regularizedLabeled', REPORT_LABELED_WEIGHTS, weights);
  return tidy(() => {
    const parts = {
      ...(w.labelPriorKl !== 0 && {
        labelPriorKl: categoricalKl(logits, tile(tensor2d([labelPrior.map(Math.log)]), [B, 1])),
      }),
      ...(w.labelKl !== 0 && { labelKl: smoothedLabelKl(label) }),
    };
    const terms: (readonly [number, Tensor])[] = [
      [w.logLikelihood, logLikelihood],
      [-w.latentKl, latentKl],
    ];
    if (w.logLabelPrior !== 0) terms.push([w.logLabelPrior, logLabelPrior(labels, labelPrior)]);
    if (parts.labelPriorKl) terms.push([-w.labelPriorKl, parts.labelPriorKl]);
    if (parts.labelKl) terms.push([-w.labelKl, parts.labelKl]);
    return { objective: weightedSum(terms, B).clone() as Tensor1D, ...parts };
  });
}
