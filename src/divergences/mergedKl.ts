/** Kullback–Leibler divergence of two merged Gaussians from one of them, in closed form. */
import {
  add,
  mul,
  scalar,
  sigmoid,
  sub,
  type Tensor,
  type Tensor1D,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { expm1MinusIdentity, mergedLogVar, scaledSquaredDistance } from '../core/logSpace';
import { perExample } from '../core/perExample';
import { assertShapes } from '../core/shape';
import type { Gaussian } from '../distributions/gaussian';

/**
 * KL divergence from the merge of a message and p to p, per example: what the message adds to what p knows.
 *
 *   KL( merge(message, p) ‖ p ) = ½ Σ_d ( softplus(δ_d) − w_d + w_d² (μ̂_d − μ_d)² / σ_d² )
 *
 *   message = N(μ̂, σ̂²)   p = N(μ, σ²)   δ = log σ² − log σ̂²   w = sigmoid(δ), the share of the message
 *
 * It equals `gaussianKl(mergeGaussians(message, p), p)`. Neither summand can be below 0 and the merged mean and variance do
 * not enter, so it keeps its digits where the message says little.
 *
 * Ladder VAEs have one such divergence for each layer but the top (Sønderby et al. 2016).
 *
 * @param message mean and log-variance, both [B, …]
 * @param p mean and log-variance, both [B, …]
 * @returns [B], nats; non-negative, and 0 in the limit of a message of infinite variance
 * @throws RangeError when the shapes differ
 * @throws TypeError when a mean or log-variance is missing or not float32
 * @example mergedKl({ mean: tf.tensor2d([[2]]), logVar: tf.zeros([1, 1]) }, { mean: tf.zeros([1, 1]), logVar: tf.zeros([1, 1]) }) // [0.5965736]
 */
export function mergedKl(message: Gaussian, p: Gaussian): Tensor1D {
  // Read as if they could be missing, which callers without types bring about: the error then names the argument.
  const [first, second] = [message as Gaussian | undefined, p as Gaussian | undefined];
  assertShapes('mergedKl', {
    'message.mean': [first?.mean as Tensor, 'B ...', 'float32'],
    'message.logVar': [first?.logVar as Tensor, 'B ...', 'float32'],
    'p.mean': [second?.mean as Tensor, 'B ...', 'float32'],
    'p.logVar': [second?.logVar as Tensor, 'B ...', 'float32'],
  });
  return tidy(() => {
    const excess = sub(message.logVar, p.logVar); // −δ
    const share = sigmoid(sub(p.logVar, message.logVar)); // w
    const logRatio = mergedLogVar(excess, zerosLike(excess)); // log of merged variance / variance of p, −softplus(δ)
    const moved = mul(share, sub(message.mean, p.mean)); // merged mean − mean of p
    const distance = scaledSquaredDistance(moved, scalar(0), p.logVar);
    return perExample(mul(0.5, add(expm1MinusIdentity(logRatio), distance)));
  });
}
