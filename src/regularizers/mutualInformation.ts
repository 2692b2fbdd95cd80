/** Mutual information between the data and a classifier's labels, estimated on a batch. */
import {
  div,
  exp,
  expandDims,
  log,
  logSoftmax,
  mean,
  mul,
  type Scalar,
  sign,
  sub,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { customGradient } from '../core/gradient';
import { weigh } from '../core/logSpace';
import { optional, readOptions, unchecked } from '../core/options';
import { assertShapes } from '../core/shape';

// Hand-written for 0·log 0 = 0 and for cost: to first order the mean m does not move Î, which leaves the gradient of
// each divergence in its own q, q_k (log q_k − log m_k − KL) / B. The logarithm is of the sum, not the mean: where that
// underflows, so has every q_k, and the class drops out.
const information = /* @__PURE__ */ customGradient<[Tensor], [Tensor, Tensor, Tensor], Scalar>(
  (logits, save) => {
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
  },
);

// The same by shares v_b = w_b / Σ w in the place of 1/B; they are data, and closed over they get no gradient.
const weightedInformation = (weight: Tensor): ((logits: Tensor) => Scalar) => {
  const share = expandDims(div(weight, sum(weight)), 1); // [B, 1]
  return customGradient<[Tensor], [Tensor, Tensor, Tensor], Scalar>((logits, save) => {
    const logQ = logSoftmax(logits);
    const q = exp(logQ);
    const logMean = log(sum(mul(share, q), 0, true));
    // An example of weight 0 has no part in the mean, and log m may be −∞ where only it has mass.
    const summands = weigh(mul(q, sign(share)), sub(logQ, logMean));
    const divergences = sum(summands, 1, true);
    save([q, summands, divergences]);
    return {
      value: sum<Scalar>(mul(share, divergences)),
      gradFunc: (dy, [qk, terms, kl]) => [mul(mul(dy, share), sub(terms, mul(qk, kl)))],
    };
  });
};

/** What the estimate depends on beside the logits. */
export interface MutualInformationOptions {
  /** w: how much each example counts, [B], at least 0 and not all 0; default 1 each */
  readonly weight?: Tensor;
}

/**
 * Batch estimate of the mutual information between x and y under q (report §3.2; Bridle et al. 1992).
 *
 *   Î(y; x) = H( mean_b q(y|x_b) ) − mean_b H( q(y|x_b) ) = mean_b KL( q(y|x_b) ‖ mean_b q(y|x_b) )
 *
 * The estimate is biased low by about (K − 1) / (2B) for confident q, and capped at log min(K, B): B ≥ 10·K keeps
 * the bias under a few per cent. It is a statistic of the whole batch; averaging it over micro-batches gives
 * another, smaller number. With weights, each mean is Σ_b w_b·t_b / Σ_b w_b.
 *
 * @param logits l, [B, K]
 * @param options weights of the examples
 * @returns scalar, nats; non-negative up to rounding, at most log min(K, B)
 * @throws RangeError when the logits are not [B, K], or the weights not [B]
 * @example mutualInformation(tf.tensor2d([[60, 0], [0, 60]])) // 0.6931472
 */
export function mutualInformation(logits: Tensor, options: MutualInformationOptions = {}): Scalar {
  const { weight } = readOptions('mutualInformation', options, { weight: optional(unchecked<Tensor>()) });
  assertShapes('mutualInformation', {
    logits: [logits, 'B K', 'float32'],
    ...(weight !== undefined && { weight: [weight, 'B', 'float32'] as const }),
  });
  return tidy(() => (weight ? weightedInformation(weight)(logits) : information(logits)));
}
