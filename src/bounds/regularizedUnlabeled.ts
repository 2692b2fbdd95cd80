/** The unlabeled part of the report's Optimized-ELBO. */
import { type Scalar, softmax, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { AT_LEAST_0, numberOrScalar, readOptions, unchecked, type WeightRule } from '../core/options';
import { assertShapes } from '../core/shape';
import { type NumberOrScalar, type WeightedTerm, weightedSum } from '../core/weightedSum';
import * as categorical from '../distributions/categorical';
import { mutualInformation } from '../regularizers/mutualInformation';
import { assertLabelPrior, logLabelPrior } from './labelPrior';

/** What the unlabeled objective is made of. */
export interface RegularizedUnlabeledArguments {
  /** U(x), [B] */
  readonly bound: Tensor;
  /** logits of q(y|x), [B, K] */
  readonly labelLogits: Tensor;
  /** H(q(y|x)), [B], where you have it, as from `unlabeledElbo`; default computed from the logits */
  readonly labelEntropy?: Tensor;
  /** the report's β ≥ 0, weight of H(q(y|x)) (Eq. 15), number or scalar tensor; default 0 */
  readonly entropyPenalty?: NumberOrScalar;
  /** the report's γ ≥ 0, weight of Î(y; x) (§3.2), number or scalar tensor; default 0 */
  readonly mutualInformationWeight?: NumberOrScalar;
  /** how much each example counts in Î, [B]; default 1 each */
  readonly weight?: Tensor;
  /** π: with it, γ pulls the mean prediction to π and not to equal shares, see below; default none */
  readonly labelPrior?: readonly number[];
}

/** How the weights of unlabeled examples are read. */
export const unlabeledWeights = <T>(weight: WeightRule<T>) => ({
  entropyPenalty: weight(AT_LEAST_0, 0),
  mutualInformationWeight: weight(AT_LEAST_0, 0),
});

/** The unlabeled objective and its parts, in nats. A part whose weight is the number 0 is absent. */
export interface RegularizedUnlabeledTerms {
  /** J_U, [B] */
  readonly objective: Tensor1D;
  /** Î(y; x) of the batch, a scalar */
  readonly mutualInformation?: Scalar;
}

/**
 * Unlabeled objective with the regularizers of the report's Optimized-ELBO (Eq. 15, §3.2, §3.6).
 *
 *   J_U(x) = U(x) + γ·Î(y; x) − β·H(q(y|x))
 *
 * Entropy accounting: U holds +H(q(y|x)), so the net coefficient on mean H(q(y|x)) is 1 − γ − β and that on H(mean q) is
 * γ. At γ + β = 1 the two pulls on the entropy cancel. Above 1 the entropy is minimized. β without γ admits the collapse
 * of every example into one class. J_U is not a bound.
 *
 * Î holds +H(mean q), which is largest where all classes are predicted equally often. With π, −KL(mean q ‖ π) takes its place:
 *
 *   −KL(q̄ ‖ π) − mean H(q(y|x)) = Î(y; x) + mean_b Σ_y q(y|x_b) log π_y        q̄ = mean_b q(y|x_b)
 *
 * so each example gains γ·Σ_y q(y|x) log π_y. At the uniform π that is the constant −γ·log K.
 *
 * @returns the objective, [B], and its parts, nats
 * @throws RangeError when the shapes do not fit, a weight is neither a scalar tensor nor a finite number of at least 0, or π is
 *   not a prior over K classes
 * @example regularizedUnlabeled({ bound: tf.tensor1d([-101, -101]), labelLogits: tf.tensor2d([[60, 0], [0, 60]]), mutualInformationWeight: 1 }).objective // [-100.306853, -100.306853]
 */
export function regularizedUnlabeled(given: RegularizedUnlabeledArguments): RegularizedUnlabeledTerms {
  const where = 'regularizedUnlabeled';
  const { bound, labelLogits, labelEntropy, weight, labelPrior, entropyPenalty, mutualInformationWeight } =
    readOptions(where, given, {
      bound: unchecked(),
      labelLogits: unchecked(),
      labelEntropy: unchecked(),
      weight: unchecked(),
      labelPrior: unchecked(),
      ...unlabeledWeights(numberOrScalar),
    });
  const { B = 0, K = 0 } = assertShapes(where, {
    bound: [bound, 'B', 'float32'],
    labelLogits: [labelLogits, 'B K', 'float32'],
    ...(labelEntropy !== undefined && { labelEntropy: [labelEntropy, 'B', 'float32'] as const }),
    ...(weight !== undefined && { weight: [weight, 'B', 'float32'] as const }),
  });
  if (labelPrior !== undefined) assertLabelPrior(where, labelPrior, K);
  return tidy(() => {
    const parts = {
      ...(mutualInformationWeight !== 0 && {
        mutualInformation: mutualInformation(labelLogits, { ...(weight !== undefined && { weight }) }),
      }),
    };
    const terms: WeightedTerm[] = [['+', 1, bound]];
    if (parts.mutualInformation) terms.push(['+', mutualInformationWeight, parts.mutualInformation]);
    if (parts.mutualInformation && labelPrior)
      terms.push(['+', mutualInformationWeight, logLabelPrior(softmax(labelLogits), labelPrior)]);
    if (entropyPenalty !== 0)
      terms.push(['-', entropyPenalty, labelEntropy ?? categorical.entropy(labelLogits)]);
    return { objective: weightedSum(terms, B).clone() as Tensor1D, ...parts };
  });
}
