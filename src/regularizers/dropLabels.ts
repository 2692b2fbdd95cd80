/** Label dropout, and the token of a missing label. */
import { cast, concat, greater, mul, sub, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import type { Noise } from '../core/noise';
import { noiseStream, number, readOptions, UNIT_INTERVAL } from '../core/options';
import { assertShapes } from '../core/shape';

/** How labels are dropped. */
export interface DropLabelsOptions {
  /** ρ in [0, 1], the probability that a label is replaced by the token; at 0 every label is kept, at 1 none */
  readonly rate: number;
  /** stream of the draws, one uniform number for each example */
  readonly noise: Noise;
}

/**
 * Labels with one class more, ∅, the token of a missing label. Each label becomes the token with probability ρ.
 *
 *   c = (d·y, 1 − d),   d ~ Bernoulli(1 − ρ) for each example
 *
 * A model that is conditional on c learns p(x|∅) beside p(x|y). Label dropout is the only thing that ties the two, apart from
 * shared weights.
 *
 * @param labels one-hot or soft labels, [B, K]
 * @param options the rate ρ, and the noise
 * @returns [B, K + 1]; the last column is the token
 * @throws RangeError when the labels are not [B, K], or ρ is not in [0, 1]
 * @throws TypeError when the noise is missing
 * @example dropLabels(tf.tensor2d([[1, 0]]), { rate: 1, noise }) // [[0, 0, 1]]
 */
export function dropLabels(labels: Tensor, options: DropLabelsOptions): Tensor2D {
  const where = 'dropLabels';
  const { rate, noise } = readOptions(where, options, {
    rate: number(UNIT_INTERVAL),
    noise: noiseStream(),
  });
  const { B = 0 } = assertShapes(where, { labels: [labels, 'B K'] });
  return tidy(() => {
    // A uniform number is neither 0 nor 1, so the ends of the range are exact.
    const kept = cast(greater(noise.uniform([B, 1]), rate), 'float32');
    return concat([mul(labels, kept), sub(1, kept)], 1) as Tensor2D;
  });
}
