/** The prior of a model's code: N(0, I), or one of the user's own. */

import { mul, sub, type Tensor, type Tensor1D, zerosLike } from '@tensorflow/tfjs-core';
import { assertMethods } from '../core/assert';
import type { Noise } from '../core/noise';
import { atOnce } from '../core/notAsync';
import { ABOVE_0, number, readOptions } from '../core/options';
import { assertShapes } from '../core/shape';
import { assertSpelling } from '../core/spelling';
import * as gaussian from '../distributions/gaussian';
import type { LatentPrior } from '../distributions/latentPrior';
import { gaussianKl } from '../divergences/gaussianKl';
import type { GenerateOptions } from './model';
import { assertVariables } from './ownVariables';

/** A model with a code. */
interface Coded {
  readonly latent: number;
  readonly prior?: LatentPrior;
}

/**
 * Refuses a value that is not a prior.
 *
 * @throws TypeError naming what is missing
 */
export function assertPrior(where: string, prior: LatentPrior | undefined): void {
  if (prior === undefined) return;
  assertMethods(where, 'prior', prior, ['logProb', 'sample']);
  assertSpelling(where, 'prior', prior, {
    known: ['logProb', 'sample', 'variables'] satisfies readonly (keyof LatentPrior)[],
    what: 'a part of a prior',
  });
  assertVariables(where, 'prior', prior);
}

/** log p(z) of codes [B, Z]: [B]. */
const logPrior = ({ prior }: Coded, z: Tensor): Tensor1D => {
  if (prior === undefined) return gaussian.logProb({ mean: zerosLike(z), logVar: zerosLike(z) }, z);
  const found = atOnce('bound', 'prior.logProb', prior.logProb(z));
  // One that sums over the batch would broadcast.
  assertShapes('bound', { z: [z, 'B Z'], 'prior.logProb(z)': [found, 'B', 'float32'] });
  return found;
};

/** log p(z) − log q(z) at a draw z of q: [B]. */
export const logRatioOf = (model: Coded, q: gaussian.Gaussian, z: Tensor): Tensor1D =>
  sub(logPrior(model, z), gaussian.logProb(q, z));

/** KL(q ‖ p(z)), [B]: in closed form for N(0, I), else log q(z) − log p(z) at the draw z. */
export const latentKlOf = (model: Coded, q: gaussian.Gaussian, z: Tensor): Tensor1D =>
  model.prior === undefined ? gaussianKl(q) : sub(gaussian.logProb(q, z), logPrior(model, z));

/** t of z ~ N(0, t² I); 1 by default. */
export const temperatureIn = (where: string, options: Pick<GenerateOptions, 'temperature'> = {}): number =>
  readOptions(where, options, { temperature: number(ABOVE_0, 1) }).temperature;

/** Draws z ~ p(z), or z ~ N(0, temperature² I) where p(z) is N(0, I): [count, Z]. */
export const samplePrior = (
  where: string,
  { prior, latent }: Coded,
  count: number,
  noise: Noise,
  options?: Pick<GenerateOptions, 'temperature'>,
): Tensor => {
  const temperature = temperatureIn(where, options);
  if (prior === undefined) {
    const z = noise.normal([count, latent]);
    return temperature === 1 ? z : mul(z, temperature);
  }
  if (temperature !== 1)
    throw new RangeError(
      `${where}: temperature is ${temperature}, needed 1 with a prior of your own: draw from a narrower prior`,
    );
  const z = atOnce(where, 'prior.sample', prior.sample(count, noise));
  assertShapes(where, { 'prior.sample': [z, `${count} ${latent}`, 'float32'] });
  return z;
};
