/** The bound of a model with one Gaussian code, at a draw of it. */
import { add, sub, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';
import { repeatRows } from '../bounds/everyLabel';
import { assertShapes } from '../core/shape';
import * as gaussian from '../distributions/gaussian';
import type { LatentPrior } from '../distributions/latentPrior';
import type { Likelihood } from '../distributions/likelihood';
import type { Pass } from '../nets/pass';
import { latentKl as klOf, logPrior } from './latentPrior';
import type { BoundContext, BoundTerms } from './model';

/** Where a bound is taken. Rows of the decoder's output are R, a multiple of those of x, q and z. */
export interface CodeBoundArguments {
  /** inputs, [B, …] */
  readonly x: Tensor;
  /** q(z|x[,y]) */
  readonly q: gaussian.Gaussian;
  /** a draw of q */
  readonly z: Tensor;
  /** the decoder's output at z [and y], [R, …] */
  readonly parameters: Tensor;
  /** whether the terms hold `logWeight` */
  readonly logWeight: boolean | undefined;
  /** which values of x are known; default all */
  readonly observed?: Tensor | undefined;
}

/**
 * log p(x|z[,y]) − KL(q(z|x[,y]) ‖ p(z)), and its parts.
 *
 *   logWeight = log p(x|z[,y]) + log p(z) − log q(z|x[,y])
 *
 * @param where name of the calling function, for messages
 * @param model whose likelihood and prior these are
 * @returns [R] each, nats
 */
export function codeBound(
  where: string,
  model: { readonly likelihood: Likelihood; readonly latent: number; readonly prior?: LatentPrior },
  { x, q, z, parameters, logWeight, observed }: CodeBoundArguments,
): BoundTerms {
  const rows = parameters.shape[0] as number;
  const everyRow = <T extends Tensor>(values: T): T => {
    const times = rows / (values.shape[0] as number);
    return times === 1 ? values : (repeatRows(values, times) as T);
  };
  if (observed && !model.likelihood.takesObserved)
    throw new RangeError(
      `${where}: the data has missing values, needed a likelihood that leaves them out (takesObserved)`,
    );
  const logLikelihood = observed
    ? model.likelihood.logProb(parameters, everyRow(x), { observed: everyRow(observed) })
    : model.likelihood.logProb(parameters, everyRow(x));
  const latentKl = everyRow(klOf(where, model, q, z));
  // A likelihood that sums over the batch would broadcast.
  assertShapes(where, {
    latentKl: [latentKl, `${rows}`, 'float32'],
    logLikelihood: [logLikelihood, `${rows}`, 'float32'],
  });
  const ratio = (): Tensor1D => everyRow(sub(logPrior(where, model, z), gaussian.logProb(q, z)));
  return {
    elbo: sub<Tensor1D>(logLikelihood, latentKl),
    logLikelihood,
    latentKl,
    ...(logWeight && { logWeight: add<Tensor1D>(logLikelihood, ratio()) }),
  };
}

/** How the nets of a model run for a bound over examples x. */
export const passOf = ({ training = false, updateStatistics, noise }: BoundContext, x: Tensor): Pass => ({
  training,
  examples: x.shape[0] as number,
  ...(updateStatistics !== undefined && { updateStatistics }),
  ...(training && { noise: noise.split('nets') }),
});
