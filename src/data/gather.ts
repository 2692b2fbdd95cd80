/** Some examples of a data set: as tensors, and as a data set of their own. */
import { type Tensor, type Tensor2D, tensor, tensor2d } from '@tensorflow/tfjs-core';
import { assertNumbers } from '../core/assert';
import { valuesByByte } from '../core/byteValues';
import { assertSpelled } from '../core/datasetNames';
import { describe, oneLine } from '../core/describe';
import { datasetHint } from '../core/hints';
import { UNKNOWN_CLASS } from '../core/labels';
import { sizeOf } from '../core/shape';
import { isBytes, isFloats } from '../core/typedArrays';
import { assertBackend } from '../host/backendTraits';
import type { Dataset } from './dataset';
import { classesAllowed, isCoarse, subsetOfExtras } from './extras';

/** Refuses what `createDataset` has not made, by a look at its parts and not at its values. */
export const assertDataset = (where: string, dataset: Dataset): void => {
  const { name, x, y, shape, classes, count } = dataset ?? {};
  const isArray = isBytes(x) || isFloats(x);
  const hasClasses = Number.isInteger(classes) && classes >= 1 && classes <= 255;
  if (
    typeof name !== 'string' ||
    !isArray ||
    !isBytes(y) ||
    y.length !== count ||
    !Array.isArray(shape) ||
    !hasClasses
  )
    throw new TypeError(
      `${where}: dataset is ${describe(dataset)}, needed a data set, such as createDataset makes${datasetHint('dataset', dataset)}`,
    );
  assertSpelled(where, 'dataset', dataset);
};

/** Refuses indices that the data set does not have. */
export const assertIndices = (
  where: string,
  name: string,
  indices: ArrayLike<number>,
  { name: set, count }: Dataset,
): void => {
  assertNumbers(where, name, indices);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    if (!(Number.isInteger(index) && index >= 0 && index < count))
      throw new RangeError(
        `${where}: ${name}[${i}] is ${describe(index)}, needed an integer from 0 to ${count - 1}, an example of "${oneLine(set)}"`,
      );
  }
};

/** Refuses examples of whose class nothing is known. */
export const assertKnown = (
  where: string,
  name: string,
  indices: ArrayLike<number>,
  dataset: Dataset,
): void => {
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    if (dataset.y[index] === UNKNOWN_CLASS && !isCoarse(dataset, dataset.classes, index))
      throw new RangeError(`${where}: ${name}[${i}] is ${index}, needed an example whose class is known`);
  }
};

const assertExamples = (where: string, dataset: Dataset, indices: ArrayLike<number>): void => {
  assertDataset(where, dataset);
  assertIndices(where, 'indices', indices, dataset);
};

/**
 * The inputs of some examples, as one tensor.
 *
 *   x_b = dataset.x[indices_b], bytes divided by 255 unless they are counts
 *
 * @param dataset where they come from
 * @param indices which examples, in this order; one may stand more than once
 * @returns [B, …shape], float32
 * @throws RangeError when an index is not an example of the set
 * @example gatherInputs(pair, [1]) // [[1]], for the pair of bytes 0 and 255 above
 */
export function gatherInputs(dataset: Dataset, indices: ArrayLike<number>): Tensor {
  assertBackend('gatherInputs');
  assertExamples('gatherInputs', dataset, indices);
  const { x, bytes, shape } = dataset;
  const byByte = valuesByByte(bytes);
  const size = sizeOf(shape);
  const values = new Float32Array(indices.length * size);
  for (let b = 0; b < indices.length; b++) {
    const from = (indices[b] as number) * size;
    const to = b * size;
    if (isFloats(x)) values.set(x.subarray(from, from + size), to);
    else for (let d = 0; d < size; d++) values[to + d] = byByte[x[from + d] as number] as number;
  }
  return tensor(values, [indices.length, ...shape], 'float32');
}

/**
 * The labels of some examples, one-hot; a coarse label is uniform over its classes.
 *
 * @param dataset where they come from
 * @param indices which examples, in this order
 * @returns [B, K]
 * @throws RangeError when an index is not an example of the set, or one whose class is not known
 * @example gatherLabels(pair, [1]) // [[0, 1]], for the pair of classes 0 and 1 above
 */
export function gatherLabels(dataset: Dataset, indices: ArrayLike<number>): Tensor2D {
  assertBackend('gatherLabels');
  assertExamples('gatherLabels', dataset, indices);
  assertKnown('gatherLabels', 'indices', indices, dataset);
  const { y, classes, allowed } = dataset;
  const values = new Float32Array(indices.length * classes);
  for (let b = 0; b < indices.length; b++) {
    const index = indices[b] as number;
    const label = y[index] as number;
    const share = 1 / classesAllowed(dataset, classes, index);
    if (label < classes) values[b * classes + label] = 1;
    else
      for (let k = 0; k < classes; k++)
        values[b * classes + k] = share * (allowed?.[index * classes + k] ?? 0);
  }
  return tensor2d(values, [indices.length, classes]);
}

/**
 * The data set of some of the examples, in the order given.
 *
 * @param dataset where they come from
 * @param indices which of them
 * @returns a data set with copies of their inputs and classes
 * @throws RangeError when there is no index, or one is not an example of the set
 * @example subset(pair, [1]).y // [1], for the pair of bytes 0 and 255 above
 */
export function subset(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  assertExamples('subset', dataset, indices);
  if (indices.length === 0) throw new RangeError('subset: indices are empty, needed at least one example');
  const size = sizeOf(dataset.shape);
  const x = isBytes(dataset.x)
    ? new Uint8Array(indices.length * size)
    : new Float32Array(indices.length * size);
  const y = new Uint8Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    x.set(dataset.x.subarray(index * size, (index + 1) * size), i * size);
    y[i] = dataset.y[index] as number;
  }
  const { paths } = dataset;
  return {
    ...dataset,
    x,
    y,
    count: indices.length,
    ...(paths && { paths: Array.from(indices, (index) => paths[index] as string) }),
    ...subsetOfExtras(dataset, dataset.count, indices),
  };
}
