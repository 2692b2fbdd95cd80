/** Consistency of a classifier between examples. */
import {
  cast,
  exp,
  expandDims,
  log,
  logSoftmax,
  mul,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core';
import { recordOf } from '../core/assert';
import { customGradient } from '../core/gradient';
import { weigh } from '../core/logSpace';
import { assertShapes } from '../core/shape';

/** What the divergence is taken of. */
export interface InterpolationConsistencyArguments {
  /** logits of q(y|x̃) at interpolated inputs x̃, [B, K] */
  readonly logits: Tensor;
  /** t: the interpolated predictions, probabilities, [B, K]; no gradient reaches them */
  readonly targets: Tensor;
}

/**
 * Divergence of the prediction at an interpolated input from the interpolated predictions, per example (interpolation
 * consistency: Verma et al. 2019, Eq. 1, with this divergence for the squared distance; Feng et al. 2021).
 *
 *   KL(t‖q̃) = Σ_k t_k ( log t_k − logSoftmax(l)_k ),   t = λ·q(y|x_i) + (1 − λ)·q(y|x_j),   l at x̃ = λ·x_i + (1 − λ)·x_j
 *
 * A classifier that is consistent changes evenly from one example to another, so that it is sure of itself on examples
 * and changes its mind between them. Targets are constants by design: a gradient through them would let an example
 * follow its mixtures. The entropy of the targets is a constant too; it is taken off, so that the value says how far
 * the two are apart.
 *
 * @returns [B], nats; non-negative up to rounding, 0 where q̃ is the target; +∞ where a class of logit −∞ has a target
 * above 0
 * @throws RangeError when the shapes differ
 * @example interpolationConsistency({ logits: tf.tensor2d([[0, 0]]), targets: tf.tensor2d([[1, 0]]) }) // [0.6931472]
 */
export function interpolationConsistency(given: InterpolationConsistencyArguments): Tensor1D {
  const { logits, targets } = recordOf('interpolationConsistency', given, 'the argument');
  assertShapes('interpolationConsistency', {
    logits: [logits, 'B K', 'float32'],
    targets: [targets, 'B K'],
  });
  return tidy(() => {
    const t = cast(targets, 'float32');
    // The targets are closed over, which is how the host gives no gradient; 0·log 0 = 0.
    const divergence = customGradient<[Tensor], [Tensor, Tensor], Tensor1D>((l, save) => {
      const logQ = logSoftmax(l);
      save([exp(logQ), t]);
      return {
        value: sum<Tensor1D>(weigh(t, sub(log(t), logQ)), 1),
        gradFunc: (dy, [q, p]) => [mul(expandDims(dy, 1), sub(mul(q, sum(p, 1, true)), p))],
      };
    });
    return divergence(logits);
  });
}
