/** Cross-entropy between labels and a categorical. */
import { neg, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { recordOf } from '../core/assert';
import { assertShapes } from '../core/shape';
import * as categorical from '../distributions/categorical';

/** What a cross-entropy is taken of. */
export interface CrossEntropyArguments {
  /** probabilities, [B, K]: one-hot, smoothed or relaxed */
  readonly labels: Tensor;
  /** logits of q(y|x), [B, K] */
  readonly logits: Tensor;
}

/**
 * Cross-entropy, per example.
 *
 *   CE(y, q) = −Σ_k y_k · logSoftmax(l)_k
 *
 * Both gradients are right: softmax(l)·Σy − y in the logits, −logSoftmax(l) in the labels. (The stock
 * `tf.losses.softmaxCrossEntropy` returns `labels − softmax` for the second, on every backend.) A class of logit −∞
 * that no label is of drops out, with gradients 0.
 *
 * @returns [B], nats, at least 0, and +∞ where a label is of a class of logit −∞
 * @throws RangeError when the shapes differ
 * @example crossEntropy({ labels: tf.tensor2d([[1, 0]]), logits: tf.tensor2d([[0, 0]]) }) // [0.6931472]
 */
export function crossEntropy(given: CrossEntropyArguments): Tensor1D {
  const { labels, logits } = recordOf('crossEntropy', given, 'the argument');
  assertShapes('crossEntropy', { labels: [labels, 'B K'], logits: [logits, 'B K', 'float32'] });
  return tidy(() => neg(categorical.logProb(logits, labels)));
}
