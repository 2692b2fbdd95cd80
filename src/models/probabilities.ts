/** Whether a classifier gives probabilities where its logits are read. */

import type { Classifier } from './model';

/**
 * Whether each row is at least 0 and sums to 1: logits that do so in every row, to five digits, are none.
 *
 * @param values of rows in succession
 * @param classes K, values in a row
 * @example areProbabilities(Float32Array.of(0.25, 0.75, 1, 0), 2) // true
 */
export function areProbabilities(values: Float32Array, classes: number): boolean {
  const rows = Array.from({ length: values.length / classes }, (_, i) =>
    Array.from(values.subarray(i * classes, (i + 1) * classes)),
  );
  const isOne = (row: readonly number[]): boolean =>
    row.every((value) => value >= 0) && Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) <= 1e-5;
  return classes > 1 && rows.length > 0 && rows.every(isOne);
}

/** Rows looked at: more tell nothing more. */
const MOST_ROWS = 500;

/**
 * Refuses logits that are probabilities in every row, of two different rows at least: one row may sum to 1 by chance.
 *
 * @param where name of the calling function, for the message
 * @param count of rows
 * @param rowOf the logits of a row, divided by the temperature of the model
 * @throws RangeError with what to do
 */
export function assertNoProbabilities(
  where: string,
  { classes, temperature = 1 }: Pick<Classifier, 'classes' | 'temperature'>,
  count: number,
  rowOf: (row: number) => Float32Array,
): void {
  let differ = false;
  // Logits end the loop at their first row.
  for (let i = 0; i < Math.min(count, MOST_ROWS); i++) {
    const row = rowOf(i);
    if (
      !areProbabilities(
        row.map((logit) => logit * temperature),
        classes,
      )
    )
      return;
    differ ||= row.some((logit, k) => logit !== rowOf(0)[k]);
  }
  if (!differ) return;
  throw new RangeError(
    `${where}: the model's classify gives probabilities, rows of at least 0 that sum to 1, needed logits: leave its softmax out, or give log(p)`,
  );
}
