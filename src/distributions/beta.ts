/** Beta distribution with whole parameters: shares in (0, 1). */
import { reshape, slice, type Tensor1D, tidy, topk } from '@tensorflow/tfjs-core';
import { assertInteger, assertSize, recordOf } from '../core/assert';
import { assertNoise, type Noise } from '../core/noise';

/** How a share is drawn. */
export interface BetaOptions {
  /** a, an integer of at least 1 */
  readonly a: number;
  /** b, an integer of at least 1 */
  readonly b: number;
  /** stream that the uniforms are drawn from */
  readonly noise: Noise;
}

/**
 * Draws from a Beta distribution with whole parameters, as order statistics (David & Nagaraja 2003, §2.3).
 *
 *   λ = the a-th smallest of u_1 … u_{a+b−1} ~ U(0, 1),   so   λ ~ Beta(a, b),   E λ = a / (a + b)
 *
 * Beta(1, 1) is the uniform distribution, Beta(2, 2) the median of three uniforms.
 *
 * @param count B
 * @param options a, b, noise
 * @returns [B], within (0, 1); no gradient
 * @throws RangeError when count, a or b is not an integer of at least 1, or the uniforms are too many for a tensor
 * @throws TypeError when the noise is not a stream
 * @example sampleBeta(2, { a: 2, b: 2, noise: createNoise(0) }) // [0.9899039, 0.4402816]
 */
export function sampleBeta(count: number, options: BetaOptions): Tensor1D {
  const { a, b, noise } = recordOf('sampleBeta', options);
  assertInteger('sampleBeta', 'count', count);
  assertInteger('sampleBeta', 'a', a);
  assertInteger('sampleBeta', 'b', b);
  assertNoise('sampleBeta', noise);
  const uniforms = a + b - 1;
  assertSize('sampleBeta', 'count × (a + b − 1)', count * uniforms);
  // The b largest of a + b − 1, largest first: the last of them is the a-th smallest.
  return tidy(() =>
    reshape(slice(topk(noise.uniform([count, uniforms]), b).values, [0, b - 1], [count, 1]), [count]),
  ) as Tensor1D;
}
