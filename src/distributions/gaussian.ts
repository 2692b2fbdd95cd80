/**
 * Diagonal Gaussian N(μ, diag σ²), given by mean and log-variance; event axes are all but the first.
 *
 * The log-variance is unconstrained, so σ below and above 1 are equally within reach.
 *
 * @module
 */
import { add, exp, mul, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { scaledSquaredDistance } from '../core/logSpace';
import { assertNoise, type Noise } from '../core/noise';
import { perExample } from '../core/perExample';
import { assertShapes } from '../core/shape';
import { type LogProbOptions, observedIn } from './likelihood';

/** A diagonal Gaussian: `mean` and `logVar` = log σ² of one shape, [B, …]. */
export interface Gaussian {
  /** μ, [B, …] */
  readonly mean: Tensor;
  /** log σ², [B, …], unconstrained */
  readonly logVar: Tensor;
}

const LOG_TWO_PI = Math.log(2 * Math.PI);

// Read as if q could be missing, which callers without types bring about: the error then names the argument.
const parametersOf = (q: Gaussian | undefined) =>
  ({
    mean: [q?.mean as Tensor, 'B ...', 'float32'],
    logVar: [q?.logVar as Tensor, 'B ...', 'float32'],
  }) as const;

/**
 * A reparameterised sample (Kingma & Welling 2014, §2.4).
 *
 *   z = μ + exp(½ log σ²) · ε,   ε ~ N(0, I)
 *
 * @param q mean and log-variance, both [B, …]
 * @param noise stream that ε is drawn from
 * @returns [B, …], differentiable in mean and logVar
 * @throws RangeError when mean and logVar differ in shape
 * @example gaussian.sample({ mean: tf.tensor2d([[3]]), logVar: tf.tensor2d([[-200]]) }, noise) // [[3]]
 */
export function sample(q: Gaussian, noise: Noise): Tensor {
  assertShapes('gaussian.sample', parametersOf(q));
  assertNoise('gaussian.sample', noise);
  return tidy(() => add(q.mean, mul(exp(mul(0.5, q.logVar)), noise.normal(q.mean.shape))));
}

/**
 * Log-density, per example.
 *
 *   log N(z; μ, σ²) = −½ Σ_d ( log 2π + log σ_d² + (z_d − μ_d)² / σ_d² )
 *
 * @param q mean and log-variance, both [B, …]
 * @param z points, [B, …]
 * @param options which values are observed: the sum is over those
 * @returns [B], nats; may be positive, as densities may exceed 1
 * @throws RangeError when the shapes differ
 * @example gaussian.logProb({ mean: tf.tensor2d([[0]]), logVar: tf.tensor2d([[0]]) }, tf.tensor2d([[1]])) // [-1.4189385]
 */
export function logProb(q: Gaussian, z: Tensor, options?: LogProbOptions): Tensor1D {
  const observed = observedIn('gaussian.logProb', options, {
    ...parametersOf(q),
    z: [z, 'B ...'],
  });
  return tidy(() => {
    const scaled = scaledSquaredDistance(z, q.mean, q.logVar);
    const values = mul(-0.5, add(add(q.logVar, scaled), LOG_TWO_PI));
    return perExample(observed ? mul(values, observed) : values);
  });
}

/**
 * Differential entropy, per example.
 *
 *   H = ½ Σ_d ( 1 + log 2π + log σ_d² )
 *
 * @param q mean and log-variance, both [B, …]
 * @returns [B], nats; negative where σ is small
 * @throws RangeError when mean and logVar differ in shape
 * @example gaussian.entropy({ mean: tf.tensor2d([[5]]), logVar: tf.tensor2d([[0]]) }) // [1.4189385]
 */
export function entropy(q: Gaussian): Tensor1D {
  assertShapes('gaussian.entropy', parametersOf(q));
  return tidy(() => perExample(mul(0.5, add(q.logVar, 1 + LOG_TWO_PI))));
}

/**
 * The most probable point, which is the mean.
 *
 * @param q mean and log-variance, both [B, …]
 * @returns [B, …], a tensor of its own
 * @throws RangeError when mean and logVar differ in shape
 * @example gaussian.mode({ mean: tf.tensor2d([[3]]), logVar: tf.tensor2d([[1]]) }) // [[3]]
 */
export function mode(q: Gaussian): Tensor {
  assertShapes('gaussian.mode', parametersOf(q));
  return q.mean.clone();
}
