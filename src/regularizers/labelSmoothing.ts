/** Label smoothing. */
import { add, mul, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { number, oneOf, readOptions, UNIT_INTERVAL } from '../core/options';
import { assertShapes } from '../core/shape';

/** Where the mass that is taken from the true class goes. */
export type SmoothingSpread = 'others' | 'uniform';

/** How labels are smoothed. */
export interface SmoothLabelsOptions {
  /**
   * `'others'` (report §3.3.2, the default): the true class keeps 1 − ε, each other class gets ε / (K − 1).
   * `'uniform'` (Szegedy et al. 2016, Eq. 7): mixed with the uniform distribution, so 1 − ε + ε/K and ε/K.
   */
  readonly spread?: SmoothingSpread;
}

/** The option `spread`. */
export const smoothingSpread = () => oneOf<SmoothingSpread>(['others', 'uniform'], 'others');

/**
 * Smoothed labels p̂.
 *
 *   'others':   p̂_k = (1 − ε)·y_k + ε·(1 − y_k) / (K − 1)
 *   'uniform':  p̂_k = (1 − ε)·y_k + ε / K
 *
 * @param labels probabilities, [B, K], one-hot as a rule
 * @param epsilon ε in [0, 1]
 * @param options the spread
 * @returns [B, K], rows summing to 1
 * @throws RangeError when ε lies outside [0, 1], the labels are not [B, K], or K = 1 under `'others'`
 * @example smoothLabels(tf.tensor2d([[1, 0, 0]]), 0.1) // [[0.9, 0.05, 0.05]]
 */
export function smoothLabels(labels: Tensor, epsilon: number, options: SmoothLabelsOptions = {}): Tensor2D {
  const { spread } = readOptions('smoothLabels', options, { spread: smoothingSpread() });
  const { K = 0 } = assertShapes('smoothLabels', { labels: [labels, 'B K'] });
  number(UNIT_INTERVAL)('smoothLabels', 'epsilon', epsilon);
  if (spread === 'others' && K < 2)
    throw new RangeError(`smoothLabels: labels have ${K} class, needed at least 2 for spread "others"`);
  const floor = spread === 'others' ? epsilon / (K - 1) : epsilon / K;
  return tidy(() => add(mul(labels, 1 - epsilon - (spread === 'others' ? floor : 0)), floor) as Tensor2D);
}
