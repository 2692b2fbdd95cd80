/** Which classes are taken for which. */
import { assertEntries, assertInteger } from '../core/assert';
import { readKnownLabels } from '../core/labels';

/**
 * Confusion matrix: a row for each true class, a column for each predicted one.
 *
 *   C_ij = #{ n : y_n = i, ŷ_n = j }
 *
 * @param labels y, N class indices, all of them known
 * @param predictions ŷ, N class indices
 * @param classes K
 * @returns counts, K × K, summing to N
 * @throws RangeError when the lengths differ, or an entry is not an integer from 0 to K − 1
 * @example confusionMatrix([0, 1, 1], [0, 1, 0], 2) // [[1, 0], [1, 1]]
 */
export function confusionMatrix(
  labels: ArrayLike<number | bigint>,
  predictions: ArrayLike<number | bigint>,
  classes: number,
): number[][] {
  return countPairs('confusionMatrix', labels, predictions, classes);
}

/**
 * The confusion matrix.
 *
 * @param where name of the calling function, for messages
 */
export function countPairs(
  where: string,
  labels: ArrayLike<number | bigint>,
  predictions: ArrayLike<number | bigint>,
  classes: number,
): number[][] {
  assertInteger(where, 'classes', classes);
  assertEntries(where, 'classes²', classes ** 2);
  const y = readKnownLabels(where, 'labels', labels, labels?.length, classes);
  const predicted = readKnownLabels(where, 'predictions', predictions, y.length, classes);
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < y.length; i++) {
    const row = counts[y[i] ?? 0] ?? [];
    const column = predicted[i] ?? 0;
    row[column] = (row[column] ?? 0) + 1;
  }
  return counts;
}
