/** Contract of priors p(z|y) of a code, one for each class, and what the library's have in common. */
import { cast, matMul, reshape, type Tensor, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { assertNoise, type Noise } from '../core/noise';
import { assertShapes } from '../core/shape';
import type { Json } from '../files/json';

/** p(z|y): where the codes of each class lie. */
export interface ClassPrior {
  /** K */
  readonly classes: number;
  /** log p(z|y) of codes [B, Z] at each class: [B, K], nats */
  logProb(z: Tensor): Tensor2D;
  /** a draw for each row of y, one-hot [B, K]: [B, Z]. `latent` is Z; default 2 */
  sample(y: Tensor, noise: Noise, latent?: number): Tensor2D;
  /** JSON that rebuilds it, for one of the library's; absent in a prior of your own, whose model `loadModel` cannot rebuild */
  readonly spec?: Json;
}

/** Draws, and the number of pairs that a code of Z values is. */
export const pairsToDraw = (
  where: string,
  classes: number,
  y: Tensor,
  noise: Noise,
  latent: number,
): readonly [rows: number, pairs: number] => {
  const { B = 0 } = assertShapes(where, { y: [y, `B ${classes}`] });
  assertNoise(where, noise);
  assertPairs(where, 'latent', latent);
  return [B, latent / 2];
};

/** Refuses a width that is odd: the library's class priors are in the plane, once for each pair of values. */
function assertPairs(where: string, name: string, latent: number): void {
  if (!Number.isInteger(latent) || latent < 2 || latent % 2 !== 0)
    throw new RangeError(`${where}: ${name} is ${latent}, needed an even integer of at least 2`);
}

/** Codes as points of the plane: [B, Z] as [B·Z/2, 2]. */
export function pointsOf(where: string, z: Tensor): Tensor2D {
  const { Z = 0 } = assertShapes(where, { z: [z, 'B Z', 'float32'] });
  assertPairs(where, 'the width of z', Z);
  return reshape(z, [-1, 2]) as Tensor2D;
}

/** A value of each class at each row of one-hot labels: [B, 1]. */
export const atClass = (y: Tensor, values: readonly number[]): Tensor2D =>
  matMul(cast(y, 'float32') as Tensor2D, tensor2d([...values], [values.length, 1]));
