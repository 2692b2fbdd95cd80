/** The importance-weighted bound: tighter than the ELBO, and close to log p(x) with many draws. */
import { add, logSumExp, maximum, type Tensor, type Tensor1D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { recordOf } from '../core/assert';
import { LOWEST } from '../core/logSpace';
import { assertShapes } from '../core/shape';
import { assertLabelPrior } from './labelPrior';

/** What the bound is made of. */
export interface ImportanceWeightedBoundArguments {
  /** log w = log p(x|z_s,y) + log p(z_s) − log q(z_s|x[,y]), z_s ~ q, at every label: [S, B, K] */
  readonly logWeights: Tensor;
  /** π of p(y) = Cat(π): K probabilities above 0, summing to 1 */
  readonly labelPrior: readonly number[];
}

/**
 * Importance-weighted bound, per example (Burda et al. 2016, Eq. 8, with the sum over labels taken exactly).
 *
 *   log Σ_y p(y) (1/S) Σ_s w_s(x, y)  ≤  log p(x)  in expectation,   w = p(x, z_s | y) / q(z_s|x[,y])
 *
 * It rises with S towards log p(x), and at S = 1 it is in expectation no less than U(x), whatever q(y|x): no
 * classifier enters.
 *
 * @returns [B], nats
 * @throws RangeError when the weights are not [S, B, K], or π is not a prior over K classes
 * @example importanceWeightedBound({ logWeights: tf.tensor3d([[[-1, -1]], [[-2, -2]]]), labelPrior: [0.5, 0.5] }) // [-1.3798855]
 */
export function importanceWeightedBound(given: ImportanceWeightedBoundArguments): Tensor1D {
  const { logWeights, labelPrior } = recordOf('importanceWeightedBound', given, 'the argument');
  const { S = 0, K = 0 } = assertShapes('importanceWeightedBound', {
    logWeights: [logWeights, 'S B K', 'float32'],
  });
  assertLabelPrior('importanceWeightedBound', labelPrior, K);
  return tidy(() => {
    // The logarithm is taken in float64. A label that no draw allows has a weight of 0.
    const logPrior = tensor1d(labelPrior.map((p) => Math.log(p) - Math.log(S)));
    return logSumExp<Tensor1D>(add(logSumExp(maximum(logWeights, LOWEST), 0), logPrior), 1);
  });
}
