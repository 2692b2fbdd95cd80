/** Gaussian observation model p(x|z,y), with a fixed or a learned variance. */

import { fill, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { assertNoise, type Noise } from '../core/noise';
import { ABOVE_0, integersFrom, number, oneOf, optional, readOptions } from '../core/options';
import { assertShapes } from '../core/shape';
import { FINITE } from '../core/support';
import { type Is, isCount, isFiniteNumber, parse, parseRecord } from '../files/json';
import type { Gaussian } from './gaussian';
import * as gaussian from './gaussian';
import type { Likelihood, ReadyLikelihood } from './likelihood';
import { observedIn } from './likelihood';
import { alongColumns, assertColumns, ownVariable } from './ownColumns';
import { halves } from './parameterBlocks';

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
    }
  | {
      /** one σ for each column, or one for all: a variable of the likelihood; the decoder gives means alone */
      readonly variance: 'shared';
      /** size of the last axis of x, for a σ of each column; 1 shares one σ between all values. Default 1 */
      readonly columns?: number;
      /** σ at the start, in the unit of x; default 1 */
      readonly sigma?: number;
    };

/** The options of every kind of variance. */
interface AllOptions {
  readonly variance?: GaussianSpec['variance'];
  readonly sigma?: number;
  readonly columns?: number;
}

const gaussianRules = () => ({
  variance: oneOf(['fixed', 'learned', 'shared'], 'fixed'),
  sigma: number(ABOVE_0, 1),
  columns: optional(number(integersFrom(1))),
});

/** JSON that rebuilds one. */
export interface GaussianSpec {
  /** `gaussianObservation` */
  readonly kind: 'gaussian';
  /** whether σ is one number, the decoder's, or the likelihood's */
  readonly variance: 'fixed' | 'learned' | 'shared';
  /** σ where it is fixed, and at the start where it is shared, in the unit of x */
  readonly sigma: number;
  /** number of shared σ */
  readonly columns?: number;
}

/** A Gaussian {@link Likelihood} with what a distribution has beside it. */
export interface GaussianObservation extends Likelihood {
  /** differential entropy per example, [B], nats */
  entropy(parameters: Tensor): Tensor1D;
  /** the most probable values: the means, in the shape of x */
  mode(parameters: Tensor): Tensor;
  /** frees a shared log-variance; a second call does nothing */
  dispose(): void;
}

/**
 * Gaussian observation model; the normalizer is kept, so bounds are comparable across σ.
 *
 *   fixed:    log p(x | m) = −½ Σ_d ( log 2π + 2 log σ + (x_d − m_d)² / σ² )       parameters m, [B, …, C]
 *   learned:  log p(x | m, v) = −½ Σ_d ( log 2π + v_d + (x_d − m_d)² e^{−v_d} )    parameters (m, v), [B, …, 2C]
 *   shared:   the same of m alone, [B, …, C]; v is the variable `logVar`, [C] or [1]
 *
 * A learned or shared variance of values that do not vary goes to 0, and its bound to infinity: leave such columns out.
 *
 * @param options `sigma` (default 1) for a fixed σ; `variance: 'learned'` for a log-variance beside each mean; `'shared'` for
 *   log-variances of the likelihood's own, with their number `columns` (default 1)
 * @returns a likelihood; `logProb` is [B] in nats and may be positive
 * @throws RangeError when sigma is not above 0 or given beside a learned variance, or a shape does not fit the data
 * @example gaussianObservation({ sigma: 1 }).logProb(tf.tensor2d([[0]]), tf.tensor2d([[1]])) // [-1.4189385]
 */
export function gaussianObservation(options: GaussianObservationOptions = {}): GaussianObservation {
  const { variance, sigma, columns } = readOptions<AllOptions, ReturnType<typeof gaussianRules>>(
    'gaussianObservation',
    options,
    gaussianRules(),
  );
  const learned = variance === 'learned';
  if (learned && options.sigma !== undefined) {
    throw new RangeError(
      `gaussianObservation: sigma is ${sigma}, needed none beside variance "learned": the decoder gives it`,
    );
  }
  if (columns !== undefined && variance !== 'shared')
    throw new RangeError(
      `gaussianObservation: columns is ${columns}, needed none beside variance "${variance}": they are of "shared"`,
    );
  const shared =
    variance === 'shared' ? ownVariable('gaussianObservation', columns ?? 1, 2 * Math.log(sigma)) : undefined;

  const split = (name: string, parameters: Tensor): Gaussian => {
    const where = `gaussianObservation.${name}`;
    assertShapes(where, { parameters: [parameters, 'B ...', 'float32'] });
    if (shared) {
      assertColumns(where, shared.size, parameters.shape);
      return { mean: parameters, logVar: alongColumns(parameters, shared) };
    }
    if (!learned) return { mean: parameters, logVar: fill(parameters.shape, 2 * Math.log(sigma)) };
    const [mean, logVar] = halves(where, parameters, 'means, then log-variances');
    return { mean, logVar };
  };

  const meanOf = (name: string, parameters: Tensor): Tensor =>
    tidy(() => split(name, parameters).mean.clone());

  return {
    spec: { kind: 'gaussian', variance, sigma, ...(shared && { columns: shared.size }) },
    parameterShape(valueShape) {
      if (shared) assertColumns('gaussianObservation', shared.size, valueShape);
      return [...valueShape.slice(0, -1), (valueShape.at(-1) as number) * (learned ? 2 : 1)];
    },
    parameterKinds: learned ? ['mean', 'logVar'] : ['mean'],
    support: FINITE,
    ...(shared && { variables: { logVar: shared } }),
    takesObserved: true,
    logProb: (parameters, x, options) =>
      tidy(() => {
        const p = split('logProb', parameters);
        observedIn('gaussianObservation.logProb', options, {
          'the mean': [p.mean, 'B ...'],
          x: [x, 'B ...'],
        });
        return gaussian.logProb(p, x, options);
      }),
    mean: (parameters) => meanOf('mean', parameters),
    sample: (parameters, noise: Noise) => {
      assertNoise('gaussianObservation.sample', noise);
      return tidy(() => gaussian.sample(split('sample', parameters), noise));
    },
    entropy: (parameters) => tidy(() => gaussian.entropy(split('entropy', parameters))),
    mode: (parameters) => meanOf('mode', parameters),
    dispose() {
      if (shared && !shared.isDisposed) shared.dispose();
    },
  };
}

const isVariance: Is<GaussianSpec['variance']> = (value) =>
  value === 'fixed' || value === 'learned' || value === 'shared';

/** {@link gaussianObservation}, from a spec. */
export const READY_GAUSSIAN: ReadyLikelihood<GaussianSpec> = {
  parse(where, spec) {
    const entries = ['kind', 'variance', 'sigma', 'columns'] as const;
    const { variance, sigma, columns } = parseRecord(where, 'spec.likelihood', spec, entries);
    return {
      kind: 'gaussian',
      variance: parse(where, 'variance', variance, '"fixed", "learned" or "shared"', isVariance),
      sigma: parse(where, 'sigma', sigma, 'a number', isFiniteNumber),
      ...(columns !== undefined && { columns: parse(where, 'columns', columns, 'a count', isCount) }),
    };
  },
  create: ({ variance, sigma, columns }) =>
    variance === 'learned'
      ? gaussianObservation({ variance })
      : gaussianObservation(
          variance === 'shared' ? { variance, sigma, ...(columns && { columns }) } : { sigma },
        ),
};
