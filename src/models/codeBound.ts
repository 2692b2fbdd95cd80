/** The bound of a model with one Gaussian code, at a draw of it. */

import { add, sub, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { repeatRows } from '../bounds/everyLabel';
import type { Noise } from '../core/noise';
import { atOnce } from '../core/notAsync';
import { flag, readOptions, unchecked, withMethods } from '../core/options';
import { assertShapes } from '../core/shape';
import type { Gaussian } from '../distributions/gaussian';
import type { Likelihood } from '../distributions/likelihood';
import type { Pass } from '../nets/pass';
import { assertTakesObserved } from './fits';
import type { BoundContext, BoundTerms, LabelBoundOptions } from './model';

/** Values of every example, as often as the labels of an example: [B, …] as [R, …]. */
export const repeatedTo = <T extends Tensor>(rows: number, values: T): T => {
  const times = rows / (values.shape[0] as number);
  return times === 1 ? values : (repeatRows(values, times) as T);
};

/** A Gaussian of each example, as often as the examples have labels. */
export const gaussianRepeatedTo = (rows: number, { mean, logVar }: Gaussian): Gaussian => ({
  mean: repeatedTo(rows, mean),
  logVar: repeatedTo(rows, logVar),
});

/** The options of a bound at a label; those left out are of the context. */
export const atLabel = ({ noise, logWeight = false }: BoundContext, options: LabelBoundOptions = {}) =>
  readOptions('bound', options, {
    noise: withMethods<Noise>(['split'], noise),
    logWeight: flag(logWeight),
    rowWeights: unchecked<Tensor | undefined>(),
  });

/** What a log-likelihood needs to know of its pass. */
type LikelihoodContext = Pick<BoundContext, 'observed' | 'training' | 'updateStatistics'> & {
  /** how much each row counts in statistics of the batch; default alike */
  readonly rowWeights?: Tensor | undefined;
};

/**
 * log p(x | z[, y]).
 *
 * @param model whose likelihood it is
 * @param parameters the decoder's output at z [and y], [R, …], R a multiple of the rows of x
 * @param x inputs, [B, …]
 * @param context tells which values of x are known, by default all; and whether the pass trains, moves running statistics, and
 *   counts some rows more than others, for a likelihood with statistics of the batch
 * @returns [R], nats
 */
export function logLikelihoodOf(
  { likelihood }: { readonly likelihood: Likelihood },
  parameters: Tensor,
  x: Tensor,
  { observed, training, updateStatistics, rowWeights }: LikelihoodContext,
): Tensor1D {
  if (observed) assertTakesObserved('bound', { likelihood });
  const rows = parameters.shape[0] as number;
  const known = observed && { observed: repeatedTo(rows, observed) };
  const inTraining = training ? likelihood.trainingLogProb : undefined;
  const values = repeatedTo(rows, x);
  const logLikelihood = inTraining
    ? atOnce(
        'bound',
        'likelihood.trainingLogProb',
        inTraining(parameters, values, {
          ...known,
          ...(updateStatistics !== undefined && { updateStatistics }),
          ...(rowWeights && { rowWeights }),
        }),
      )
    : atOnce(
        'bound',
        'likelihood.logProb',
        known ? likelihood.logProb(parameters, values, known) : likelihood.logProb(parameters, values),
      );
  // One that sums over the batch would broadcast.
  assertShapes('bound', { logLikelihood: [logLikelihood, `${rows}`, 'float32'] });
  return logLikelihood;
}

/**
 * E[x | z[, y]].
 *
 * @param where name of the calling function, for the message
 * @param parameters the decoder's output
 */
export function meanOf(
  where: string,
  { likelihood }: { readonly likelihood: Likelihood },
  parameters: Tensor,
): Tensor {
  const mean = atOnce(where, 'likelihood.mean', likelihood.mean(parameters));
  assertShapes(where, { 'likelihood.mean': [mean, '...', 'float32'] });
  return mean;
}

/** Parts of the bound; an example has one row of the divergence, and a row of the likelihood for each of its labels. */
export interface CodeBoundParts {
  /** log p(x | z[, y]), [R] */
  readonly logLikelihood: Tensor1D;
  /** KL( q(z | x[, y]) ‖ p(z) ), [B] or [R] */
  readonly latentKl: Tensor1D;
  /** log p(z) − log q(z | x[, y]), [B] or [R]; the terms hold `logWeight` where it is given */
  readonly logRatio?: Tensor1D | undefined;
}

/**
 * The bound, and its parts.
 *
 *   elbo       log p(x | z[, y]) − KL( q(z | x[, y]) ‖ p(z) )
 *   logWeight  log p(x | z[, y]) + log p(z) − log q(z | x[, y])
 *
 * @returns [R] each, nats
 */
export function codeBound({ logLikelihood, latentKl, logRatio }: CodeBoundParts): BoundTerms {
  const [rows] = logLikelihood.shape;
  const kl = repeatedTo(rows, latentKl);
  return {
    elbo: sub<Tensor1D>(logLikelihood, kl),
    logLikelihood,
    latentKl: kl,
    ...(logRatio && { logWeight: add<Tensor1D>(logLikelihood, repeatedTo(rows, logRatio)) }),
  };
}

/** How the nets of a model run for a bound over examples x. */
export const passOf = ({ training = false, updateStatistics, noise }: BoundContext, x: Tensor): Pass => ({
  training,
  examples: x.shape[0] as number,
  ...(updateStatistics !== undefined && { updateStatistics }),
  ...(training && { noise: noise.split('nets') }),
});
