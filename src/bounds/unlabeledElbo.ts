/** Evidence lower bound of an example whose label is unknown. */
import { add, mul, softmax, sum, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { recordOf } from '../core/assert';
import { assertShapes } from '../core/shape';
import * as categorical from '../distributions/categorical';

/** What the unlabeled bound is made of. */
export interface UnlabeledElboArguments {
  /** logits of q(y|x), [B, K] */
  readonly labelLogits: Tensor;
  /** L(x, y): at every label, [B, K], for the exact sum, finite also where q(y|x) is 0; or at one sampled label, [B] */
  readonly labeledBound: Tensor;
}

/** The unlabeled bound and its parts, [B] each, in nats. */
export interface UnlabeledElboTerms {
  /** U(x) */
  readonly elbo: Tensor1D;
  /** E_q(y|x) L(x, y) */
  readonly expectedBound: Tensor1D;
  /** H(q(y|x)) */
  readonly labelEntropy: Tensor1D;
}

/**
 * Expectation over q(y|x) of a value known at every label; a value at one sampled label stands for itself.
 *
 *   [B, K]:  Σ_k softmax(l)_k · v_k        [B]:  v
 *
 * @param where name of the calling function, for the message
 * @param name the argument, for the message
 * @param labelLogits l, [B, K]
 * @param value v, [B, K] or [B]
 * @returns [B]
 */
function expectOverPosterior(where: string, name: string, labelLogits: Tensor, value: Tensor): Tensor1D {
  const exact = value?.shape?.length === 2;
  assertShapes(where, {
    labelLogits: [labelLogits, 'B K', 'float32'],
    [name]: [value, exact ? 'B K' : 'B', 'float32'],
  });
  return exact ? sum<Tensor1D>(mul(softmax(labelLogits as Tensor), value), 1) : (value as Tensor1D);
}

/**
 * Unlabeled bound (report Eq. 14; Kingma 2014, Eq. 7, which states its negative).
 *
 *   U(x) = Σ_y q(y|x) L(x, y) + H(q(y|x))  ≤  log Σ_y e^{L(x, y)}  ≤  log p(x)
 *
 * At one sampled label the sum is replaced by its one-sample estimate L(x, y). A relaxed label is not a label: at
 * one, the value is an objective to train with and no bound.
 *
 * @returns the bound and its parts, [B] each, nats
 * @throws RangeError when the shapes do not fit
 * @example unlabeledElbo({ labelLogits: tf.tensor2d([[0, 0]]), labeledBound: tf.tensor2d([[-100, -110]]) }).elbo // [-104.306853]
 */
export function unlabeledElbo(given: UnlabeledElboArguments): UnlabeledElboTerms {
  const { labelLogits, labeledBound } = recordOf('unlabeledElbo', given, 'the argument');
  const [elbo, expectedBound, labelEntropy] = tidy(() => {
    const expected = expectOverPosterior('unlabeledElbo', 'labeledBound', labelLogits, labeledBound);
    const entropy = categorical.entropy(labelLogits);
    return [add(expected, entropy) as Tensor1D, expected.clone() as Tensor1D, entropy];
  });
  return { elbo, expectedBound, labelEntropy } as UnlabeledElboTerms;
}
