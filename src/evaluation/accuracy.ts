/** Share of examples that are classified right. */
import { assertNumbers } from '../core/assert';
import { assertLabels } from './examples';

/**
 * Accuracy.
 *
 *   (1/N) Σ_n [ŷ_n = y_n]
 *
 * @param labels y, N class indices
 * @param predictions ŷ, N class indices
 * @returns between 0 and 1
 * @throws RangeError when there is none, the lengths differ, or an entry is no index
 * @example accuracy([0, 1, 1], [0, 1, 0]) // 0.6666666666666666
 */
export function accuracy(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  assertNumbers('accuracy', 'labels', labels);
  if (labels.length === 0) throw new RangeError('accuracy: labels hold no example, needed at least one');
  assertLabels('accuracy', 'labels', labels, labels.length, Number.MAX_SAFE_INTEGER);
  assertLabels('accuracy', 'predictions', predictions, labels.length, Number.MAX_SAFE_INTEGER);
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === predictions[i]) right++;
  return right / labels.length;
}
