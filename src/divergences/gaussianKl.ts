/** Kullback–Leibler divergence between diagonal Gaussians, in closed form. */
import { add, mul, square, sub, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { expm1MinusIdentity, scaledSquaredDistance } from '../core/logSpace';
import { perExample } from '../core/perExample';
import { assertShapes } from '../core/shape';
import type { Gaussian } from '../distributions/gaussian';

// Read as if it could be missing, which callers without types bring about: the error then names the argument.
const parametersOf = (name: string, distribution: Gaussian | undefined) => ({
  [`${name}.mean`]: [distribution?.mean as Tensor, 'B ...', 'float32'] as const,
  [`${name}.logVar`]: [distribution?.logVar as Tensor, 'B ...', 'float32'] as const,
});

/**
 * KL divergence from q to p, per example; to the standard normal when p is left out.
 *
 *   KL( N(μ, σ²) ‖ N(0, I) )   = ½ Σ_d ( μ_d² + σ_d² − 1 − log σ_d² )
 *   KL( N(μ, σ²) ‖ N(m, s²) )  = ½ Σ_d ( (μ_d − m_d)² / s_d² + σ_d²/s_d² − 1 − log(σ_d²/s_d²) )
 *
 * The report's Eq. 12; Kingma & Welling 2014, Appendix B, which states it with the opposite sign.
 *
 * @param q mean and log-variance, both [B, …]
 * @param p mean and log-variance, both [B, …]; default N(0, I)
 * @returns [B], nats; non-negative, exactly 0 at identical arguments
 * @throws RangeError when the shapes differ
 * @throws TypeError when a mean or log-variance is missing or not float32
 * @example gaussianKl({ mean: tf.tensor2d([[1, 0]]), logVar: tf.zeros([1, 2]) }) // [0.5]
 */
export function gaussianKl(q: Gaussian, p?: Gaussian): Tensor1D {
  assertShapes('gaussianKl', { ...parametersOf('q', q), ...(p !== undefined && parametersOf('p', p)) });
  return tidy(() => {
    if (p === undefined) return perExample(mul(0.5, add(square(q.mean), expm1MinusIdentity(q.logVar))));
    const distance = scaledSquaredDistance(q.mean, p.mean, p.logVar);
    return perExample(mul(0.5, add(distance, expm1MinusIdentity(sub(q.logVar, p.logVar)))));
  });
}
