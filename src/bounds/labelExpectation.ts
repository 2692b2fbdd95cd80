/** Expectation over labels. */
import { mul, sum, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { recordOf } from '../core/assert';
import { assertShapes } from '../core/shape';

/** What an expectation over labels is taken of. */
export interface LabelExpectationArguments {
  /** p̂: probabilities, [B, K] */
  readonly labels: Tensor;
  /** v: the value at each label, [B, K], as `byLabel` gives it; finite, also where p̂ is 0 */
  readonly valueByLabel: Tensor;
}

/**
 * Expectation over p̂ of a value known at every label (report §3.4: E_{p̂(y)} log p(x|z,y)).
 *
 *   E_{p̂}[v] = Σ_k p̂_k · v_k
 *
 * With one-hot labels it is the value at the true label, which one decoder row gives without this function.
 *
 * @returns [B], in the unit of the values
 * @throws RangeError when the shapes differ
 * @example labelExpectation({ labels: tf.tensor2d([[0.9, 0.1]]), valueByLabel: tf.tensor2d([[-10, -20]]) }) // [-11]
 */
export function labelExpectation(given: LabelExpectationArguments): Tensor1D {
  const { labels, valueByLabel } = recordOf('labelExpectation', given, 'the argument');
  assertShapes('labelExpectation', {
    labels: [labels, 'B K'],
    valueByLabel: [valueByLabel, 'B K', 'float32'],
  });
  return tidy(() => sum<Tensor1D>(mul(labels, valueByLabel), 1));
}
