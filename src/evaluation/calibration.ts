/** Whether a classifier is right as often as it says. */
import { assertNumber, assertNumbers, assertSize } from '../core/assert';
import { describe } from '../core/describe';
import { integersFrom, number, type Rule, readOptions } from '../core/options';

/** How confidences are grouped. */
export interface CalibrationOptions {
  /** M, the number of bins of equal width; default 15 (Guo et al. 2017, §5) */
  readonly bins?: number;
}

/** The option `bins`. */
export const binsRule: Rule<number> = (where, name, given) => {
  const bins = number(integersFrom(1), 15)(where, name, given);
  assertSize(where, name, bins);
  return bins;
};

/** The examples whose confidence is in one interval. */
export interface CalibrationBin {
  /** lower end of the interval, not in it */
  readonly from: number;
  /** upper end of the interval, in it */
  readonly to: number;
  /** conf(B_m): mean confidence of the examples in it */
  readonly confidence: number;
  /** acc(B_m): share of them that is right */
  readonly accuracy: number;
  /** |B_m|, at least 1 */
  readonly count: number;
}

/** Calibration error, and the bins it is the sum of. */
export interface Calibration {
  /** ECE, between 0 and 1 */
  readonly calibrationError: number;
  /** bins that hold any example, by rising confidence */
  readonly bins: readonly CalibrationBin[];
}

/**
 * m, the bin of a confidence. Where the product p·M is rounded, the quotients m/M decide, which are the bins' ends; for a
 * confidence that float32 holds these in float32, as the nearest it has to 7/25 lies above 7/25.
 */
function binOf(confidence: number, bins: number): number {
  const isSingle = Math.fround(confidence) === confidence;
  const end = (bin: number): number => (isSingle ? Math.fround(bin / bins) : bin / bins);
  let bin = Math.min(bins, Math.max(1, Math.ceil(confidence * bins)));
  while (bin > 1 && confidence <= end(bin - 1)) bin--;
  while (bin < bins && confidence > end(bin)) bin++;
  return bin;
}

/**
 * Expected calibration error over bins of equal width (Guo et al. 2017, Eq. 3).
 *
 *   ECE = Σ_m |B_m|/N · | acc(B_m) − conf(B_m) |,   B_m = { n : (m − 1)/M < p_n ≤ m/M }
 *
 * It depends on M, and is biased upwards where bins hold few examples: compare at one M and one N.
 *
 * @param confidences p_n = max_y q(y|x_n), N probabilities
 * @param correct whether each of the N predictions is right; 1 and 0 stand for true and false
 * @param options the number of bins
 * @returns the error and the bins that are not empty
 * @throws RangeError when there is no example, the lengths differ, or a confidence lies outside [0, 1]
 * @example calibration([0.9, 0.9, 0.6, 0.6], [true, false, true, true], { bins: 10 }).calibrationError // 0.4
 */
export function calibration(
  confidences: ArrayLike<number>,
  correct: ArrayLike<boolean | number>,
  options: CalibrationOptions = {},
): Calibration {
  const where = 'calibration';
  const { bins } = readOptions(where, options, { bins: binsRule });
  assertNumbers(where, 'confidences', confidences);
  assertNumbers(where, 'correct', correct as ArrayLike<number>);
  const total = confidences.length;
  if (total === 0) throw new RangeError(`${where}: confidences hold no example, needed at least one`);
  if (correct.length !== total) {
    throw new RangeError(
      `${where}: correct holds ${correct.length} entries, needed one for each of ${total} confidences`,
    );
  }
  // Only bins that hold an example: there may be far more bins than examples.
  const sums = new Map<number, { count: number; confidence: number; right: number }>();
  for (let i = 0; i < total; i++) {
    const confidence = confidences[i];
    assertNumber(where, `confidences[${i}]`, confidence, 'a probability', (p) => p >= 0 && p <= 1);
    const right = correct[i];
    if (right !== true && right !== false && right !== 0 && right !== 1)
      throw new RangeError(`${where}: correct[${i}] is ${describe(right)}, needed true or false, 1 or 0`);
    const m = binOf(confidence as number, bins) - 1;
    const bin = sums.get(m) ?? { count: 0, confidence: 0, right: 0 };
    sums.set(m, bin);
    bin.count++;
    bin.confidence += confidence;
    bin.right += Number(right);
  }
  const byConfidence = [...sums].sort(([a], [b]) => a - b);
  const held = byConfidence.map(
    ([m, { count, confidence, right }]): CalibrationBin => ({
      from: m / bins,
      to: (m + 1) / bins,
      confidence: confidence / count,
      accuracy: right / count,
      count,
    }),
  );
  const calibrationError = held.reduce(
    (sum, bin) => sum + (bin.count / total) * Math.abs(bin.accuracy - bin.confidence),
    0,
  );
  return { calibrationError, bins: held };
}
