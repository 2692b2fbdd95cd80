/** The way down a ladder: each layer's posterior is its message merged with its prior, given the layer above. */
import { add, sub, type Tensor, type Tensor1D, zerosLike } from '@tensorflow/tfjs-core';
import { assertShapes } from '../../core/shape';
import * as gaussian from '../../distributions/gaussian';
import { mergeGaussians } from '../../distributions/mergeGaussians';
import { gaussianKl } from '../../divergences/gaussianKl';
import { mergedKl } from '../../divergences/mergedKl';
import type { Pass } from '../../nets/pass';
import { gaussianRepeatedTo, repeatedTo } from '../codeBound';
import type { BoundTerms } from '../model';
import { moved } from '../moved';
import type { BottomUp, LadderDistributions } from './distributions';

/** z_i on a way down from x. */
export interface Layer {
  /** q(z_i|x, z_{i+1}), and q(z_L|x,y) at the top */
  readonly q: gaussian.Gaussian;
  /** p(z_i|z_{i+1}), and N(0, I) at the top */
  readonly p: gaussian.Gaussian;
  /** what x says of z_i; absent at the top */
  readonly message?: gaussian.Gaussian;
  /** z_i, drawn of q or its mean */
  readonly z: Tensor;
}

/**
 * How many rows of labels there are for each row beside them.
 *
 * @param where name of the calling function, for the message
 * @param name of the labels, for the message
 * @throws RangeError when they are not [R, K] of a multiple of the rows
 */
export function labelsPerRow(
  where: string,
  name: string,
  labels: Tensor,
  rows: number,
  classes: number,
): number {
  const { R = 0 } = assertShapes(where, { [name]: [labels, `R ${classes}`] });
  if (R % rows !== 0)
    throw new RangeError(`${where}: ${name} has ${R} rows, needed a multiple of the ${rows} rows beside it`);
  return R / rows;
}

/** What a term, and the stream of a draw, are called by: nothing is added to the name of z_1. */
export const nameOf = (name: string, i: number): string => (i === 1 ? name : `${name}.${i}`);

/**
 * The layers on the way down from x.
 *
 * @param nets of the model
 * @param found what the pass up gave, [B, …]
 * @param y labels, [R, K], R a multiple of B
 * @param choose z_i of q and i
 * @returns z_1 … z_L, R rows each
 */
export function fromData(
  { encoder, prior }: LadderDistributions,
  { messages, features }: BottomUp,
  y: Tensor,
  choose: (q: gaussian.Gaussian, i: number) => Tensor,
  pass?: Pass,
): readonly Layer[] {
  const q = encoder(features, y, pass); // q(z_L | x, y)
  const standard = { mean: zerosLike(q.mean), logVar: zerosLike(q.logVar) };
  const layers: Layer[] = [{ q, p: standard, z: choose(q, messages.length + 1) }];
  for (let i = messages.length; i >= 1; i--) {
    const p = prior(i, (layers[0] as Layer).z, y, pass); // p(z_i | z_{i+1}[, y])
    const message = gaussianRepeatedTo(y.shape[0] as number, messages[i - 1] as gaussian.Gaussian);
    const merged = mergeGaussians(message, p); // q(z_i | x, z_{i+1}[, y])
    layers.unshift({ q: merged, p, message, z: choose(merged, i) });
  }
  return layers;
}

/**
 * z_1 on the way down from a layer, by the process alone.
 *
 * @param nets of the model
 * @param z code of the layer, [R, Z_i]
 * @param layer i
 * @param y labels, [R, K]
 * @param choose z_i of p and i
 */
export function fromPrior(
  { prior }: LadderDistributions,
  z: Tensor,
  layer: number,
  y: Tensor,
  choose: (p: gaussian.Gaussian, i: number) => Tensor,
  pass?: Pass,
): Tensor {
  let below = z;
  for (let i = layer - 1; i >= 1; i--) below = choose(prior(i, below, y, pass), i);
  return below;
}

/** z_i at the mean of its distribution. */
export const meanOfLayer = ({ mean }: gaussian.Gaussian): Tensor => mean;

/**
 * z_1 at other labels: z_L stays, and each z_i below as many standard deviations from the mean of p(z_i|z_{i+1}) as it is.
 *
 * @param nets of the model
 * @param layers on the way down from x, B rows each
 * @param y the other labels, [R, K], R a multiple of B
 */
export function movedTo(nets: LadderDistributions, layers: readonly Layer[], y: Tensor): Tensor {
  const top = (layers.at(-1) as Layer).z;
  const kept = (to: gaussian.Gaussian, i: number): Tensor => {
    const { p, z } = layers[i - 1] as Layer;
    return moved(z, p, to);
  };
  return fromPrior(nets, repeatedTo(y.shape[0] as number, top), layers.length, y, kept);
}

/** log p(z_i|z_{i+1}) − log q(z_i|x, z_{i+1}) at the draw. */
const logRatioOf = ({ q, p, z }: Layer): Tensor1D => sub(gaussian.logProb(p, z), gaussian.logProb(q, z));

/**
 * The bound, and its parts.
 *
 *   elbo       log p(x|z_1[,y]) − Σ_i KL_i
 *   logWeight  log p(x|z_1[,y]) + Σ_i ( log p(z_i|z_{i+1}) − log q(z_i|x, z_{i+1}) )
 *
 * @returns [R] each, nats
 */
export function ladderBound(
  logLikelihood: Tensor1D,
  layers: readonly Layer[],
  logWeight: boolean,
): BoundTerms {
  const total = (first: Tensor1D, terms: readonly Tensor1D[]): Tensor1D =>
    terms.reduce((sum, term) => add<Tensor1D>(sum, term), first);
  const kls = layers.map(({ q, p, message }) => (message ? mergedKl(message, p) : gaussianKl(q)));
  const [latentKl, ...others] = kls as [Tensor1D, ...Tensor1D[]];
  return {
    elbo: sub<Tensor1D>(logLikelihood, total(latentKl, others)),
    logLikelihood,
    latentKl,
    ...Object.fromEntries(others.map((kl, i) => [nameOf('latentKl', i + 2), kl])),
    ...(logWeight && { logWeight: total(logLikelihood, layers.map(logRatioOf)) }),
  };
}
