/** The label prior that a data set suggests. */
import { assertEntries } from '../core/assert';
import { describe } from '../core/describe';
import { readLabels } from '../core/labels';
import { AT_LEAST_0, integersFrom, number, optional, readOptions } from '../core/options';
import type { Dataset } from './dataset';
import { assertDataset } from './gather';

/** How the prior is estimated. */
export interface LabelPriorOfOptions {
  /** s, examples that are added to each class, at least 0; default 1 (Laplace): a class without labels keeps a probability */
  readonly smoothing?: number;
  /** K, where labels are given instead of a data set */
  readonly classes?: number;
}

/**
 * π of p(y) by the known classes.
 *
 *   π_k = (n_k + s) / (Σ_j n_j + K·s)
 *
 * It is that of the labeled examples. Where you chose these by class, as `splitDataset` does by default, their shares say nothing
 * about the unlabeled data: then give `createM2` the shares that you know.
 *
 * @param data a data set; or class indices, −1 (or {@link UNKNOWN_CLASS}) where one is not known
 * @param options smoothing, and the number of classes of labels
 * @returns K probabilities above 0, which sum to 1: `labelPrior` of a model
 * @throws RangeError when a label is not a class, or a class has no probability, as without a label and smoothing
 * @example labelPriorOf([0, 0, 0, 1, -1], { classes: 2, smoothing: 0 }) // [0.75, 0.25]
 */
export function labelPriorOf(
  data: Dataset | ArrayLike<number | bigint>,
  options: LabelPriorOfOptions = {},
): readonly number[] {
  const where = 'labelPriorOf';
  const { smoothing, classes: given } = readOptions(where, options, {
    smoothing: number(AT_LEAST_0, 1),
    classes: optional(number(integersFrom(2))),
  });
  const isList = typeof (data as ArrayLike<number> | undefined)?.length === 'number';
  if (!isList) assertDataset(where, data as Dataset);
  const known = isList ? given : (data as Dataset).classes;
  if (known === undefined || (given !== undefined && given !== known))
    throw new RangeError(
      `${where}: classes is ${describe(given)}, needed ${known === undefined ? 'the number of classes, as labels do not tell it' : `${known}, as in the data set`}`,
    );
  assertEntries(where, 'classes', known);
  const labels = isList ? (data as ArrayLike<number>) : (data as Dataset).y;
  const counts = new Array<number>(known).fill(smoothing);
  for (const label of readLabels(where, isList ? 'data' : 'data.y', labels, labels.length, known))
    if (label >= 0) counts[label] = (counts[label] as number) + 1;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const prior = counts.map((count) => count / total);
  const without = prior.findIndex((probability) => !(probability > 0));
  if (without >= 0)
    throw new RangeError(
      `${where}: class ${without} has no example, needed one of each class, or smoothing above 0`,
    );
  return prior;
}
