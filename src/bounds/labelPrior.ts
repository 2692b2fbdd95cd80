/** The label prior p(y) = Cat(π). */
import { matMul, reshape, type Tensor, type Tensor1D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { assertEntries, assertInteger, assertNumber } from '../core/assert';
import { describe } from '../core/describe';
import { assertShapes } from '../core/shape';
import { assertNoFunction } from '../core/uncalled';

/**
 * Refuses a prior that is none.
 *
 * @param where name of the calling function, for the message
 * @param labelPrior π
 * @param classes K
 * @throws RangeError unless π holds K numbers above 0 that sum to 1 (within 1e-6)
 */
export function assertLabelPrior(where: string, labelPrior: readonly number[], classes: number): void {
  assertNoFunction(where, 'labelPrior', labelPrior);
  if (!Array.isArray(labelPrior) || labelPrior.length !== classes) {
    throw new RangeError(
      `${where}: labelPrior is ${describe(labelPrior)}, needed an array of ${classes} probabilities`,
    );
  }
  for (const probability of labelPrior as readonly number[]) {
    assertNumber(where, 'an entry of labelPrior', probability, 'a number in (0, 1]', (p) => p > 0 && p <= 1);
  }
  const total = labelPrior.reduce((sum: number, p: number) => sum + p, 0);
  if (Math.abs(total - 1) > 1e-6) throw new RangeError(`${where}: labelPrior sums to ${total}, needed 1`);
}

/**
 * π = 1/K for every class.
 *
 * @param classes K
 * @throws RangeError when classes is not an integer of at least 1
 */
export function uniformLabelPrior(classes: number): readonly number[] {
  assertInteger('uniformLabelPrior', 'classes', classes);
  assertEntries('uniformLabelPrior', 'classes', classes);
  return new Array(classes).fill(1 / classes);
}

/**
 * Log-prior of labels, per example; of a soft label, its expectation.
 *
 *   log p(y) = Σ_k y_k log π_k
 *
 * @param labels probabilities, [B, K]
 * @param labelPrior π: K probabilities above 0, summing to 1
 * @returns [B], nats, at most 0
 * @throws RangeError when the labels are not [B, K], or π is not a prior over K classes
 * @example logLabelPrior(tf.tensor2d([[1, 0]]), [0.5, 0.5]) // [-0.6931472]
 */
export function logLabelPrior(labels: Tensor, labelPrior: readonly number[]): Tensor1D {
  const { B = 0, K = 0 } = assertShapes('logLabelPrior', { labels: [labels, 'B K'] });
  assertLabelPrior('logLabelPrior', labelPrior, K);
  return tidy(() => {
    const logPrior = tensor2d(labelPrior.map(Math.log), [K, 1]);
    return reshape(matMul(labels, logPrior), [B]) as Tensor1D;
  });
}
