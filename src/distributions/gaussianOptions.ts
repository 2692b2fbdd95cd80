/** Options and spec of the Gaussian observation model: whose variance it is. */
import { ABOVE_0, integersFrom, number, oneOf, optional, readOptions } from '../core/options';
import { type Is, isCount, isFiniteNumber, parse, parseRecord } from '../files/json';

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
      /** a soft lower bound of σ, in the unit of x: σ² = e^v + minSigma². Default: none */
      readonly minSigma?: number;
    }
  | {
      /** one σ for each column, or one for all: a variable of the likelihood; the decoder gives means alone */
      readonly variance: 'shared';
      /** size of the last axis of x, for a σ of each column; 1 shares one σ between all values. Default 1 */
      readonly columns?: number;
      /** σ at the start, in the unit of x; default 1 */
      readonly sigma?: number;
      /** a soft lower bound of σ, in the unit of x: σ² = e^v + minSigma². Default: none */
      readonly minSigma?: number;
    }
  | {
      /**
       * one σ for all values, the best for the batch in training: that of its residuals. A running mean of σ² is a variable of
       * the likelihood, and evaluation reads it; the decoder gives means alone
       */
      readonly variance: 'optimal';
      /** σ before the first step, in the unit of x; default 1 */
      readonly sigma?: number;
      /** a soft lower bound of σ, in the unit of x: σ² is that of the residuals + minSigma². Default: none */
      readonly minSigma?: number;
    };

const VARIANCES = ['fixed', 'learned', 'shared', 'optimal'] as const;

/** The options of every kind of variance. */
interface AllOptions {
  readonly variance?: GaussianSpec['variance'];
  readonly sigma?: number;
  readonly columns?: number;
  readonly minSigma?: number;
}

const gaussianRules = () => ({
  variance: oneOf(VARIANCES, 'fixed'),
  sigma: number(ABOVE_0, 1),
  columns: optional(number(integersFrom(1))),
  minSigma: optional(number(ABOVE_0)),
});

/** JSON that rebuilds one. */
export interface GaussianSpec {
  /** `gaussianObservation` */
  readonly kind: 'gaussian';
  /** whether σ is one number, the decoder's, the likelihood's, or that of the residuals */
  readonly variance: (typeof VARIANCES)[number];
  /** σ where it is fixed, and at the start where it is shared or optimal, in the unit of x */
  readonly sigma: number;
  /** number of shared σ */
  readonly columns?: number;
  /** soft lower bound of σ, where there is one */
  readonly minSigma?: number;
}

/**
 * The options with their defaults.
 *
 * @throws RangeError where one is none of its values, or does not go with the kind of variance
 */
export function readGaussian(where: string, options: GaussianObservationOptions) {
  const read = readOptions<AllOptions, ReturnType<typeof gaussianRules>>(where, options, gaussianRules());
  const { variance, sigma, columns, minSigma } = read;
  if (variance === 'learned' && options.sigma !== undefined)
    throw new RangeError(
      `${where}: sigma is ${sigma}, needed none beside variance "learned": the decoder gives it`,
    );
  if (columns !== undefined && variance !== 'shared')
    throw new RangeError(
      `${where}: columns is ${columns}, needed none beside variance "${variance}": they are of "shared"`,
    );
  if (minSigma !== undefined && variance === 'fixed')
    throw new RangeError(`${where}: minSigma is ${minSigma}, needed none beside variance "fixed"`);
  return read;
}

const isVariance: Is<GaussianSpec['variance']> = (value): value is GaussianSpec['variance'] =>
  VARIANCES.some((known) => known === value);

/** The spec in a file. */
export function parseGaussian(where: string, spec: unknown): GaussianSpec {
  const entries = ['kind', 'variance', 'sigma', 'columns', 'minSigma'] as const;
  const { variance, sigma, columns, minSigma } = parseRecord(where, 'spec.likelihood', spec, entries);
  return {
    kind: 'gaussian',
    variance: parse(where, 'variance', variance, VARIANCES.map((name) => `"${name}"`).join(', '), isVariance),
    sigma: parse(where, 'sigma', sigma, 'a number', isFiniteNumber),
    ...(columns !== undefined && { columns: parse(where, 'columns', columns, 'a count', isCount) }),
    ...(minSigma !== undefined && {
      minSigma: parse(where, 'minSigma', minSigma, 'a number', isFiniteNumber),
    }),
  };
}
