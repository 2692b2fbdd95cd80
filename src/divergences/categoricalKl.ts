/** Kullback–Leibler divergence between categoricals, in closed form. */
import { exp, logSoftmax, mul, sub, sum, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { assertShapes } from '../core/shape';

/**
 * KL divergence between two categoricals, per example; the other direction is the other order of arguments.
 *
 *   KL(q‖p) = Σ_k q_k ( log q_k − log p_k ),   q = softmax(qLogits), p = softmax(pLogits)
 *
 * Log-probabilities are logits too: a prior π enters as `tf.log(π)`.
 *
 * @param qLogits [B, K]
 * @param pLogits [B, K]
 * @returns [B], nats; non-negative up to rounding, exactly 0 at identical arguments
 * @throws RangeError when the shapes differ
 * @example categoricalKl(tf.tensor2d([[60, 0]]), tf.tensor2d([[0, 0]])) // [0.6931472]
 */
export function categoricalKl(qLogits: Tensor, pLogits: Tensor): Tensor1D {
  assertShapes('categoricalKl', { qLogits: [qLogits, 'B K'], pLogits: [pLogits, 'B K'] });
  return tidy(() => {
    const logQ = logSoftmax(qLogits);
    return sum<Tensor1D>(mul(exp(logQ), sub(logQ, logSoftmax(pLogits))), 1);
  });
}
