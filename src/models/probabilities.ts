/** Whether a classifier gives probabilities where its logits are read. */

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
