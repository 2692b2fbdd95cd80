/** Labels as tensors. */
import { argMax, cast, oneHot, onesLike, type Tensor, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { assertNumbers } from './assert';
import { describe } from './describe';

/**
 * The value in a data set's `y` that means an unknown class.
 *
 * −1 means the same wherever labels are read, and so does 255 in any type of array, unless there are more than 255 classes: by
 * the function's arguments, or by a label beyond 255. Where labels are names (`columns`, `vectors`, `text`, `images`), 255 is
 * unknown among bytes, and where the other labels are the numbers 0 … K − 1.
 */
export const UNKNOWN_CLASS = 255;

/** Whether a label says that a class is not known: −1, or {@link UNKNOWN_CLASS} where there are too few classes for it. */
export const isUnknown = (label: number, classes = UNKNOWN_CLASS): boolean =>
  label === -1 || (label === UNKNOWN_CLASS && classes <= UNKNOWN_CLASS);

/**
 * The class that a label names. 64-bit integers, as numpy makes them, count as the numbers they are.
 *
 * @returns an index below `classes`; −1 where the label says that the class is not known; none where it is not a label
 */
const classOf = (label: unknown, classes: number): number | undefined => {
  const index = typeof label === 'bigint' ? Number(label) : label;
  if (typeof index !== 'number') return undefined;
  if (isUnknown(index, classes)) return -1;
  return Number.isInteger(index) && index >= 0 && index < classes ? index : undefined;
};

/** The number that a label is; NaN for one of another type, which is refused where it is read. */
const numberOf = (label: unknown): number =>
  typeof label === 'number' || typeof label === 'bigint' ? Number(label) : Number.NaN;

/** More classes than any labels name. */
const ANY = 2 ** 31 - 1;

/**
 * What bounds class indices where K is not given: {@link UNKNOWN_CLASS} unless a label beyond it shows that there are more
 * classes. The type of the array says nothing.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @param lists of labels, of the same classes
 * @returns that `classOf` takes for K
 * @throws RangeError where 255 may be either, as beside a label of 254
 */
export function boundOfLabels(
  where: string,
  name: string,
  ...lists: readonly ArrayLike<number | bigint>[]
): number {
  let [largest, hasUnknown] = [-1, false];
  for (const list of lists)
    for (let i = 0; i < list.length; i++) {
      const label = numberOf(list[i]);
      if (label === UNKNOWN_CLASS) hasUnknown = true;
      else if (label > largest) largest = label;
    }
  if (hasUnknown && largest === UNKNOWN_CLASS - 1)
    throw new RangeError(
      `${where}: ${name} hold 254 and 255, and 255 may be a class or unknown: give classes, 255 or 256`,
    );
  return largest > UNKNOWN_CLASS ? ANY : UNKNOWN_CLASS;
}

/** Where labels count from 1, what to do. */
function fromOneHint(y: ArrayLike<number | bigint>, classes: number | undefined): string {
  let [largest, hasOne] = [0, false];
  for (let i = 0; i < y.length; i++) {
    const label = numberOf(y[i]);
    if (isUnknown(label, classes)) continue;
    if (!(label >= 1)) return '';
    largest = Math.max(largest, label);
    hasOne ||= label === 1;
  }
  return hasOne && largest === classes ? ': labels begin at 0, subtract 1' : '';
}

/** A class index in words. */
const indexInWords = (classes: number | undefined): string =>
  classes === undefined ? 'an integer of at least 0' : `an integer from 0 to ${classes - 1}`;

/** Refuses anything but an array of a label for each example. */
export function assertCount(where: string, name: string, y: ArrayLike<number | bigint>, count: number): void {
  assertNumbers(where, name, y);
  if (y.length !== count)
    throw new RangeError(
      `${where}: ${name} holds ${y.length} labels, needed one for each of ${count} examples`,
    );
}

/**
 * Reads class indices of examples.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @param y the labels
 * @param count how many there must be
 * @param classes K
 * @param bound what indices lie below; default: K, or as {@link boundOfLabels}
 * @throws RangeError when another number of labels came, or one is not a class
 */
type ReadLabels = (
  where: string,
  name: string,
  y: ArrayLike<number | bigint>,
  count: number,
  classes?: number,
  bound?: number,
) => Int32Array;

/** What to do where a class is not known and has to be. */
const knownHint = (label: unknown, classes: number | undefined): string =>
  classes === undefined && Number(label) === UNKNOWN_CLASS ? ', or give classes where 255 is one' : '';

const readAll = (known: boolean, ...[where, name, y, count, classes, bound]: Parameters<ReadLabels>) => {
  assertCount(where, name, y, count);
  const most = bound ?? classes ?? boundOfLabels(where, name, y);
  const indices = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const index = classOf(y[i], most);
    if (index !== undefined && (index >= 0 || !known)) {
      indices[i] = index;
      continue;
    }
    const hint =
      index === -1
        ? `: leave out examples whose class is unknown${knownHint(y[i], classes)}`
        : `${known ? '' : ', or -1 for an unknown class'}${fromOneHint(y, classes)}`;
    throw new RangeError(
      `${where}: ${name}[${i}] is ${describe(y[i])}, needed ${indexInWords(classes)}${hint}`,
    );
  }
  return indices;
};

/** Integers from 0 to K − 1, and −1 where a class is not known. */
export const readLabels: ReadLabels = (...labels) => readAll(false, ...labels);

/** Integers from 0 to K − 1; a class that is not known is refused too. */
export const readKnownLabels: ReadLabels = (...labels) => readAll(true, ...labels);

/**
 * Refuses class indices that ask for no example.
 *
 * @param where name of the calling function, for the message
 * @throws TypeError when they are not a list of numbers; RangeError when it is empty
 */
export function assertAsked(where: string, labels: ArrayLike<number>): void {
  assertNumbers(where, 'labels', labels);
  if (labels.length === 0) throw new RangeError(`${where}: labels are empty, needed at least one`);
}

/**
 * One-hot rows of class indices.
 *
 * @param where name of the calling function, for the message
 * @param labels class indices
 * @param classes K
 * @returns [B, K]
 * @throws RangeError when a label is not an integer from 0 to K − 1
 * @example oneHotLabels('generate', [1], 2) // [[0, 1]]
 */
export function oneHotLabels(where: string, labels: ArrayLike<number | bigint>, classes: number): Tensor2D {
  const rows = new Float32Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) {
    const label = classOf(labels[i], classes) ?? -1;
    if (label < 0) {
      throw new RangeError(
        `${where}: label ${i} is ${describe(labels[i])}, needed an integer from 0 to ${classes - 1}`,
      );
    }
    rows[i * classes + label] = 1;
  }
  return tensor2d(rows, [labels.length, classes]);
}

/** Index of the largest of a row's scores, the first where several are. */
export function indexOfLargest(row: ArrayLike<number>): number {
  let largest = 0;
  for (let k = 1; k < row.length; k++) if ((row[k] as number) > (row[largest] as number)) largest = k;
  return largest;
}

/** A row of labels in an error text: its first ten values. */
export const describeRow = (row: ArrayLike<number>): string =>
  `[${Array.from(row).slice(0, 10).join(',')}${row.length > 10 ? ',…' : ''}]`;

/** How far from 1 a row of probabilities may sum: a float32 for each of many classes. */
const SUM_TOLERANCE = 1e-3;

/**
 * Refuses rows of labels that are not probabilities.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @param rows [B, K], one after another
 * @param classes K
 * @throws RangeError naming the first row that is none
 */
export function assertProbabilities(
  where: string,
  name: string,
  rows: ArrayLike<number>,
  classes: number,
): void {
  for (let from = 0; from < rows.length; from += classes) {
    const row = Array.from({ length: classes }, (_, k) => rows[from + k] as number);
    const sum = row.reduce((total, p) => total + p, 0);
    if (row.every((p) => p >= 0) && Math.abs(sum - 1) <= SUM_TOLERANCE) continue;
    throw new RangeError(
      `${where}: ${name}[${from / classes}] is ${describeRow(row)}, needed a one and else zeros, or probabilities that sum to 1`,
    );
  }
}

/**
 * One-hot rows of the largest score of each row, the first where several are.
 *
 * @param scores [B, K]
 * @returns [B, K]
 */
export function oneHotArgMax(scores: Tensor): Tensor2D {
  const classes = scores.shape[1] as number;
  // The host's oneHot refuses a single class.
  return classes === 1
    ? onesLike(scores as Tensor2D)
    : (cast(oneHot(argMax(scores, 1), classes), 'float32') as Tensor2D);
}
