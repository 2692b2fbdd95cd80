/** Labels that are sets of classes. */
import {
  greater,
  logSumExp,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  where as whereTrue,
} from '@tensorflow/tfjs-core';
import { recordOf } from '../core/assert';
import { assertShapes } from '../core/shape';

/** Logits of q(y|x), and the classes that each example may have. */
export interface LabelSetArguments {
  /** logits l of q(y|x), [B, K]; −∞ rules a class out */
  readonly labelLogits: Tensor;
  /** S: 1 for a class that an example may have and 0 for the others, at least one 1 in each row, [B, K] */
  readonly allowed: Tensor;
}

const read = (where: string, given: LabelSetArguments): LabelSetArguments => {
  const { labelLogits, allowed } = recordOf(where, given, 'the argument');
  assertShapes(where, { labelLogits: [labelLogits, 'B K', 'float32'], allowed: [allowed, 'B K', 'float32'] });
  return { labelLogits, allowed };
};

// Shaders may assume that there is no −∞. A logit far below all others is as good.
const RULED_OUT = -1e30;

const masked = ({ labelLogits, allowed }: LabelSetArguments): Tensor2D =>
  whereTrue(greater(allowed, 0), labelLogits, RULED_OUT) as Tensor2D;

/**
 * Logits of q(y|x) restricted to a set of classes.
 *
 *   q_S(y|x) = q(y|x) · 1[y ∈ S] / Σ_{y′ ∈ S} q(y′|x)
 *
 * With these logits `unlabeledElbo` is the bound of an example whose class is one of a set. Of a set of one class it is
 * L(x, y), of all classes U(x).
 *
 * @returns [B, K]; a class outside the set has probability 0
 * @throws RangeError when the shapes differ
 * @example tf.softmax(restrictedLogits({ labelLogits: tf.tensor2d([[1, 2, 3]]), allowed: tf.tensor2d([[1, 1, 0]]) })) // [[0.2689414, 0.7310586, 0]]
 */
export function restrictedLogits(given: LabelSetArguments): Tensor2D {
  const checked = read('restrictedLogits', given);
  return tidy(() => masked(checked));
}

/**
 * Cross-entropy of a label that is a set of classes, per example.
 *
 *   CE_S = −log Σ_{y ∈ S} q(y|x)
 *
 * Of one class it is the usual cross-entropy, of all classes exactly 0.
 *
 * @returns [B], nats; non-negative up to rounding
 * @throws RangeError when the shapes differ
 * @example labelSetCrossEntropy({ labelLogits: tf.zeros([1, 4]), allowed: tf.tensor2d([[1, 1, 0, 0]]) }) // [0.6931472]
 */
export function labelSetCrossEntropy(given: LabelSetArguments): Tensor1D {
  const checked = read('labelSetCrossEntropy', given);
  return tidy(() =>
    sub(logSumExp<Tensor1D>(checked.labelLogits, 1), logSumExp<Tensor1D>(masked(checked), 1)),
  );
}
