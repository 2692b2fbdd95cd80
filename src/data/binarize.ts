/** Gray values to zeros and ones, which a Bernoulli likelihood is a density of. */
import { cast, clone, greater, less, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { assertOneOf } from '../core/assert';
import { type Noise, streamOf } from '../core/noise';
import { assertShapes } from '../core/shape';

/**
 * `'none'` keeps gray values; `'threshold'` is 1 above ½; `'dynamic'` draws each value from Bernoulli(x), anew for
 * every batch (Salakhutdinov & Murray 2008; Burda et al. 2016).
 */
export type Binarization = 'none' | 'threshold' | 'dynamic';

/** All of them. */
export const BINARIZATIONS: readonly Binarization[] = ['none', 'threshold', 'dynamic'];

/**
 * Binarizes inputs.
 *
 *   none: x      threshold: [x > ½]      dynamic: [u < x],  u ~ U(0, 1)
 *
 * @param x values in [0, 1], [B, …]
 * @param mode which of the three
 * @param seed of the draws of `'dynamic'`, another for each batch; the others need none
 * @returns [B, …]; 0 or 1 but for `'none'`; no gradient flows through it
 * @throws RangeError when the mode is none of these, or `'dynamic'` comes without a seed
 * @example binarize(tf.tensor2d([[0.2, 0.7]]), 'threshold') // [[0, 1]]
 */
export function binarize(x: Tensor, mode: Binarization, seed?: number | Noise): Tensor {
  assertShapes('binarize', { x: [x, 'B ...'] });
  assertOneOf('binarize', 'mode', mode, BINARIZATIONS);
  if (mode === 'none') return clone(x);
  if (mode === 'threshold') return tidy(() => cast(greater(x, 0.5), 'float32'));
  if (seed === undefined) throw new RangeError('binarize: seed is undefined, needed one for mode "dynamic"');
  const noise = streamOf('binarize', seed);
  return tidy(() => cast(less(noise.uniform(x.shape), x), 'float32'));
}
