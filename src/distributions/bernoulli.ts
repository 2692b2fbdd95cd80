/**
 * Bernoulli over independent values, given by logits; a {@link Likelihood}, event axes are all but the first.
 *
 * On gray values in [0, 1] `logProb` is the usual cross-entropy and no log-density: it does not normalize, and
 * a bound built on it is comparable only with bounds built the same way. For a true likelihood binarize the data.
 *
 * @module
 */
import {
  abs,
  add,
  cast,
  clipByValue,
  div,
  exp,
  greater,
  less,
  log1p,
  maximum,
  mul,
  neg,
  sigmoid,
  sub,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core';
import { assertExampleShape } from '../core/exampleShape';
import { customGradient } from '../core/gradient';
import { LOWEST, log1pOfFraction } from '../core/logSpace';
import { assertNoise, type Noise } from '../core/noise';
import { perExample } from '../core/perExample';
import { assertShapes } from '../core/shape';
import type { Support } from '../core/support';
import { type LogProbOptions, observedIn, type ParameterKind } from './likelihood';

/** What rebuilds this likelihood from a saved model. */
export const spec = {
  /** the likelihood's name in a saved model */
  kind: 'bernoulli',
} as const;

/**
 * The shape of the decoder's output: one logit for each observed value.
 *
 * @param valueShape shape of one example
 * @returns the same shape
 * @throws RangeError when it is not the shape of an example
 * @example bernoulli.parameterShape([28, 28, 1]) // [28, 28, 1]
 */
export function parameterShape(valueShape: readonly number[]): readonly number[] {
  assertExampleShape('bernoulli.parameterShape', 'valueShape', valueShape);
  return [...valueShape];
}

/** A decoder gives logits: no sigmoid at its end. */
export const parameterKinds: readonly ParameterKind[] = ['logit'];

/** Missing values can be left out of `logProb`. */
export const takesObserved = true;

/** Gray values are allowed beside 0 and 1; outside [0, 1] `logProb` grows with the logits without end. */
export const support: Support = { min: 0, max: 1 };

// Hand-written for digits and for cost. max(l, 0) is subtracted from l·x first, so that the logarithm keeps its digits
// where x = 1. Autodiff has no gradient at l = 0 and takes a dozen kernels, where x − σ(l) takes two. The host's softplus
// is wrong by up to 6e-2, relative, on WebGL and WebGPU for l in [−14, −8].
const elementwise = /* @__PURE__ */ customGradient<[Tensor, Tensor], [Tensor, Tensor], Tensor>(
  (logits, x, save) => {
    save([logits, x]);
    return {
      value: sub(sub(mul(logits, x), maximum(logits, 0)), log1p(exp(neg(abs(logits))))),
      gradFunc: (dy, [l, values]) => [mul(dy, sub(values, sigmoid(l))), mul(dy, l)],
    };
  },
);

/**
 * Log-likelihood, per example.
 *
 *   log p(x | l) = Σ_d x_d·log σ(l_d) + (1 − x_d)·log(1 − σ(l_d)) = Σ_d x_d·l_d − log(1 + e^{l_d})
 *
 * @param logits l, [B, …]
 * @param x values in [0, 1], [B, …]
 * @param options which values are observed: the sum is over those
 * @returns [B], nats, at most 0
 * @throws RangeError when the shapes differ
 * @example bernoulli.logProb(tf.tensor2d([[0, 2]]), tf.tensor2d([[1, 0]])) // [-2.8200755]
 */
export function logProb(logits: Tensor, x: Tensor, options?: LogProbOptions): Tensor1D {
  const observed = observedIn('bernoulli.logProb', options, {
    logits: [logits, 'B ...', 'float32'],
    x: [x, 'B ...'],
  });
  return tidy(() => {
    const values = elementwise(logits, x);
    return perExample(observed ? mul(values, observed) : values);
  });
}

/**
 * The probabilities of 1.
 *
 *   E[x] = σ(l)
 *
 * @param logits l, [B, …]
 * @returns [B, …], in [0, 1]
 * @throws RangeError when the logits have no batch axis
 * @example bernoulli.mean(tf.tensor2d([[0]])) // [[0.5]]
 */
export function mean(logits: Tensor): Tensor {
  assertShapes('bernoulli.mean', { logits: [logits, 'B ...', 'float32'] });
  return sigmoid(logits);
}

/**
 * A draw of zeros and ones; no gradient flows through it.
 *
 * @param logits l, [B, …]
 * @param noise stream that the draw comes from
 * @returns [B, …], each 0 or 1
 * @throws RangeError when the logits have no batch axis
 * @example bernoulli.sample(tf.tensor2d([[100, -100]]), noise) // [[1, 0]]
 */
export function sample(logits: Tensor, noise: Noise): Tensor {
  assertShapes('bernoulli.sample', { logits: [logits, 'B ...', 'float32'] });
  assertNoise('bernoulli.sample', noise);
  return tidy(() => cast(less(noise.uniform(logits.shape), sigmoid(logits)), 'float32'));
}

// Taken at −|l|, where both summands are positive: for large l, softplus(l) − l·σ(l) is a difference of two numbers
// near l. The cut at ±LOWEST keeps ∞·0 out. The gradient, −l·σ(l)·σ(−l), comes from what the value has computed.
const entropyOf = /* @__PURE__ */ customGradient<[Tensor], [Tensor, Tensor], Tensor>((logits, save) => {
  const l = clipByValue(logits, LOWEST, -LOWEST);
  const magnitude = abs(l);
  const odds = exp(neg(magnitude));
  const rare = div(odds, add(odds, 1)); // σ(−|l|)
  save([l, rare]);
  return {
    value: add(log1pOfFraction(odds), mul(magnitude, rare)),
    gradFunc: (dy, [at, r]) => [mul(neg(dy), mul(at, mul(r, sub(1, r))))],
  };
});

/**
 * Entropy, per example; even in the logits, and evaluated so that the small entropy of a sure value keeps its digits.
 *
 *   H = Σ_d softplus(l_d) − l_d·σ(l_d) = Σ_d log(1 + e^{−|l_d|}) + |l_d|·σ(−|l_d|)
 *
 * @param logits l, [B, …]
 * @returns [B], nats, between 0 and D·log 2
 * @throws RangeError when the logits have no batch axis
 * @example bernoulli.entropy(tf.tensor2d([[0, 0]])) // [1.3862944]
 */
export function entropy(logits: Tensor): Tensor1D {
  assertShapes('bernoulli.entropy', { logits: [logits, 'B ...', 'float32'] });
  return tidy(() => perExample(entropyOf(logits)));
}

/**
 * The most probable values; 0 where both are equally probable.
 *
 * @param logits l, [B, …]
 * @returns [B, …], each 0 or 1
 * @throws RangeError when the logits have no batch axis
 * @example bernoulli.mode(tf.tensor2d([[2, -2]])) // [[1, 0]]
 */
export function mode(logits: Tensor): Tensor {
  assertShapes('bernoulli.mode', { logits: [logits, 'B ...', 'float32'] });
  return tidy(() => cast(greater(logits, 0), 'float32'));
}
