/** Gaussian observation model p(x|z,y), with a fixed or a learned variance. */
import { fill, slice, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { formatShape } from '../core/describe';
import { assertNoise, type Noise } from '../core/noise';
import { ABOVE_0, number, oneOf, readOptions } from '../core/options';
import { assertShapes } from '../core/shape';
import { type Is, isFiniteNumber, parse, parseRecord } from '../files/json';
import type { Gaussian } from './gaussian';
import * as gaussian from './gaussian';
import type { Likelihood, ReadyLikelihood } from './likelihood';

/** Variance of the observation model. */
export type GaussianObservationOptions =
  | {
      /** σ of every value, in the unit of x; default 1 */
      readonly sigma?: number;
      /** one σ for all values; the decoder gives means alone. Default. */
      readonly variance?: 'fixed';
    }
  | {
      /** the decoder gives a log-variance beside each mean */
      readonly variance: 'learned';
      /** none: σ is the decoder's */
      readonly sigma?: never;
    };

/** JSON that rebuilds one. */
export interface GaussianSpec {
  /** `gaussianObservation` */
  readonly kind: 'gaussian';
  /** whether σ is one number, or the decoder's */
  readonly variance: 'fixed' | 'learned';
  /** σ where it is fixed, in the unit of x */
  readonly sigma: number;
}

/** A Gaussian {@link Likelihood} with what a distribution has beside it. */
export interface GaussianObservation extends Likelihood {
  /** differential entropy per example, [B], nats */
  entropy(parameters: Tensor): Tensor1D;
  /** the most probable values: the means, in the shape of x */
  mode(parameters: Tensor): Tensor;
}

/**
 * Gaussian observation model; the normalizer is kept, so bounds are comparable across σ.
 *
 *   fixed:    log p(x | m) = −½ Σ_d ( log 2π + 2 log σ + (x_d − m_d)² / σ² )       parameters m, [B, …, C]
 *   learned:  log p(x | m, v) = −½ Σ_d ( log 2π + v_d + (x_d − m_d)² e^{−v_d} )    parameters (m, v), [B, …, 2C]
 *
 * @param options `sigma` (default 1) for a fixed σ, or `variance: 'learned'` for a log-variance beside each mean
 * @returns a likelihood; `logProb` is [B] in nats and may be positive
 * @throws RangeError when sigma is not above 0 or given beside a learned variance, or a shape does not fit the data
 * @example gaussianObservation({ sigma: 1 }).logProb(tf.tensor2d([[0]]), tf.tensor2d([[1]])) // [-1.4189385]
 */
export function gaussianObservation(options: GaussianObservationOptions = {}): GaussianObservation {
  const { variance, sigma } = readOptions('gaussianObservation', options, {
    variance: oneOf(['fixed', 'learned'], 'fixed'),
    sigma: number(ABOVE_0, 1),
  });
  const learned = variance === 'learned';
  if (learned && options.sigma !== undefined) {
    throw new RangeError(
      `gaussianObservation: sigma is ${sigma}, needed none beside variance "learned": the decoder gives it`,
    );
  }

  const split = (name: string, parameters: Tensor): Gaussian => {
    const where = `gaussianObservation.${name}`;
    assertShapes(where, { parameters: [parameters, 'B ...', 'float32'] });
    if (!learned) return { mean: parameters, logVar: fill(parameters.shape, 2 * Math.log(sigma)) };
    const width = parameters.shape.at(-1) as number;
    if (parameters.rank < 2 || width % 2 !== 0) {
      throw new RangeError(
        `${where}: parameters have shape ${formatShape(parameters.shape)}, needed an even last axis (means, then log-variances)`,
      );
    }
    const half = [...parameters.shape.slice(0, -1), width / 2];
    const start = parameters.shape.map(() => 0);
    return {
      mean: slice(parameters, start, half),
      logVar: slice(parameters, [...start.slice(0, -1), width / 2], half),
    };
  };

  const meanOf = (name: string, parameters: Tensor): Tensor =>
    tidy(() => split(name, parameters).mean.clone());

  return {
    spec: { kind: 'gaussian', variance, sigma },
    parameterShape: (valueShape) => [
      ...valueShape.slice(0, -1),
      (valueShape.at(-1) as number) * (learned ? 2 : 1),
    ],
    parameterKinds: learned ? ['mean', 'logVar'] : ['mean'],
    support: { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY },
    takesObserved: true,
    logProb: (parameters, x, options) =>
      tidy(() => {
        const p = split('logProb', parameters);
        assertShapes('gaussianObservation.logProb', { 'the mean': [p.mean, 'B ...'], x: [x, 'B ...'] });
        return gaussian.logProb(p, x, options);
      }),
    mean: (parameters) => meanOf('mean', parameters),
    sample: (parameters, noise: Noise) => {
      assertNoise('gaussianObservation.sample', noise);
      return tidy(() => gaussian.sample(split('sample', parameters), noise));
    },
    entropy: (parameters) => tidy(() => gaussian.entropy(split('entropy', parameters))),
    mode: (parameters) => meanOf('mode', parameters),
  };
}

const isVariance: Is<GaussianSpec['variance']> = (value) => value === 'fixed' || value === 'learned';

/** {@link gaussianObservation}, from a spec. */
export const READY_GAUSSIAN: ReadyLikelihood<GaussianSpec> = {
  parse(where, spec) {
    const { variance, sigma } = parseRecord(where, 'spec.likelihood', spec, ['kind', 'variance', 'sigma']);
    return {
      kind: 'gaussian',
      variance: parse(where, 'variance', variance, '"fixed" or "learned"', isVariance),
      sigma: parse(where, 'sigma', sigma, 'a number', isFiniteNumber),
    };
  },
  create: ({ variance, sigma }) => gaussianObservation(variance === 'learned' ? { variance } : { sigma }),
};
