/**
 * Categorical over K classes, given by logits [B, K]; labels are rows of probabilities, one-hot as a rule.
 *
 * @module
 */
import {
  add,
  argMax,
  cast,
  exp,
  logSoftmax,
  mul,
  neg,
  oneHot,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Noise } from '../core/noise';
import { assertShapes } from '../core/shape';

const oneHotMode = (scores: Tensor): Tensor2D =>
  cast(oneHot(argMax(scores, 1), scores.shape[1] as number), 'float32') as Tensor2D;

/**
 * Log-probability of a label, per example; a soft label gives the expectation of it.
 *
 *   log Cat(y; softmax(l)) = Σ_k y_k · logSoftmax(l)_k
 *
 * @param logits l, [B, K]
 * @param labels probabilities, [B, K]: one-hot, smoothed or relaxed
 * @returns [B], nats, at most 0; differentiable in both arguments
 * @throws RangeError when the shapes differ
 * @example categorical.logProb(tf.tensor2d([[0, 0]]), tf.tensor2d([[1, 0]])) // [-0.6931472]
 */
export function logProb(logits: Tensor, labels: Tensor): Tensor1D {
  assertShapes('categorical.logProb', { logits: [logits, 'B K'], labels: [labels, 'B K'] });
  return tidy(() => sum<Tensor1D>(mul(labels, logSoftmax(logits)), 1));
}

/**
 * A one-hot draw, by the Gumbel-max trick; no gradient flows through it.
 *
 *   y = onehot( argmax_k l_k + g_k ),   g_k ~ Gumbel(0, 1)
 *
 * @param logits l, [B, K]
 * @param noise stream that g is drawn from
 * @returns [B, K], one-hot
 * @throws RangeError when the logits are not [B, K]
 * @example categorical.sample(tf.tensor2d([[100, 0]]), noise) // [[1, 0]]
 */
export function sample(logits: Tensor, noise: Noise): Tensor2D {
  assertShapes('categorical.sample', { logits: [logits, 'B K'] });
  return tidy(() => oneHotMode(add(logits, noise.gumbel(logits.shape))));
}

/**
 * Entropy, per example.
 *
 *   H = −Σ_k p_k log p_k,   p = softmax(l)
 *
 * @param logits l, [B, K]
 * @returns [B], nats, between 0 and log K
 * @throws RangeError when the logits are not [B, K]
 * @example categorical.entropy(tf.tensor2d([[0, 0]])) // [0.6931472]
 */
export function entropy(logits: Tensor): Tensor1D {
  assertShapes('categorical.entropy', { logits: [logits, 'B K'] });
  return tidy(() => {
    const logProbs = logSoftmax(logits);
    return neg(sum<Tensor1D>(mul(exp(logProbs), logProbs), 1));
  });
}

/**
 * The most probable label; the first of them where several are.
 *
 * @param logits l, [B, K]
 * @returns [B, K], one-hot
 * @throws RangeError when the logits are not [B, K]
 * @example categorical.mode(tf.tensor2d([[0, 3]])) // [[0, 1]]
 */
export function mode(logits: Tensor): Tensor2D {
  assertShapes('categorical.mode', { logits: [logits, 'B K'] });
  return tidy(() => oneHotMode(logits));
}
