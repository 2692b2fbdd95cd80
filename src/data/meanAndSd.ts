/** Mean and standard deviation of numbers. */

/** A smaller share of a number is rounding. */
const ROUNDING = 1e-13;

/**
 * Mean and standard deviation; the deviation is 0 where the numbers differ by rounding alone, as 0.3 and 0.1 + 0.2 do.
 *
 * @param count of the numbers
 * @param at a number by its index
 * @example meanAndSd(2, (n) => 2 * n) // { mean: 1, sd: 1 }
 */
export function meanAndSd(
  count: number,
  at: (n: number) => number,
): { readonly mean: number; readonly sd: number } {
  let [sum, squares, least, most] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let n = 0; n < count; n++) {
    const value = at(n);
    sum += value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const mean = sum / Math.max(1, count);
  for (let n = 0; n < count; n++) squares += (at(n) - mean) ** 2;
  const sd = Math.sqrt(squares / Math.max(1, count));
  // The mean of many equal numbers may be rounded by more than they are: the range tells.
  const differ =
    sd > ROUNDING * Math.abs(mean) && most - least > ROUNDING * Math.max(Math.abs(least), Math.abs(most));
  return { mean, sd: differ ? sd : 0 };
}
