/** Features of generated examples, and of examples as they would be with another class. */
import { add, exp, mul, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Noise } from '../core/noise';
import type { Gaussian } from '../distributions/gaussian';
import * as gaussian from '../distributions/gaussian';
import { repeatedTo } from './codeBound';

/**
 * Points of one Gaussian at the same place of another: their deviations in units of σ stay.
 *
 *   z′ = m′ + (z − m)·σ′/σ
 *
 * @param z [B, F]
 * @param from (m, σ), [B, F]
 * @param to (m′, σ′), [R, F], R a multiple of B
 * @returns [R, F]
 */
export function moved(z: Tensor, from: Gaussian, to: Gaussian): Tensor {
  const ofRows = (values: Tensor): Tensor => repeatedTo(to.mean.shape[0] as number, values);
  const scale = exp(mul(0.5, sub(to.logVar, ofRows(from.logVar))));
  return add(to.mean, mul(sub(ofRows(z), ofRows(from.mean)), scale));
}

/** A draw of N(m, t²σ²), [B, F]; at t = 1 of the Gaussian itself. */
export const sampleAt = ({ mean, logVar }: Gaussian, temperature: number, noise: Noise): Tensor =>
  gaussian.sample(
    { mean, logVar: temperature === 1 ? logVar : add(logVar, 2 * Math.log(temperature)) },
    noise,
  );
