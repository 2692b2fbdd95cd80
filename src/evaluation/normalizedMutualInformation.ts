/** How much predicted classes say about the true ones, whatever their names are. */
import { countPairs } from './confusionMatrix';

/**
 * Normalized mutual information between true and predicted classes.
 *
 *   NMI = 2·I(y; ŷ) / (H(y) + H(ŷ))        I and H of the shares C_ik / N
 *
 * It is 1 where either determines the other, and 0 where they are independent. Names of classes do not enter: a
 * permutation of either changes nothing. Where both have one class alone it is 1. The mean of the entropies is the arithmetic
 * one.
 *
 * @param labels y, N class indices, all of them known
 * @param predictions ŷ, N class indices
 * @param classes K, of both: the larger number, where they differ
 * @returns between 0 and 1
 * @throws RangeError when there is none, the lengths differ, or an entry is not an integer from 0 to K − 1
 * @example normalizedMutualInformation([0, 0, 1, 1], [1, 1, 0, 1], 2) // 0.34371101848545077
 */
export function normalizedMutualInformation(
  labels: ArrayLike<number | bigint>,
  predictions: ArrayLike<number | bigint>,
  classes: number,
): number {
  const where = 'normalizedMutualInformation';
  const counts = countPairs(where, labels, predictions, classes);
  const total = labels.length;
  if (total === 0) throw new RangeError(`${where}: labels hold no example, needed at least one`);
  const rows = counts.map((row) => sumOf(row));
  const columns = counts.map((_, k) => sumOf(counts.map((row) => row[k] as number)));
  const entropies = entropyOf(rows, total) + entropyOf(columns, total);
  if (entropies === 0) return 1;
  const information = entropies - entropyOf(counts.flat(), total); // H(y) + H(ŷ) − H(y, ŷ)
  // Rounding may leave the range.
  return Math.min(1, Math.max(0, (2 * information) / entropies));
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** −Σ p log p of shares of a total, nats. */
export const entropyOf = (counts: ArrayLike<number>, total = 1): number =>
  sumOf(Array.from(counts, (count) => (count > 0 ? (-count / total) * Math.log(count / total) : 0)));
