/** Chooses the temperature of a classifier on held-out labels. */

import { describeRow, indexOfLargest } from '../core/labels';
import { readOptions } from '../core/options';
import { assertClassifier } from '../models/fits';
import { assertLiving } from '../models/living';
import type { Classifier } from '../models/model';
import { type BatchOptions, batchRules } from '../models/predict';
import { type Calibrated, withTemperature } from '../models/temperature';
import { type LabeledExamples, openLabeled } from './examples';
import { forEachLogits, posteriorAt } from './posteriors';

/** Logits of an example, and its class. */
interface Row {
  readonly logits: Float64Array;
  readonly label: number;
}

/**
 * Slope and curvature of f(s) = (1/N) Σ_n −log softmax(s·l_n)_{y_n}, the negative log-likelihood at s = 1/T.
 *
 *   f′(s) = mean_n ( E_{q_s}[l] − l_y )        f″(s) = mean_n Var_{q_s}[l] ≥ 0
 */
const slopesAt = (
  rows: readonly Row[],
  s: number,
): { readonly slope: number; readonly curvature: number } => {
  let [slope, curvature] = [0, 0];
  for (const { logits, label } of rows) {
    const { logProbs } = posteriorAt(logits.map((logit) => s * logit));
    let [mean, square] = [0, 0];
    for (const [k, logProb] of logProbs.entries()) {
      const probability = Math.exp(logProb);
      // A class ruled out has a logit of −∞.
      if (probability === 0) continue;
      const above = (logits[k] as number) - (logits[label] as number);
      mean += probability * above;
      square += probability * above ** 2;
    }
    slope += mean / rows.length;
    curvature += (square - mean ** 2) / rows.length;
  }
  return { slope, curvature };
};

/** The s > 0 at which the slope is 0, by Newton's method within a bracket that is halved where a step leaves it. */
const minimizerOf = (rows: readonly Row[]): number => {
  let [low, high] = [0, 1];
  while (slopesAt(rows, high).slope < 0) [low, high] = [high, 2 * high];
  let s = high;
  for (let i = 0; i < 200; i++) {
    const { slope, curvature } = slopesAt(rows, s);
    if (slope < 0) low = s;
    else high = s;
    const newton = s - slope / curvature;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - s) <= 1e-12 * s) return next;
    s = next;
  }
  return s;
};

/** Refuses rows at which no T above 0 and below ∞ is best. */
const assertMinimum = (where: string, rows: readonly Row[]): void => {
  if (rows.every(({ logits, label }) => logits[label] === logits[indexOfLargest(logits)]))
    throw new RangeError(
      `${where}: all ${rows.length} known classes are predicted right, needed some that are not, as every T is too high then: give more held-out examples, or leave the model as it is`,
    );
  // At s = 0 every class that is not ruled out is equally probable.
  const atZero = rows.map(({ logits, label }): number => {
    const finite = logits.filter(Number.isFinite);
    return finite.reduce((sum, logit) => sum + logit / finite.length, 0) - (logits[label] as number);
  });
  if (atZero.reduce((sum, slope) => sum + slope, 0) >= 0)
    throw new RangeError(
      `${where}: the logits of the known classes are no larger than the others on average over ${rows.length} examples, needed a classifier that is better than chance on them`,
    );
};

/**
 * Temperature scaling (Guo et al. 2017): one number T makes probabilities as extreme as the classifier is right.
 *
 *   T = argmin_T (1/N) Σ_n −log softmax(logits(x_n) / T)_{y_n}
 *
 * The sum is convex in 1/T, and its minimum is found in float64 by Newton's method. The predicted classes stay the same.
 * T belongs to the weights: call it again after more training. Labels that the model was trained on give too low a T.
 *
 * @param model any classifier; it stays as it is, and its own temperature does not matter
 * @param heldOut inputs and classes that training has not seen; −1 (or {@link UNKNOWN_CLASS}) where one is not known
 * @param options batch size
 * @returns the model at T, see {@link withTemperature}: `predict` reads it, `saveModel` keeps it
 * @throws RangeError when no class is known, all known ones are predicted right (no T is best then), or the classifier is no
 *   better than chance; and as `evaluateClassifier`
 * @example const calibrated = await calibrate(model, subset(dataset, split.validation)) // calibrated.temperature: such as 1.8
 */
export async function calibrate<C extends Classifier>(
  model: C,
  heldOut: LabeledExamples,
  options: BatchOptions = {},
): Promise<Calibrated<C>> {
  const where = 'calibrate';
  const { batchSize } = readOptions(where, options, batchRules());
  assertClassifier(where, model);
  assertLiving(where, model);
  const { examples, labels } = await openLabeled(where, heldOut, model);
  const rows: Row[] = [];
  await forEachLogits(where, withTemperature(model, 1), examples, batchSize, (logits, i) => {
    const label = labels[i] as number;
    if (label < 0) return;
    const largest = logits[indexOfLargest(logits)];
    if (logits.some(Number.isNaN) || !Number.isFinite(largest) || !Number.isFinite(logits[label]))
      throw new RangeError(
        `${where}: logits of example ${i} are ${describeRow(logits)}, needed numbers, and a finite one of its class ${label}`,
      );
    rows.push({ logits: Float64Array.from(logits), label });
  });
  assertMinimum(where, rows);
  return withTemperature(model, 1 / minimizerOf(rows));
}
