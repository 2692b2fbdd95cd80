/** How much of a data set is labeled. */
import { namesOf } from '../core/classNames';
import type { Dataset } from './dataset';
import { assertDataset } from './gather';
import { byClass } from './split';

/** How many examples have a class. */
export interface LabelCounts {
  /** examples of one known class */
  readonly labeled: number;
  /** examples of a coarse label: several classes are possible, and not all */
  readonly coarse: number;
  /** examples of which nothing is known */
  readonly unlabeled: number;
  /** number of labeled examples of each class, by its name or else its index */
  readonly byClass: Readonly<Record<string, number>>;
}

/**
 * Counts the examples of a data set by what is known of their class. Look at it before you train: a label in another
 * spelling than you expect shows here.
 *
 * @param dataset with labels or without
 * @returns counts; the first three sum to the number of examples
 * @throws TypeError when it is not a data set
 * @example countLabels(twoMoons({ count: 5, seed: 1 })) // { labeled: 5, coarse: 0, unlabeled: 0, byClass: { 0: 3, 1: 2 } }
 */
export function countLabels(dataset: Dataset): LabelCounts {
  assertDataset('countLabels', dataset);
  const { members, coarse, unknown } = byClass(dataset);
  const names = namesOf(dataset.classes, dataset.classNames);
  return {
    labeled: dataset.count - coarse.length - unknown.length,
    coarse: coarse.length,
    unlabeled: unknown.length,
    byClass: Object.fromEntries(members.map((examples, k) => [names[k] as string, examples.length])),
  };
}
