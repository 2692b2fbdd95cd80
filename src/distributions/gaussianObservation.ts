/** Gaussian observation model p(x|z,y), with a fixed variance, a learned one, or that of the residuals. */

import {
  add,
  fill,
  log,
  type Tensor,
  type Tensor1D,
  tidy,
  type Variable,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { softFloor } from '../core/logSpace';
import { assertNoise, type Noise } from '../core/noise';
import { flag, readOptions, unchecked } from '../core/options';
import { assertShapes } from '../core/shape';
import { FINITE } from '../core/support';
import type { Gaussian } from './gaussian';
import * as gaussian from './gaussian';
import {
  type GaussianObservationOptions,
  type GaussianSpec,
  parseGaussian,
  readGaussian,
} from './gaussianOptions';
import { genuine } from './genuine';
import type { Likelihood, ReadyLikelihood } from './likelihood';
import { observedIn } from './likelihood';
import { alongColumns, assertColumns, ownVariable } from './ownColumns';
import { blocksOf } from './parameterBlocks';
import { moveVariance, residualVariance } from './residualVariance';

/** A Gaussian {@link Likelihood} with what a distribution has beside it. */
export interface GaussianObservation extends Likelihood {
  /** differential entropy per example, [B], nats */
  entropy(parameters: Tensor): Tensor1D;
  /** the most probable values: the means, in the shape of x */
  mode(parameters: Tensor): Tensor;
  /** frees a shared log-variance, or a running variance; a second call does nothing */
  dispose(): void;
}

/** log p under the σ of the batch itself, whose running mean it moves. */
const underVarianceOfBatch =
  (running: Variable, withFloor: (logVar: Tensor) => Tensor): NonNullable<Likelihood['trainingLogProb']> =>
  (mean, x, given = {}) => {
    const where = 'gaussianObservation.trainingLogProb';
    const { observed, updateStatistics, rowWeights } = readOptions(where, given, {
      observed: unchecked<Tensor | undefined>(),
      updateStatistics: flag(true),
      rowWeights: unchecked<Tensor | undefined>(),
    });
    const known = observed && { observed };
    observedIn(where, known, { 'the mean': [mean, 'B ...', 'float32'], x: [x, 'B ...'] });
    return tidy(() => {
      let variance: Tensor = running;
      // One value has no variance.
      if (x.size > 1) {
        variance = residualVariance(where, mean, x, { ...known, ...(rowWeights && { rowWeights }) }, running);
        if (updateStatistics) moveVariance(running, variance);
      }
      const logVar = withFloor(add(zerosLike(mean), log(variance)));
      return gaussian.logProb({ mean, logVar }, x, known);
    });
  };

/**
 * Gaussian observation model; the normalizer is kept, so bounds are comparable across σ.
 *
 *   fixed:    log p(x | m) = −½ Σ_d ( log 2π + 2 log σ + (x_d − m_d)² / σ² )       parameters m, [B, …, C]
 *   learned:  log p(x | m, v) = −½ Σ_d ( log 2π + v_d + (x_d − m_d)² e^{−v_d} )    parameters (m, v), [B, …, 2C]
 *   shared:   the same of m alone, [B, …, C]; v is the variable `logVar`, [C] or [1]
 *   optimal:  the same of m alone, [B, …, C]; e^v is the mean of (x − m)² over all values of the batch in a training pass, and the
 *             running mean of that, the variable `variance`, in any other (Rybkin et al. 2021, σ-VAE)
 *
 * A learned or shared variance of values that do not vary goes to 0, and its bound to infinity: leave such columns out, or give a
 * `minSigma`, as the σ-VAE does: σ² = e^v + minSigma². An optimal variance makes the rows of a training batch depend on each other.
 * Where labels are enumerated its rows are weighted with q(y|x), as in {@link BatchNorm}.
 *
 * @param options `sigma` (default 1) for a fixed σ; `variance: 'learned'` for a log-variance beside each mean; `'shared'` for
 *   log-variances of the likelihood's own, with their number `columns` (default 1); `'optimal'` for that of the residuals;
 *   `minSigma` for a soft lower bound of σ
 * @returns a likelihood; `logProb` is [B] in nats and may be positive
 * @throws RangeError when sigma is not above 0 or given beside a learned variance, or a shape does not fit the data
 * @example gaussianObservation({ sigma: 1 }).logProb(tf.tensor2d([[0]]), tf.tensor2d([[1]])) // [-1.4189385]
 */
export function gaussianObservation(options: GaussianObservationOptions = {}): GaussianObservation {
  const where = 'gaussianObservation';
  const { variance, sigma, columns, minSigma } = readGaussian(where, options);
  const learned = variance === 'learned';
  const shared = variance === 'shared' ? ownVariable(where, columns ?? 1, 2 * Math.log(sigma)) : undefined;
  const running = variance === 'optimal' ? ownVariable(where, 1, sigma ** 2, false) : undefined;
  const own = shared ?? running;

  const withFloor = (logVar: Tensor): Tensor =>
    minSigma === undefined ? logVar : softFloor(logVar, 2 * Math.log(minSigma));

  const split = (name: string, parameters: Tensor): Gaussian => {
    const caller = `${where}.${name}`;
    assertShapes(caller, { parameters: [parameters, 'B ...', 'float32'] });
    if (learned) {
      const [mean, logVar] = blocksOf(caller, parameters, ['means', 'log-variances']) as [Tensor, Tensor];
      return { mean, logVar: withFloor(logVar) };
    }
    const mean = parameters;
    if (running) return { mean, logVar: withFloor(add(zerosLike(mean), log(running))) };
    if (!shared) return { mean, logVar: fill(mean.shape, 2 * Math.log(sigma)) };
    assertColumns(caller, shared.size, mean.shape);
    return { mean, logVar: withFloor(alongColumns(mean, shared)) };
  };

  const meanOf = (name: string, parameters: Tensor): Tensor =>
    tidy(() => split(name, parameters).mean.clone());

  return genuine<GaussianObservation>({
    spec: {
      kind: 'gaussian',
      variance,
      sigma,
      ...(shared && { columns: shared.size }),
      ...(minSigma !== undefined && { minSigma }),
    },
    parameterShape(valueShape) {
      if (shared) assertColumns(where, shared.size, valueShape);
      return [...valueShape.slice(0, -1), (valueShape.at(-1) as number) * (learned ? 2 : 1)];
    },
    parameterKinds: learned ? ['mean', 'logVar'] : ['mean'],
    support: FINITE,
    ...(shared && { variables: { logVar: shared } }),
    ...(running && {
      variables: { variance: running },
      trainingLogProb: underVarianceOfBatch(running, withFloor),
    }),
    takesObserved: true,
    logProb: (parameters, x, given) =>
      tidy(() => {
        const p = split('logProb', parameters);
        observedIn(`${where}.logProb`, given, { 'the mean': [p.mean, 'B ...'], x: [x, 'B ...'] });
        return gaussian.logProb(p, x, given);
      }),
    mean: (parameters) => meanOf('mean', parameters),
    sample: (parameters, noise: Noise) => {
      assertNoise(`${where}.sample`, noise);
      return tidy(() => gaussian.sample(split('sample', parameters), noise));
    },
    entropy: (parameters) => tidy(() => gaussian.entropy(split('entropy', parameters))),
    mode: (parameters) => meanOf('mode', parameters),
    dispose() {
      if (own && !own.isDisposed) own.dispose();
    },
  });
}

/** {@link gaussianObservation}, from a spec. */
export const READY_GAUSSIAN: ReadyLikelihood<GaussianSpec> = {
  parse: parseGaussian,
  columnsOf: ({ columns }) => columns ?? 0,
  create: ({ variance, sigma, columns, minSigma }) => {
    const floor = minSigma !== undefined && { minSigma };
    if (variance === 'learned') return gaussianObservation({ variance, ...floor });
    if (variance === 'optimal') return gaussianObservation({ variance, sigma, ...floor });
    if (variance === 'fixed') return gaussianObservation({ sigma });
    return gaussianObservation({ variance, sigma, ...(columns !== undefined && { columns }), ...floor });
  },
};
