/** Kullback–Leibler divergence between categoricals, in closed form. */
import {
  exp,
  expandDims,
  logSoftmax,
  mul,
  squeeze,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core';
import { customGradient } from '../core/gradient';
import { weigh } from '../core/logSpace';
import { assertShapes } from '../core/shape';

// Hand-written for 0·log 0 = 0 and for cost: q_k (log q_k − log p_k − KL) in the logits of q and p_k − q_k in those of
// p are six kernels where autodiff takes fourteen.
const kl = /* @__PURE__ */ customGradient<[Tensor, Tensor], [Tensor, Tensor, Tensor, Tensor], Tensor1D>(
  (q, p, save) => {
    const [logQ, logP] = [logSoftmax(q), logSoftmax(p)];
    const qProbs = exp(logQ);
    const summands = weigh(qProbs, sub(logQ, logP));
    const total = sum(summands, 1, true); // [B, 1]
    save([qProbs, logP, summands, total]);
    return {
      value: squeeze<Tensor1D>(total, [1]),
      gradFunc: (dy, [qk, logPk, terms, divergence]) => {
        const upstream = expandDims(dy, 1);
        return [mul(upstream, sub(terms, mul(qk, divergence))), mul(upstream, sub(exp(logPk), qk))];
      },
    };
  },
);

/**
 * KL divergence between two categoricals, per example; the other direction is the other order of arguments.
 *
 *   KL(q‖p) = Σ_k q_k ( log q_k − log p_k ),   q = softmax(qLogits), p = softmax(pLogits)
 *
 * Log-probabilities are logits too: a prior π enters as `tf.log(π)`. A logit of −∞ rules its class out: in q it drops
 * out of the sum, in p alone it makes the divergence +∞.
 *
 * @param qLogits [B, K]
 * @param pLogits [B, K]
 * @returns [B], nats; non-negative up to rounding, exactly 0 at identical arguments
 * @throws RangeError when the shapes differ
 * @example categoricalKl(tf.tensor2d([[60, 0]]), tf.tensor2d([[0, 0]])) // [0.6931472]
 */
export function categoricalKl(qLogits: Tensor, pLogits: Tensor): Tensor1D {
  assertShapes('categoricalKl', {
    qLogits: [qLogits, 'B K', 'float32'],
    pLogits: [pLogits, 'B K', 'float32'],
  });
  return tidy(() => kl(qLogits, pLogits));
}
