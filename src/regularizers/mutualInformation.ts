/** Mutual information between the data and a classifier's labels, estimated on a batch. */
import {
  expandDims,
  logSoftmax,
  logSumExp,
  mean,
  reshape,
  type Scalar,
  sub,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { assertShapes } from '../core/shape';
import * as categorical from '../distributions/categorical';

/**
 * Batch estimate of the mutual information between x and y under q (report §3.2; Bridle et al. 1992).
 *
 *   Î(y; x) = H( mean_b q(y|x_b) ) − mean_b H( q(y|x_b) )
 *
 * The estimate is biased low by about (K − 1) / (2B) for confident q, and capped at log min(K, B): B ≥ 10·K keeps
 * the bias under a few per cent. It is a statistic of the whole batch; averaging it over micro-batches gives
 * another, smaller number.
 *
 * @param logits l, [B, K]
 * @returns scalar, nats; non-negative up to rounding, at most log min(K, B)
 * @throws RangeError when the logits are not [B, K]
 * @example mutualInformation(tf.tensor2d([[60, 0], [0, 60]])) // 0.6931472
 */
export function mutualInformation(logits: Tensor): Scalar {
  assertShapes('mutualInformation', { logits: [logits, 'B K'] });
  return tidy(() => {
    // Log-probabilities of the mean: logits of a categorical, up to the constant log B, so no log of a
    // probability that may have underflowed is taken.
    const marginal = expandDims(logSumExp(logSoftmax(logits), 0), 0);
    return sub(reshape(categorical.entropy(marginal), []), mean(categorical.entropy(logits))) as Scalar;
  });
}
