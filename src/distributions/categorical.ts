/**
 * Categorical over K classes, given by logits [B, K]; labels are rows of probabilities, one-hot as a rule.
 *
 * A logit of −∞ rules its class out: that class is as if it were not there, in value and gradient.
 *
 * @module
 */
import {
  add,
  cast,
  exp,
  expandDims,
  greaterEqual,
  logSoftmax,
  maximum,
  mul,
  neg,
  softmax,
  squeeze,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  where,
} from '@tensorflow/tfjs-core';
import { customGradient } from '../core/gradient';
import { oneHotArgMax } from '../core/labels';
import { LOWEST, weigh } from '../core/logSpace';
import { assertNoise, type Noise } from '../core/noise';
import { assertShapes } from '../core/shape';

// argMax finds a largest score among NaN too. A row that has no softmax has no label
// either and becomes NaN: all of it, but on WebGPU, whose softmax keeps a NaN where it is.
const oneHotMode = (scores: Tensor): Tensor2D => {
  return add(oneHotArgMax(scores), mul(softmax(scores as Tensor2D), 0)) as Tensor2D;
};

// Hand-written for 0·log 0 = 0: autodiff multiplies the log-probability −∞ of a class that is ruled out by 0.
const expectedLogProb = /* @__PURE__ */ customGradient<[Tensor, Tensor], [Tensor, Tensor], Tensor1D>(
  (logits, labels, save) => {
    const logProbs = logSoftmax(logits);
    save([logProbs, labels]);
    return {
      value: sum<Tensor1D>(weigh(labels, logProbs), 1),
      gradFunc: (dy, [logP, y]) => {
        const [upstream, p] = [expandDims(dy, 1), exp(logP)];
        const inLabels = where(greaterEqual(logP, LOWEST), logP, p); // p is 0 where log p is −∞
        return [mul(upstream, sub(y, mul(p, sum(y, 1, true)))), mul(upstream, inLabels)];
      },
    };
  },
);

// Hand-written for 0·log 0 = 0 and for cost: dH/dl_k = −p_k (log p_k + H), three kernels where autodiff takes ten.
const entropyOf = /* @__PURE__ */ customGradient<[Tensor], [Tensor, Tensor, Tensor], Tensor1D>(
  (logits, save) => {
    const logProbs = logSoftmax(logits);
    const probs = exp(logProbs);
    const summands = mul(probs, maximum(logProbs, LOWEST));
    const total = sum(summands, 1, true); // −H, [B, 1]
    save([probs, summands, total]);
    return {
      value: neg(squeeze<Tensor1D>(total, [1])),
      gradFunc: (dy, [p, pLogP, minusH]) => [mul(expandDims(dy, 1), sub(mul(p, minusH), pLogP))],
    };
  },
);

/**
 * Log-probability of a label, per example; a soft label gives the expectation of it.
 *
 *   log Cat(y; softmax(l)) = Σ_k y_k · logSoftmax(l)_k
 *
 * @param logits l, [B, K]
 * @param labels probabilities, [B, K]: one-hot, smoothed or relaxed
 * @returns [B], nats, at most 0, and −∞ where a label is of a class ruled out; differentiable in both arguments
 * @throws RangeError when the shapes differ
 * @example categorical.logProb(tf.tensor2d([[0, 0]]), tf.tensor2d([[1, 0]])) // [-0.6931472]
 */
export function logProb(logits: Tensor, labels: Tensor): Tensor1D {
  assertShapes('categorical.logProb', { logits: [logits, 'B K', 'float32'], labels: [labels, 'B K'] });
  return tidy(() => expectedLogProb(logits, cast(labels, 'float32')));
}

/**
 * A one-hot draw, by the Gumbel-max trick; no gradient flows through it.
 *
 *   y = onehot( argmax_k l_k + g_k ),   g_k ~ Gumbel(0, 1)
 *
 * @param logits l, [B, K]
 * @param noise stream that g is drawn from
 * @returns [B, K], one-hot; a row with a NaN among its logits has NaN
 * @throws RangeError when the logits are not [B, K]
 * @example categorical.sample(tf.tensor2d([[100, 0]]), noise) // [[1, 0]]
 */
export function sample(logits: Tensor, noise: Noise): Tensor2D {
  assertShapes('categorical.sample', { logits: [logits, 'B K', 'float32'] });
  assertNoise('categorical.sample', noise);
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
  assertShapes('categorical.entropy', { logits: [logits, 'B K', 'float32'] });
  return tidy(() => entropyOf(logits));
}

/**
 * The most probable label; the first of them where several are.
 *
 * @param logits l, [B, K]
 * @returns [B, K], one-hot; a row with a NaN among its logits has NaN
 * @throws RangeError when the logits are not [B, K]
 * @example categorical.mode(tf.tensor2d([[0, 3]])) // [[0, 1]]
 */
export function mode(logits: Tensor): Tensor2D {
  assertShapes('categorical.mode', { logits: [logits, 'B K', 'float32'] });
  return tidy(() => oneHotMode(logits));
}
