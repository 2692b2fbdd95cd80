/** Divergence between a classifier's output and smoothed labels, in either direction. */
import {
  exp,
  log,
  logSoftmax,
  maximum,
  mul,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core';
import { assertNumber, assertOneOf } from '../core/assert';
import { assertShapes } from '../core/shape';
import { type SmoothLabelsOptions, smoothLabels } from './labelSmoothing';

/** `'labels||q'` is KL(p̂‖q), `'q||labels'` is KL(q‖p̂). */
export type LabelKlDirection = 'labels||q' | 'q||labels';

/** What the divergence is taken of. */
export interface SmoothedLabelKlArguments extends SmoothLabelsOptions {
  /** probabilities before smoothing, [B, K], one-hot as a rule */
  readonly labels: Tensor;
  /** logits of q(y|x), [B, K] */
  readonly logits: Tensor;
  /** ε of the smoothing */
  readonly epsilon: number;
  /** which divergence; default `'labels||q'` */
  readonly direction?: LabelKlDirection;
}

// Keeps 0·log 0 at 0 in value and gradient; the smallest normal float32, so no positive probability is changed.
const SMALLEST = 2 ** -126;

/**
 * KL divergence between smoothed labels p̂ and q(y|x), per example (report §3.3.2, §3.5; §3.6 for the reverse).
 *
 *   'labels||q':  KL(p̂‖q) = CE(p̂, q) − H(p̂) = Σ_k p̂_k ( log p̂_k − logSoftmax(l)_k )
 *   'q||labels':  KL(q‖p̂) = Σ_k q_k ( log q_k − log p̂_k ),   q = softmax(l)
 *
 * The first keeps a strong gradient where q is confidently wrong. The second is infinite at ε = 0 for any softmax,
 * which is refused rather than clipped, and its gradient vanishes where q is confidently wrong (−0.00018 at
 * confidence 0.9999 with ε = 0.1).
 *
 * @returns [B], nats; non-negative up to rounding
 * @throws RangeError when the shapes differ, ε lies outside [0, 1], or ε is 0 or 1 under `'q||labels'`
 * @example smoothedLabelKl({ labels: tf.tensor2d([[1, 0]]), logits: tf.tensor2d([[0, 0]]), epsilon: 0.1 }) // [0.3680642]
 */
export function smoothedLabelKl({
  labels,
  logits,
  epsilon,
  spread = 'others',
  direction = 'labels||q',
}: SmoothedLabelKlArguments): Tensor1D {
  assertShapes('smoothedLabelKl', { labels: [labels, 'B K'], logits: [logits, 'B K'] });
  assertOneOf('smoothedLabelKl', 'direction', direction, ['labels||q', 'q||labels']);
  if (direction === 'q||labels') {
    const needed = 'a number in (0, 1): KL(q‖p̂) is infinite where a smoothed label is 0';
    assertNumber('smoothedLabelKl', 'epsilon', epsilon, needed, (e) => e > 0 && e < 1);
  }
  return tidy(() => {
    const smoothed = smoothLabels(labels, epsilon, { spread });
    const logQ = logSoftmax(logits);
    const logSmoothed = log(maximum(smoothed, SMALLEST));
    return direction === 'labels||q'
      ? sum<Tensor1D>(mul(smoothed, sub(logSmoothed, logQ)), 1)
      : sum<Tensor1D>(mul(exp(logQ), sub(logQ, logSmoothed)), 1);
  });
}
