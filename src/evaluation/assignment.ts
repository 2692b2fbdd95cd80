/** Evaluates a classifier some of whose classes no label has named. */

import { assertEntries, recordOf } from '../core/assert';
import { indexOfLargest } from '../core/labels';
import { readOptions, unchecked } from '../core/options';
import { assertClassifier } from '../models/fits';
import { assertLiving } from '../models/living';
import type { Classifier } from '../models/model';
import { batchRules } from '../models/predict';
import { type AssignClassesOptions, assignmentRules, bestAssignment } from './assignClasses';
import { confusionMatrix } from './confusionMatrix';
import { type LabeledExamples, type OpenedLabeled, openLabeled } from './examples';
import { normalizedMutualInformation } from './normalizedMutualInformation';
import { forEachLogits } from './posteriors';

/** What the assignment is found on, and how. */
export interface EvaluateAssignmentOptions extends AssignClassesOptions {
  /** examples whose true classes the assignment is found on, such as those of training; every class should be among them */
  readonly training: LabeledExamples;
  /** examples classified at once; default 500 */
  readonly batchSize?: number;
}

/** Predicted classes by their true ones, and the accuracy with them. */
export interface Assignment {
  /** the true class of each predicted one, K entries; −1 where `'many-to-one'` finds none */
  readonly assignment: Int32Array;
  /** share of the evaluated examples whose predicted class is assigned to their true one, 0 to 1 */
  readonly accuracy: number;
}

/** What {@link evaluateAssignment} finds. */
export interface AssignmentEvaluation extends Assignment {
  /** evaluated examples whose class is known */
  readonly count: number;
  /** of the evaluated examples, between 0 and 1; no assignment enters */
  readonly normalizedMutualInformation: number;
  /**
   * the assignment that fits the evaluated examples themselves best. It has read the truths that it is measured on, so its
   * accuracy is too high, and never below the honest one
   */
  readonly bestOnData: Assignment;
}

/**
 * Accuracy of a classifier whose classes may lack names: labels named some of them, or none (semi-unsupervised learning,
 * Willetts et al. 2019). Predicted classes are assigned to true ones on the training examples, and measured on others.
 *
 *   a = the assignment that makes most training examples right        accuracy = (1/N) Σ_n [ a(ŷ_n) = y_n ]
 *
 * A model has such classes if its label prior covers K classes, and the labels in training name fewer. Nothing ties the others
 * to an order. `bestOnData` is the figure that is often reported for clusters; it is the more optimistic one.
 *
 * @param model classifies inputs [B, …] into K classes
 * @param data inputs, and the class of each; −1 (or {@link UNKNOWN_CLASS}) where it is not known
 * @param options training examples, mapping, batch size
 * @returns assignments, accuracies and the normalized mutual information; see {@link assignClasses}
 * @throws RangeError when `data` or `training` has no example of known class, x does not fit the model, or a label is not an
 *   integer from 0 to K − 1
 * @example (await evaluateAssignment(model, test, { training: dataset })).accuracy // such as 0.77
 */
export async function evaluateAssignment(
  model: Classifier,
  data: LabeledExamples,
  options: EvaluateAssignmentOptions,
): Promise<AssignmentEvaluation> {
  const where = 'evaluateAssignment';
  const { training, mapping, batchSize } = readOptions(where, options, {
    ...assignmentRules(),
    ...batchRules(),
    training: unchecked<LabeledExamples>(),
  });
  assertClassifier(where, model);
  assertLiving(where, model);
  const { classes } = model;
  assertEntries(where, 'the model’s classes²', classes ** 2);
  recordOf(where, training, 'training');
  // Both are opened first: what is wrong with one is found before the other is classified.
  const [opened, openedTraining] = [
    await openLabeled(where, data, model),
    await openLabeled(`${where}: training`, training, model),
  ];
  const evaluated = await classified(where, model, opened, batchSize);
  const fitted = await classified(`${where}: training`, model, openedTraining, batchSize);
  const confusion = confusionMatrix(evaluated.labels, evaluated.predictions, classes);
  const under = (assignment: Int32Array): Assignment => {
    const right = Array.from(assignment, (row, k) => confusion[row]?.[k] ?? 0);
    return { assignment, accuracy: right.reduce((sum, n) => sum + n, 0) / evaluated.labels.length };
  };
  return {
    count: evaluated.labels.length,
    ...under(bestAssignment(confusionMatrix(fitted.labels, fitted.predictions, classes), mapping)),
    normalizedMutualInformation: normalizedMutualInformation(
      evaluated.labels,
      evaluated.predictions,
      classes,
    ),
    bestOnData: under(bestAssignment(confusion, mapping)),
  };
}

/** True and predicted classes of the examples whose class is known. */
async function classified(
  where: string,
  model: Classifier,
  { examples, labels }: OpenedLabeled,
  batchSize: number,
) {
  const predictions = new Int32Array(labels.length);
  await forEachLogits(where, model, examples, batchSize, (logits, i) => {
    if (logits.some(Number.isNaN))
      throw new RangeError(`${where}: logits of example ${i} are [${logits}], needed numbers`);
    predictions[i] = indexOfLargest(logits);
  });
  const known = predictions.filter((_, i) => (labels[i] as number) >= 0);
  return { labels: labels.filter((label) => label >= 0), predictions: known };
}
