/** Share of examples that are classified right. */
import { assertInteger, assertNumbers } from '../core/assert';
import { assertCount, boundOfLabels, readKnownLabels } from '../core/labels';

/**
 * Accuracy.
 *
 *   (1/N) Σ_n [ŷ_n = y_n]
 *
 * @param labels y, N class indices, all of them known
 * @param predictions ŷ, N class indices
 * @param classes K; default: any, but for {@link UNKNOWN_CLASS} where no label lies beyond it
 * @returns between 0 and 1
 * @throws RangeError when there is none, the lengths differ, or an entry is not an index or says that a class is unknown
 * @example accuracy([0, 1, 1], [0, 1, 0]) // 0.6666666666666666
 */
export function accuracy(
  labels: ArrayLike<number | bigint>,
  predictions: ArrayLike<number | bigint>,
  classes?: number,
): number {
  assertNumbers('accuracy', 'labels', labels);
  if (labels.length === 0) throw new RangeError('accuracy: labels hold no example, needed at least one');
  assertNumbers('accuracy', 'predictions', predictions);
  assertCount('accuracy', 'predictions', predictions, labels.length);
  if (classes !== undefined) assertInteger('accuracy', 'classes', classes);
  const bound = classes ?? boundOfLabels('accuracy', 'labels and predictions', labels, predictions);
  const y = readKnownLabels('accuracy', 'labels', labels, labels.length, classes, bound);
  const predicted = readKnownLabels('accuracy', 'predictions', predictions, labels.length, classes, bound);
  return y.filter((label, i) => label === predicted[i]).length / y.length;
}
