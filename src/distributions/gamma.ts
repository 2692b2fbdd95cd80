/** Gamma distribution: positive numbers, such as the rates of counts. */
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { assertNoise, type Noise } from '../core/noise';
import { assertShapes } from '../core/shape';
import { drawGamma } from './countDraws';

/**
 * Draws of Gamma distributions with a scale of 1 (Marsaglia & Tsang 2000), element-wise; divide by a rate for another scale.
 *
 *   p(g) = g^{θ−1} e^{−g} / Γ(θ),   E g = Var g = θ
 *
 * A draw tries six times, and takes the mode where all six fail, which is once in 6·10⁷ draws or less.
 *
 * @param shape θ, any shape, above 0
 * @param noise stream that the draws come from
 * @returns the same shape, at least 0; 0 where θ is so small that a draw underflows. No gradient flows through it
 * @throws TypeError when θ is not a float32 tensor, or the noise no stream
 * @example sampleGamma(tf.tensor1d([0.5, 100]), createNoise(1)) // [0.0002902, 94.798920]
 */
export function sampleGamma(shape: Tensor, noise: Noise): Tensor {
  assertShapes('sampleGamma', { shape: [shape, '...', 'float32'] });
  assertNoise('sampleGamma', noise);
  return tidy(() => drawGamma(shape, noise));
}
