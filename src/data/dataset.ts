/** Examples with classes, as plain arrays: images stay bytes until a batch is made. */
import { type Tensor, type Tensor2D, tensor, tensor2d } from '@tensorflow/tfjs-core';
import {
  assertInteger,
  assertNumber,
  assertNumbers,
  type OptionNames,
  optionsOf,
  recordOf,
} from '../core/assert';
import { describe, formatShape } from '../core/describe';
import { datasetHint, valuesHint } from '../core/hints';
import { classOf, fromOneHint, UNKNOWN_CLASS } from '../core/labels';
import { assertNotRgba, rgbaHint } from '../core/pixels';
import { sizeOf } from '../core/shape';
import { arrayKind, inputValues, isBytes, isFloats, ownBytes } from '../core/typedArrays';
import { unitOf } from '../core/unitInterval';

/** A set of examples, one class each, some or all of which may be unknown. */
export interface Dataset {
  /** what the set is called in tables and messages */
  readonly name: string;
  /** inputs, count × prod(shape), row-major (images: height, width, channels); a byte means value / 255 */
  readonly x: Uint8Array | Float32Array;
  /** class of each example, 0 … classes − 1, or {@link UNKNOWN_CLASS} */
  readonly y: Uint8Array;
  /** shape of one example, such as [28, 28, 1] or [2] */
  readonly shape: readonly number[];
  /** number of classes, K */
  readonly classes: number;
  /** number of examples */
  readonly count: number;
}

/** What a {@link Dataset} is made of; a data set is one itself. */
export interface CreateDatasetOptions {
  /** what the set is called in tables and messages */
  readonly name: string;
  /** inputs, count × prod(shape), row-major; bytes, a canvas's clamped ones too, stand for value / 255 */
  readonly x: Uint8Array | Uint8ClampedArray | Float32Array;
  /** class of each example; −1 (or {@link UNKNOWN_CLASS}) where it is not known. Default: no class is known */
  readonly y?: ArrayLike<number | bigint>;
  /** shape of one example */
  readonly shape: readonly number[];
  /** number of classes, K, at most 255 */
  readonly classes: number;
}

// A data set is made of one as well.
const NAMES: OptionNames<CreateDatasetOptions & Dataset> = {
  name: true,
  x: true,
  y: true,
  shape: true,
  classes: true,
  count: true,
};

const toClasses = (
  where: string,
  name: string,
  y: ArrayLike<number | bigint>,
  classes: number,
): Uint8Array => {
  const labels = isBytes(y) ? ownBytes(y) : new Uint8Array(y.length);
  for (let i = 0; i < y.length; i++) {
    const index = classOf(y[i], classes);
    if (index === undefined) {
      throw new RangeError(
        `${where}: ${name}[${i}] is ${describe(y[i])}, needed an integer from 0 to ${classes - 1}, or -1 for an unknown class${fromOneHint(y, classes)}`,
      );
    }
    labels[i] = index < 0 ? UNKNOWN_CLASS : index;
  }
  return labels;
};

/** How other arrays of numbers become inputs. */
const conversionOf = (name: string, x: unknown): string =>
  arrayKind(x) || Array.isArray(x)
    ? `: Float32Array.from(${name}, Number), divided by 255 where they are bytes`
    : typeof x === 'object' && x !== null && 'dtype' in x
      ? ': tensorDataset takes tensors'
      : '';

/**
 * Checks what a data set is made of.
 *
 * @param where name of the calling function, for the message
 * @param prefix what stands before an argument's name in the message, e.g. `dataset.`
 * @param labels what the caller calls the labels
 * @throws TypeError and RangeError as {@link createDataset}
 */
export function checkDataset(
  where: string,
  prefix: string,
  given: CreateDatasetOptions,
  labels = `${prefix}y`,
): Dataset {
  const { name, x, y, shape, classes } = recordOf(where, given, prefix.slice(0, -1) || 'options');
  const argument = prefix.slice(0, -1) || 'options';
  const hint = datasetHint(argument, given);
  if (hint !== '')
    throw new TypeError(`${where}: ${argument} is ${describe(given)}, needed a data set${hint}`);
  if (typeof name !== 'string')
    throw new TypeError(`${where}: ${prefix}name is ${describe(name)}, needed a text`);
  if (!Array.isArray(shape)) {
    throw new TypeError(
      `${where}: ${prefix}shape is ${describe(shape)}, needed the shape of one example, e.g. [28, 28, 1]`,
    );
  }
  for (const [axis, size] of shape.entries()) assertInteger(where, `${prefix}shape[${axis}]`, size);
  assertNumber(
    where,
    `${prefix}classes`,
    classes,
    'an integer from 1 to 255',
    (k) => Number.isInteger(k) && k >= 1 && k <= 255,
  );
  const values = inputValues(x);
  if (values === undefined) {
    throw new TypeError(
      `${where}: ${prefix}x is ${describe(x)}, needed a Uint8Array or a Float32Array${conversionOf(`${prefix}x`, x)}`,
    );
  }
  const size = sizeOf(shape);
  if (y !== undefined && (typeof y !== 'object' || !Number.isInteger(y?.length))) {
    throw new TypeError(
      `${where}: ${labels} is ${describe(y)}, needed an array of class indices${valuesHint(labels, y)}`,
    );
  }
  // Where labels tell how many examples there are, nothing can be taken for more of them.
  if (y === undefined) assertNotRgba(where, `${prefix}x`, x, shape);
  const count = y?.length ?? x.length / size;
  if (count === 0)
    throw new RangeError(`${where}: ${y ? labels : `${prefix}x`} is empty, needed at least one example`);
  if (!Number.isInteger(count))
    throw new RangeError(
      `${where}: ${prefix}x has ${x.length} values, needed a multiple of ${size} for examples ${formatShape(shape)}${rgbaHint(x.length, shape)}`,
    );
  if (x.length !== count * size) {
    throw new RangeError(
      `${where}: ${prefix}x has ${x.length} values, needed ${count * size} = ${count} labels × shape ${formatShape(shape)}${rgbaHint(x.length, shape)}`,
    );
  }
  if (isFloats(values)) {
    // A loop: data sets of 10⁸ values are looked through here, and a callback for each takes seconds.
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i]))
        throw new RangeError(`${where}: ${prefix}x[${i}] is ${values[i]}, needed finite numbers`);
    }
  }
  const known = y ? toClasses(where, labels, y, classes) : new Uint8Array(count).fill(UNKNOWN_CLASS);
  return { name, x: values, y: known, shape: [...shape], classes, count };
}

/**
 * A data set out of plain arrays, checked once so that nothing behind it need check again.
 *
 * The arrays are kept, not copied: do not write to them afterwards. Tensors are read by `tensorDataset`. Where a class is not
 * known, −1 stands in its place, or `y` is left out: `splitDataset` then takes labelled and held-back examples from the others.
 *
 * @param options name, inputs, classes of the examples, shape of one example, number of classes
 * @returns the set, with its count
 * @throws TypeError when `x` is neither bytes nor float32, or `y` or `shape` is no array
 * @throws RangeError when lengths do not fit each other, a label is no class, an input is NaN or infinite, the set is
 * empty, or without `y` a canvas's pixels with alpha would be read as several examples
 * @example createDataset({ name: 'pair', x: new Uint8Array([0, 255]), y: [0, 1], shape: [1], classes: 2 }).count // 2
 * @example createDataset({ name: 'mostly unlabelled', x: new Uint8Array([0, 255, 3]), y: [0, 1, -1], shape: [1], classes: 2 }).y // [0, 1, 255]
 */
export function createDataset(options: CreateDatasetOptions): Dataset {
  return checkDataset('createDataset', '', optionsOf('createDataset', options, NAMES));
}

/** Refuses what `createDataset` has not made, by a look at its parts and not at its values. */
export const assertDataset = (where: string, dataset: Dataset): void => {
  const { x, y, shape, count } = dataset ?? {};
  const isArray = isBytes(x) || isFloats(x);
  if (!isArray || !isBytes(y) || y.length !== count || !Array.isArray(shape))
    throw new TypeError(
      `${where}: dataset is ${describe(dataset)}, needed a data set, such as createDataset makes${datasetHint('dataset', dataset)}`,
    );
};

const assertIndices = (where: string, dataset: Dataset, indices: ArrayLike<number>): void => {
  assertDataset(where, dataset);
  assertNumbers(where, 'indices', indices);
  const { count } = dataset;
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    if (!(Number.isInteger(index) && index >= 0 && index < count)) {
      throw new RangeError(
        `${where}: indices[${i}] is ${describe(index)}, needed an integer from 0 to ${count - 1}`,
      );
    }
  }
};

/**
 * The inputs of some examples, as one tensor.
 *
 *   x_b = dataset.x[indices_b], bytes divided by 255
 *
 * @param dataset where they come from
 * @param indices which examples, in this order; one may stand more than once
 * @returns [B, …shape], float32
 * @throws RangeError when an index is no example of the set
 * @example gatherInputs(pair, [1]) // [[1]], for the pair of bytes 0 and 255 above
 */
export function gatherInputs(dataset: Dataset, indices: ArrayLike<number>): Tensor {
  assertIndices('gatherInputs', dataset, indices);
  const { x, shape } = dataset;
  const size = sizeOf(shape);
  const values = new Float32Array(indices.length * size);
  for (let b = 0; b < indices.length; b++) {
    const from = (indices[b] as number) * size;
    const to = b * size;
    if (isFloats(x)) values.set(x.subarray(from, from + size), to);
    else for (let d = 0; d < size; d++) values[to + d] = unitOf(x[from + d] as number);
  }
  return tensor(values, [indices.length, ...shape], 'float32');
}

/**
 * The labels of some examples, one-hot.
 *
 * @param dataset where they come from
 * @param indices which examples, in this order
 * @returns [B, K]
 * @throws RangeError when an index is no example of the set, or one whose class is not known
 * @example gatherLabels(pair, [1]) // [[0, 1]], for the pair of classes 0 and 1 above
 */
export function gatherLabels(dataset: Dataset, indices: ArrayLike<number>): Tensor2D {
  assertIndices('gatherLabels', dataset, indices);
  const { y, classes } = dataset;
  const values = new Float32Array(indices.length * classes);
  for (let b = 0; b < indices.length; b++) {
    const label = y[indices[b] as number] as number;
    if (label === UNKNOWN_CLASS)
      throw new RangeError(`gatherLabels: the class of example ${indices[b]} is unknown, needed a known one`);
    values[b * classes + label] = 1;
  }
  return tensor2d(values, [indices.length, classes]);
}

/**
 * The data set of some of the examples, in the order given.
 *
 * @param dataset where they come from
 * @param indices which of them
 * @returns a data set with copies of their inputs and classes
 * @throws RangeError when there is no index, or one is no example of the set
 * @example subset(pair, [1]).y // [1], for the pair of bytes 0 and 255 above
 */
export function subset(dataset: Dataset, indices: ArrayLike<number>): Dataset {
  assertIndices('subset', dataset, indices);
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
  return { ...dataset, x, y, count: indices.length };
}
