/** Mutual information between the data and a classifier's labels, estimated on a batch. */
import {
  div,
  exp,
  log,
  logSoftmax,
  mean,
  mul,
  type Scalar,
  sub,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { customGradient } from '../core/gradient';
import { weigh } from '../core/logSpace';
import { assertShapes } from '../core/shape';

// Hand-written for 0·log 0 = 0 and for cost: to first order the mean m does not move Î, which leaves the gradient of
// each divergence in its own q, q_k (log q_k − log m_k − KL) / B. The logarithm is of the sum, not the mean: where that
// underflows, so has every q_k, and the class drops out.
const information = customGradient<[Tensor], [Tensor, Tensor, Tensor], Scalar>((logits, save) => {
  const [batch = 0] = logits.shape;
  const logQ = logSoftmax(logits);
  const q = exp(logQ);
  const logMean = sub(log(sum(q, 0, true)), Math.log(batch)); // [1, K]
  const summands = weigh(q, sub(logQ, logMean));
  const divergences = sum(summands, 1, true); // KL(q_b ‖ m), [B, 1]
  save([q, summands, divergences]);
  return {
    value: mean<Scalar>(divergences),
    gradFunc: (dy, [qk, terms, kl]) => [mul(div(dy, batch), sub(terms, mul(qk, kl)))],
  };
});

/**
 * Batch estimate of the mutual information between x and y under q (report §3.2; Bridle et al. 1992).
 *
 *   Î(y; x) = H( mean_b q(y|x_b) ) − mean_b H( q(y|x_b) ) = mean_b KL( q(y|x_b) ‖ mean_b q(y|x_b) )
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
  assertShapes('mutualInformation', { logits: [logits, 'B K', 'float32'] });
  return tidy(() => information(logits));
}
