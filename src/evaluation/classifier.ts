/** Evaluates a classifier on labeled examples. */

import { assertEntries } from '../core/assert';
import { namesOf } from '../core/classNames';
import { readOptions } from '../core/options';
import { assertClassifier } from '../models/fits';
import { assertLiving } from '../models/living';
import type { Classifier } from '../models/model';
import { batchRules } from '../models/predict';
import { accuracy } from './accuracy';
import { binsRule, type CalibrationBin, calibration } from './calibration';
import { type ClassSummary, classScores } from './classScores';
import { confusionMatrix } from './confusionMatrix';
import { type LabeledExamples, type OpenedExamples, openLabeled } from './examples';
import { entropyOf } from './normalizedMutualInformation';
import { forEachLogits, posteriorAt } from './posteriors';

/** How a classifier is evaluated. */
export interface EvaluateClassifierOptions {
  /** examples classified at once; default 500 */
  readonly batchSize?: number;
  /** bins of the calibration error; default 15 */
  readonly bins?: number;
}

/** What {@link evaluateClassifier} finds. */
export interface ClassifierEvaluation extends ClassSummary {
  /** N, the examples whose class is known; every number here is over them */
  readonly count: number;
  /** share of examples classified right, 0 to 1 */
  readonly accuracy: number;
  /** K shares: entry k − 1 is that of the examples whose class is among the k most probable; the last is 1 */
  readonly topAccuracy: readonly number[];
  /** what the classes are called, K names; their indices as texts where the model has no names */
  readonly classNames: readonly string[];
  /** counts, K × K: a row for each true class, a column for each predicted one */
  readonly confusion: readonly (readonly number[])[];
  /** expected calibration error, 0 to 1 */
  readonly calibrationError: number;
  /** bins that hold any example: what a calibration diagram shows */
  readonly calibrationBins: readonly CalibrationBin[];
  /** mean H(q(y|x)), nats, between 0 and log K */
  readonly entropy: number;
  /** I(y; x) under q over all examples, nats, between 0 and log K: high where classes are sure and evenly used */
  readonly mutualInformation: number;
  /** mean −log q(y|x) at the true class, nats */
  readonly negativeLogLikelihood: number;
}

/**
 * Classifies every example whose class is known, and counts. q(y|x) is that at the model's temperature.
 *
 *   ŷ = argmax_y q(y|x), the first of them where several are
 *   entropy = (1/N) Σ_n H(q(y|x_n))        negativeLogLikelihood = −(1/N) Σ_n log q(y_n|x_n)
 *   mutualInformation = H( (1/N) Σ_n q(y|x_n) ) − entropy
 *
 *   precision_k = C_kk / Σ_i C_ik   recall_k = C_kk / Σ_j C_kj   F1_k = 2 C_kk / (Σ_i C_ik + Σ_j C_kj)
 *   balancedAccuracy = mean_k recall_k   macroF1 = mean_k F1_k
 *
 * A class without examples is left out of `byClass` and of both means. One that is never predicted has a precision of 0.
 *
 * All others are means over examples, not over batches, so the batch size changes none of them. The sums are taken in
 * float64 from the logits. Examples whose class is not known are passed over, and `count` tells how many are not.
 *
 * @param model classifies inputs [B, …]
 * @param data inputs, and the class of each; −1 (or {@link UNKNOWN_CLASS}) where it is not known
 * @param options batch size and bins
 * @returns counts, shares and means; see {@link accuracy}, {@link confusionMatrix}, {@link calibration}
 * @throws RangeError when there is no example or none of known class, x does not fit the model or is outside what its likelihood is a density of,
 *   a label is not an integer from 0 to K − 1, or a logit is NaN
 * @example (await evaluateClassifier(model, dataset)).accuracy // such as 0.93
 */
export async function evaluateClassifier(
  model: Classifier,
  data: LabeledExamples,
  options: EvaluateClassifierOptions = {},
): Promise<ClassifierEvaluation> {
  const where = 'evaluateClassifier';
  const { batchSize, bins } = readOptions(where, options, { ...batchRules(), bins: binsRule });
  assertClassifier(where, model);
  assertLiving(where, model);
  const { examples, labels } = await openLabeled(where, data, model);
  const { classes } = model;
  assertEntries(where, 'the model’s classes²', classes ** 2);
  const known = labels.filter((label) => label >= 0);
  const count = known.length;

  const { predictions, confidences, ranks, marginal, ...sums } = await posteriorsOf(
    model,
    examples,
    labels,
    count,
    batchSize,
  );
  const correct = Array.from(predictions, (prediction, i) => prediction === known[i]);
  const { calibrationError, bins: calibrationBins } = calibration(confidences, correct, { bins });
  const confusion = confusionMatrix(known, predictions, classes);
  const entropy = sums.entropy / count;
  let among = 0;
  return {
    count,
    accuracy: accuracy(known, predictions, classes),
    topAccuracy: ranks.map((ranked) => {
      among += ranked;
      return among / count;
    }),
    ...classScores(confusion),
    classNames: namesOf(classes, model.classNames),
    confusion,
    calibrationError,
    calibrationBins,
    entropy,
    // Not below 0, where rounding would put it when nothing is known.
    mutualInformation: Math.max(0, entropyOf(marginal) - entropy),
    negativeLogLikelihood: sums.negativeLogLikelihood / count,
  };
}

/** What q(y|x) says of the examples whose class is known, in their order. */
interface Posteriors {
  /** argmax of q(y|x) */
  readonly predictions: Int32Array;
  /** its probability */
  readonly confidences: Float64Array;
  /** number of examples by how many classes come ahead of the true one */
  readonly ranks: readonly number[];
  /** mean of q(y|x), by class */
  readonly marginal: Float64Array;
  /** sum of H(q(y|x)) */
  readonly entropy: number;
  /** sum of −log q(y|x) at the true class */
  readonly negativeLogLikelihood: number;
}

/** Classifies all examples, and reads the posteriors of the `count` examples whose label is at least 0. */
async function posteriorsOf(
  model: Classifier,
  examples: OpenedExamples,
  labels: Int32Array,
  count: number,
  batchSize: number,
): Promise<Posteriors> {
  const where = 'evaluateClassifier';
  const { classes } = model;
  const predictions = new Int32Array(count);
  const ranks = new Array<number>(classes).fill(0);
  const confidences = new Float64Array(count);
  const marginal = new Float64Array(classes);
  let entropy = 0;
  let negativeLogLikelihood = 0;
  let seen = 0;
  await forEachLogits(where, model, examples, batchSize, (row, i) => {
    const label = labels[i] ?? -1;
    if (label < 0) return;
    const posterior = posteriorAt(row);
    if (Number.isNaN(posterior.entropy))
      throw new RangeError(`${where}: logits of example ${i} are [${row}], needed numbers`);
    const rank = rankOf(row, label);
    predictions[seen] = posterior.mode;
    ranks[rank] = (ranks[rank] as number) + 1;
    confidences[seen++] = posterior.confidence;
    entropy += posterior.entropy;
    negativeLogLikelihood -= posterior.logProbs[label] as number;
    for (const [k, logProb] of posterior.logProbs.entries())
      marginal[k] = (marginal[k] as number) + Math.exp(logProb) / count;
  });
  return { predictions, confidences, ranks, marginal, entropy, negativeLogLikelihood };
}

/** How many classes come ahead of a label: those of larger logits, and the earlier ones of equal logits. */
function rankOf(logits: ArrayLike<number>, label: number): number {
  const own = logits[label] as number;
  let rank = 0;
  for (let k = 0; k < logits.length; k++) {
    const other = logits[k] as number;
    if (other > own || (other === own && k < label)) rank++;
  }
  return rank;
}
