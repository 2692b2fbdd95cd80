/** The unlabelled part of the Optimized-ELBO. */
import { type Scalar, type Tensor, type Tensor1D, tidy, zeros } from '@tensorflow/tfjs-core';
import { assertNumber, type OptionNames, optionsOf } from '../core/assert';
import { assertShapes } from '../core/shape';
import { weightedSum } from '../core/weightedSum';
import { categoricalEntropy } from '../regularizers/entropy';
import { mutualInformation } from '../regularizers/mutualInformation';
import { expectOverPosterior } from './unlabeledElbo';
import { completeWeights } from './weights';

/** Weight of each term of the unlabelled objective; a weight of 0 leaves its term out. */
export interface UnlabeledWeights {
  /** of E_q(y|x) log p(x|z,y) */
  readonly logLikelihood: number;
  /** of −E_q(y|x) KL(q(z|x[,y]) ‖ p(z)) */
  readonly latentKl: number;
  /** of E_q(y|x) log p(y) */
  readonly logLabelPrior: number;
  /** of H(q(y|x)), as it stands in the bound */
  readonly labelEntropy: number;
}

/** What the unlabelled objective is made of. Each value is at every label, [B, K], or at one sampled label, [B]. */
export interface RegularizedUnlabeledArguments {
  /** logits of q(y|x), [B, K] */
  readonly labelLogits: Tensor;
  /** log p(x|z,y), [B, K] or [B] */
  readonly logLikelihood: Tensor;
  /** KL(q(z|x[,y]) ‖ p(z)), [B, K], or [B] where the posterior does not see the label */
  readonly latentKl: Tensor;
  /** log p(y), [B, K] or [B] */
  readonly logLabelPrior: Tensor;
  /** β ≥ 0, weight of the entropy penalty (report Eq. 15); default 0 */
  readonly beta?: number;
  /** γ ≥ 0, weight of the mutual information (report §3.2); default 0 */
  readonly gamma?: number;
  /** defaults: 1 each, the bound itself */
  readonly weights?: Partial<UnlabeledWeights>;
}

const NAMES: OptionNames<RegularizedUnlabeledArguments> = {
  labelLogits: true,
  logLikelihood: true,
  latentKl: true,
  logLabelPrior: true,
  beta: true,
  gamma: true,
  weights: true,
};

/** The unlabelled objective, the plain bound beside it, and their parts, in nats; [B] each but for the statistic. */
export interface RegularizedUnlabeledTerms {
  /** J_U */
  readonly objective: Tensor1D;
  /** U(x), all weights 1; at a relaxed label no bound, as that is no label */
  readonly elbo: Tensor1D;
  /** E_q(y|x) log p(x|z,y) */
  readonly logLikelihood: Tensor1D;
  /** E_q(y|x) KL(q(z|x[,y]) ‖ p(z)) */
  readonly latentKl: Tensor1D;
  /** E_q(y|x) log p(y) */
  readonly logLabelPrior: Tensor1D;
  /** H(q(y|x)) */
  readonly labelEntropy: Tensor1D;
  /** Î(y; x) of the batch, a scalar; left out where γ is 0 */
  readonly mutualInformation?: Scalar;
}

/** Unit weights: the bound of an unlabelled example itself. */
export const UNLABELED_BOUND_WEIGHTS: UnlabeledWeights = Object.freeze({
  logLikelihood: 1,
  latentKl: 1,
  logLabelPrior: 1,
  labelEntropy: 1,
});

/**
 * Unlabelled objective of the Optimized-ELBO (report Eq. 15, §3.2, §3.6), every term weighted.
 *
 *   J_U(x) = U(x) + γ·Î(y; x) − β·H(q(y|x))
 *   U(x)   = a·E_q log p(x|z,y) − b·E_q KL(q(z|x[,y])‖p(z)) + c·E_q log p(y) + d·H(q(y|x))
 *
 * Entropy accounting: with d = 1 the net coefficient on mean H(q(y|x)) is 1 − γ − β and that on H(mean q) is γ.
 * γ + β = 1: no net force on the entropy; above 1: entropy is minimised. β without γ admits the collapse of every
 * example into one class. Not a bound; with γ = β = 0 and unit weights it is U(x), Eq. 14.
 *
 * @returns the objective and its parts, nats
 * @throws RangeError when the shapes do not fit, β or γ is not a finite number of at least 0, or a weight is no
 * finite number
 * @example regularizedUnlabeled({ labelLogits: tf.tensor2d([[60, 0], [0, 60]]), logLikelihood: tf.tensor1d([-90, -90]), latentKl: tf.tensor1d([10, 10]), logLabelPrior: tf.tensor1d([-1, -1]), gamma: 1 }).objective // [-100.306853, -100.306853]
 */
export function regularizedUnlabeled(given: RegularizedUnlabeledArguments): RegularizedUnlabeledTerms {
  const {
    labelLogits,
    beta = 0,
    gamma = 0,
    weights,
    ...values
  } = optionsOf('regularizedUnlabeled', given, NAMES);
  const where = 'regularizedUnlabeled';
  const { B = 0 } = assertShapes(where, { labelLogits: [labelLogits, 'B K', 'float32'] });
  for (const [name, weight] of Object.entries({ beta, gamma })) {
    assertNumber(where, name, weight, 'a finite number of at least 0', (w) => w >= 0 && Number.isFinite(w));
  }
  const w = completeWeights(where, UNLABELED_BOUND_WEIGHTS, weights);
  return tidy(() => {
    const expect = (name: keyof typeof values): Tensor1D =>
      expectOverPosterior(where, name, labelLogits, values[name]).clone();
    const [logLikelihood, latentKl, logLabelPrior] = [
      expect('logLikelihood'),
      expect('latentKl'),
      expect('logLabelPrior'),
    ];
    const labelEntropy = categoricalEntropy(labelLogits);
    const bound = (a: UnlabeledWeights, extra: (readonly [number, Tensor])[] = []): Tensor1D => {
      const terms: (readonly [number, Tensor])[] = [
        [a.logLikelihood, logLikelihood],
        [-a.latentKl, latentKl],
        [a.logLabelPrior, logLabelPrior],
        [a.labelEntropy, labelEntropy],
      ];
      // The statistic alone would be a scalar.
      return weightedSum(
        terms.every(([weight]) => weight === 0) ? [[1, zeros([B])], ...extra] : [...terms, ...extra],
        B,
      ) as Tensor1D;
    };
    const information = gamma === 0 ? {} : { mutualInformation: mutualInformation(labelLogits) };
    const elbo = bound(UNLABELED_BOUND_WEIGHTS);
    const objective = bound(
      { ...w, labelEntropy: w.labelEntropy - beta },
      information.mutualInformation ? [[gamma, information.mutualInformation]] : [],
    );
    return {
      objective: objective.clone(),
      elbo,
      logLikelihood,
      latentKl,
      logLabelPrior,
      labelEntropy,
      ...information,
    };
  });
}
