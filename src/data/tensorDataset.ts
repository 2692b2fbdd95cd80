/** Data sets out of tensors. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { assertNotIntegers } from '../core/assert';
import { describeRow } from '../core/labels';
import { integersFrom, number, readOptions, unchecked } from '../core/options';
import { assertShapes } from '../core/shape';
import { checkDataset, type Dataset } from './dataset';

/** The tensors of a data set. */
export interface TensorDatasetOptions {
  /** what the set is called in tables and messages */
  readonly name: string;
  /** inputs, [N, …shape], float32; values are taken as they are */
  readonly x: Tensor;
  /** class of each example: indices [N], −1 where it is not known, or one-hot rows [N, K]; float32, int32 or bool */
  readonly y: Tensor;
  /** K, the width of one-hot rows; at most 255 */
  readonly classes: number;
  /** what the classes are called, one name for each; default none */
  readonly classNames?: readonly string[];
}

/** The index of each row's one; a row of anything but one 1 and zeros is refused. */
const fromOneHot = (values: ArrayLike<number>, classes: number): number[] =>
  Array.from({ length: values.length / classes }, (_, n) => {
    const row = Array.from({ length: classes }, (_, k) => values[n * classes + k] as number);
    const label = row.indexOf(1);
    if (label < 0 || row.some((value, k) => k !== label && value !== 0)) {
      throw new RangeError(`tensorDataset: y[${n}] is ${describeRow(row)}, needed a one and else zeros`);
    }
    return label;
  });

/**
 * A {@link Dataset} out of tensors: each is read once, and checked as `createDataset` checks arrays.
 *
 * Integers are refused as inputs, since they do not tell whether 255 is white: give bytes to `createDataset`, or scale
 * them yourself. The tensors stay yours, to dispose as soon as the promise has settled; the set holds copies.
 *
 * @param options name, inputs, labels, number of classes
 * @returns the set
 * @throws TypeError when `x` or `y` is not a tensor, or `x` is not float32
 * @throws RangeError when the shapes do not fit each other, there is no example, an input is NaN or infinite, or a label
 * is not an integer from 0 to K − 1 or no one-hot row
 * @example (await tensorDataset({ name: 'pair', x: tf.tensor2d([[0], [1]]), y: tf.tensor1d([0, 1]), classes: 2 })).count // 2
 */
export async function tensorDataset(options: TensorDatasetOptions): Promise<Dataset> {
  const { name, x, y, classes, classNames } = readOptions('tensorDataset', options, {
    name: unchecked(),
    x: unchecked(),
    y: unchecked(),
    classes: number(integersFrom(1)),
    classNames: unchecked(),
  });
  assertNotIntegers('tensorDataset', 'x', x);
  const oneHot = y?.shape?.length === 2;
  assertShapes('tensorDataset', { x: [x, 'N ...', 'float32'], y: [y, oneHot ? `N ${classes}` : 'N'] });
  const [values, labels] = await Promise.all([x.data<'float32'>(), y.data()]);
  return checkDataset('tensorDataset', 'options', {
    name,
    // Some backends hand out the tensor's own memory.
    x: values.slice(),
    y: oneHot ? fromOneHot(labels, classes) : Array.from(labels),
    shape: x.shape.slice(1),
    classes,
    ...(classNames !== undefined && { classNames }),
  });
}
