/**
 * Poisson over independent counts, given by the logarithms of their rates; a {@link Likelihood}, event axes are all but the
 * first.
 *
 * @module
 */
import { exp, mul, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import type { ByteMeaning } from '../core/byteValues';
import { assertExampleShape } from '../core/exampleShape';
import { assertNoise, type Noise } from '../core/noise';
import { perExample } from '../core/perExample';
import { assertShapes } from '../core/shape';
import { COUNTS, type Support } from '../core/support';
import { drawPoisson } from './countDraws';
import { type LogProbOptions, observedIn, type ParameterKind } from './likelihood';
import { poissonLogMass } from './poissonLogMass';

/** What rebuilds this likelihood from a saved model. */
export const spec = {
  /** the likelihood's name in a saved model */
  kind: 'poisson',
} as const;

/**
 * The shape of the decoder's output: one log-rate for each count.
 *
 * @param valueShape shape of one example
 * @returns the same shape
 * @throws RangeError when it is not the shape of an example
 * @example poisson.parameterShape([28, 28, 1]) // [28, 28, 1]
 */
export function parameterShape(valueShape: readonly number[]): readonly number[] {
  assertExampleShape('poisson.parameterShape', 'valueShape', valueShape);
  return [...valueShape];
}

/** A decoder gives logarithms: no softplus at its end. */
export const parameterKinds: readonly ParameterKind[] = ['logMean'];

/** Missing values can be left out of `logProb`. */
export const takesObserved = true;

/** Whole numbers from 0 on. */
export const support: Support = COUNTS;

/** A byte is the count that it is. */
export const bytes: ByteMeaning = 'counts';

/**
 * Log-likelihood, per example.
 *
 *   log p(x | l) = Σ_d x_d·l_d − e^{l_d} − log x_d!
 *
 * @param logRates l, [B, …]
 * @param x counts, [B, …]
 * @param options which values are observed: the sum is over those
 * @returns [B], nats, at most 0; without a gradient in the counts
 * @throws RangeError when the shapes differ
 * @example poisson.logProb(tf.tensor2d([[0, 1]]), tf.tensor2d([[0, 2]])) // [-2.4114291]
 */
export function logProb(logRates: Tensor, x: Tensor, options?: LogProbOptions): Tensor1D {
  const observed = observedIn('poisson.logProb', options, {
    'the log-rates': [logRates, 'B ...', 'float32'],
    x: [x, 'B ...'],
  });
  return tidy(() => {
    const values = poissonLogMass(logRates, x);
    return perExample(observed ? mul(values, observed) : values);
  });
}

/**
 * The rates.
 *
 *   E[x] = e^l
 *
 * @param logRates l, [B, …]
 * @returns [B, …], at least 0
 * @throws RangeError when the log-rates have no batch axis
 * @example poisson.mean(tf.tensor2d([[0]])) // [[1]]
 */
export function mean(logRates: Tensor): Tensor {
  assertShapes('poisson.mean', { 'the log-rates': [logRates, 'B ...', 'float32'] });
  return exp(logRates);
}

/**
 * A draw of counts; no gradient flows through it.
 *
 * @param logRates l, [B, …]
 * @param noise stream that the draw comes from
 * @returns [B, …], whole numbers from 0 on
 * @throws RangeError when the log-rates have no batch axis
 * @example poisson.sample(tf.tensor2d([[-100]]), noise) // [[0]]
 */
export function sample(logRates: Tensor, noise: Noise): Tensor {
  assertShapes('poisson.sample', { 'the log-rates': [logRates, 'B ...', 'float32'] });
  assertNoise('poisson.sample', noise);
  return tidy(() => drawPoisson(exp(logRates), noise));
}
