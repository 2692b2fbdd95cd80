/** The splits of the tabular benchmark. */
import { type Dataset, type Split, splitDataset } from 'ssvae';

/** Examples of a set below which it is scored on its unlabeled examples. */
const SMALL = 1000;

/** Examples of each class. */
export const classCounts = ({ y, classes }: Dataset): readonly number[] =>
  Array.from({ length: classes }, (_, k) => y.reduce((sum, label) => sum + (label === k ? 1 : 0), 0));

/** Whether so many labels of each class leave enough to score; for 50 and more, 100 of each class. */
export const leavesEnough = (data: Dataset, labels: number): boolean =>
  classCounts(data).every((count) => count >= (labels < 50 ? labels + 3 : labels + 100));

/**
 * A split of a set: so many labels of each class, and a test part of 30 %, at most 1,500, that is not shown to training; a small set
 * is scored on its unlabeled examples.
 */
export const splitOf = (data: Dataset, labels: number, seed: number): Split => {
  const small = data.count < SMALL;
  const test = small ? 0 : Math.min(1500, Math.floor(0.3 * data.count));
  const split = splitDataset(data, { labeled: labels * data.classes, test, seed });
  return small ? { ...split, test: split.unlabeled } : split;
};
