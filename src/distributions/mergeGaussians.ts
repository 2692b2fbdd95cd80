/** The product of two diagonal Gaussian densities: what two sources say of one latent variable. */
import { add, mul, sigmoid, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { mergedLogVar } from '../core/logSpace';
import { assertShapes } from '../core/shape';
import type { Gaussian } from './gaussian';

/**
 * Merges two Gaussians by precision (Sønderby et al. 2016): the normalized product of their densities.
 *
 *   1/σ² = 1/σ_a² + 1/σ_b²        μ = w μ_a + (1 − w) μ_b,   w = σ_b² / (σ_a² + σ_b²)
 *
 * In log-variances, w = sigmoid(log σ_b² − log σ_a²), so no variance is computed. The order of the arguments does not
 * matter, and three Gaussians may be merged in any order.
 *
 * @param a mean and log-variance, both [B, …]
 * @param b mean and log-variance, both [B, …]
 * @returns mean and log-variance, both [B, …]; the variance is below both. Where one variance is e^20 times the other, the
 *   result is the sharper Gaussian up to rounding
 * @throws RangeError when the shapes differ
 * @throws TypeError when a mean or log-variance is missing or not float32
 * @example mergeGaussians({ mean: tf.tensor2d([[2]]), logVar: tf.zeros([1, 1]) }, { mean: tf.zeros([1, 1]), logVar: tf.zeros([1, 1]) }) // { mean: [[1]], logVar: [[-0.6931472]] }
 */
export function mergeGaussians(a: Gaussian, b: Gaussian): Gaussian {
  // Read as if they could be missing, which callers without types bring about: the error then names the argument.
  const [first, second] = [a as Gaussian | undefined, b as Gaussian | undefined];
  assertShapes('mergeGaussians', {
    'a.mean': [first?.mean as Tensor, 'B ...', 'float32'],
    'a.logVar': [first?.logVar as Tensor, 'B ...', 'float32'],
    'b.mean': [second?.mean as Tensor, 'B ...', 'float32'],
    'b.logVar': [second?.logVar as Tensor, 'B ...', 'float32'],
  });
  return tidy(() => ({
    mean: add(mul(sigmoid(sub(b.logVar, a.logVar)), a.mean), mul(sigmoid(sub(a.logVar, b.logVar)), b.mean)),
    logVar: mergedLogVar(a.logVar, b.logVar),
  }));
}
