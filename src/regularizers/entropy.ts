/** Entropy of a classifier's output, as a regularizer. */
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { assertShapes } from '../core/shape';
import * as categorical from '../distributions/categorical';

/**
 * Entropy of q(y|x), per example: the penalty of the report's Eq. 15 is −β times it.
 *
 *   H(q(y|x)) = −Σ_k q_k log q_k,   q = softmax(l)
 *
 * @param logits l, [B, K]
 * @returns [B], nats, between 0 and log K
 * @throws RangeError when the logits are not [B, K]
 * @example categoricalEntropy(tf.tensor2d([[0, 0]])) // [0.6931472]
 */
export function categoricalEntropy(logits: Tensor): Tensor1D {
  assertShapes('categoricalEntropy', { logits: [logits, 'B K', 'float32'] });
  return categorical.entropy(logits);
}
