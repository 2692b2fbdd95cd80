/** Labels as tensors. */
import { argMax, cast, oneHot, onesLike, type Tensor, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { describe } from './shape';

/** What stands in a data set's `y` for a class that is not known. */
export const UNKNOWN_CLASS = 255;

/** Whether a label says that a class is not known: −1, or {@link UNKNOWN_CLASS} where there are too few classes for it. */
export const isUnknown = (label: number, classes = UNKNOWN_CLASS): boolean =>
  label === -1 || (label === UNKNOWN_CLASS && classes <= UNKNOWN_CLASS);

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
export function oneHotLabels(where: string, labels: ArrayLike<number>, classes: number): Tensor2D {
  const rows = new Float32Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new RangeError(
        `${where}: label ${i} is ${describe(label)}, needed an integer from 0 to ${classes - 1}`,
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
