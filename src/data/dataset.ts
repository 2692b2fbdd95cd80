/** Examples with classes, as plain arrays: images stay bytes until a batch is made. */
import { type Tensor, type Tensor2D, tensor, tensor2d } from '@tensorflow/tfjs-core';
import { assertInteger, assertNumbers, recordOf } from '../core/assert';
import { BYTE_MEANINGS, type ByteMeaning, valuesByByte } from '../core/byteValues';
import { assertClassNames } from '../core/classNames';
import { assertSpelled, type DATASET_NAMES } from '../core/datasetNames';
import { describe, formatShape, oneLine } from '../core/describe';
import { datasetHint } from '../core/hints';
import { type InputSpec, parseInput, shapeOfInput } from '../core/inputs/registry';
import { readLabels, UNKNOWN_CLASS } from '../core/labels';
import {
  checked,
  integersFrom,
  number,
  oneOf,
  optional,
  type Rule,
  readOptions,
  text,
  unchecked,
} from '../core/options';
import { assertNotRgba, rgbaHint } from '../core/pixels';
import { sameShape, sizeOf } from '../core/shape';
import { arrayKind, inputValues, isBytes, isFloats, ownBytes } from '../core/typedArrays';
import { isListOf, isRecord, isString, type Json } from '../files/json';
import { assertBackend } from '../host/backendTraits';
import {
  classesAllowed,
  type Extras,
  type ExtrasOptions,
  extrasOf,
  isCoarse,
  subsetOfExtras,
} from './extras';

/** A likelihood by its name and its choices. */
export interface LikelihoodJson {
  /** name of the likelihood */
  readonly kind: string;
  readonly [choice: string]: Json;
}

/** A set of examples, one class each, some or all of which may be unknown. */
export interface Dataset extends Extras {
  /** what the set is called in tables and messages */
  readonly name: string;
  /** inputs, count × prod(shape), row-major (images: height, width, channels) */
  readonly x: Uint8Array | Float32Array;
  /** what a byte of `x` stands for: value / 255, or a count; default `'unit'` */
  readonly bytes?: ByteMeaning;
  /** class of each example, 0 … classes − 1, or {@link UNKNOWN_CLASS} */
  readonly y: Uint8Array;
  /** shape of one example, such as [28, 28, 1] or [2] */
  readonly shape: readonly number[];
  /** number of classes, K */
  readonly classes: number;
  /** what the classes are called, one name for each; absent where they have none */
  readonly classNames?: readonly string[];
  /** the likelihood that the inputs are for, as JSON: `spec` of one of the library's. Models take it from their `data` */
  readonly likelihood?: LikelihoodJson;
  /** number of examples */
  readonly count: number;
  /** how `x` was read from raw inputs, where it was: a model made for the data reads new ones so */
  readonly input?: InputSpec;
  /** what was noticed when raw inputs were read, such as columns that were left out */
  readonly notes?: readonly string[];
}

/** What a {@link Dataset} is made of; a data set is one itself. */
export interface CreateDatasetOptions extends ExtrasOptions {
  /** what the set is called in tables and messages */
  readonly name: string;
  /** inputs, count × prod(shape), row-major; bytes may be a canvas's clamped ones */
  readonly x: Uint8Array | Uint8ClampedArray | Float32Array;
  /**
   * what a byte of `x` stands for: `'unit'`, value / 255, as pixels do; or `'counts'`, the number that it is, where the
   * model's likelihood reads bytes so. Default `'unit'`
   */
  readonly bytes?: ByteMeaning;
  /** class of each example; −1 (or {@link UNKNOWN_CLASS}) where it is not known. Default: no class is known */
  readonly y?: ArrayLike<number | bigint>;
  /** shape of one example */
  readonly shape: readonly number[];
  /** number of classes, K, at most 255 */
  readonly classes: number;
  /** what the classes are called, one name for each; default none */
  readonly classNames?: readonly string[];
  /** how `x` was read from raw inputs, as `columns`, `vectors`, `text` and `images` say; default none */
  readonly input?: InputSpec;
  /** what was noticed then; default nothing */
  readonly notes?: readonly string[];
  /** the likelihood that the inputs are for: `spec` of one of the library's, such as `mixed({ blocks }).spec`; default none */
  readonly likelihood?: LikelihoodJson;
}

/** How other arrays of numbers become inputs. */
const conversionOf = (name: string, x: unknown): string =>
  arrayKind(x) || Array.isArray(x)
    ? `: Float32Array.from(${name}, Number), divided by 255 where they are bytes`
    : typeof x === 'object' && x !== null && 'dtype' in x
      ? ': tensorDataset takes tensors'
      : '';

const assertExampleShape = (where: string, name: string, shape: readonly number[]): void => {
  if (!Array.isArray(shape))
    throw new TypeError(
      `${where}: ${name} is ${describe(shape)}, needed the shape of one example, e.g. [28, 28, 1]`,
    );
  for (const [axis, size] of shape.entries()) assertInteger(where, `${name}[${axis}]`, size);
};

const assertInputs = (where: string, name: string, x: CreateDatasetOptions['x']): void => {
  if (inputValues(x) === undefined)
    throw new TypeError(
      `${where}: ${name} is ${describe(x)}, needed a Uint8Array or a Float32Array${conversionOf(name, x)}`,
    );
};

const assertNotes = (where: string, name: string, notes: readonly string[]): void => {
  if (!isListOf(isString)(notes))
    throw new TypeError(`${where}: ${name} is ${describe(notes)}, needed an array of texts`);
};

/** Refuses a specification of inputs of another shape. */
const assertInputFits = (where: string, name: string, input: InputSpec, shape: readonly number[]): void => {
  const read = shapeOfInput(input);
  if (!sameShape(read, shape))
    throw new RangeError(
      `${where}: ${name} gives examples ${formatShape(read)}, needed those of the shape, ${formatShape(shape)}`,
    );
};

const assertLikelihood = (where: string, name: string, likelihood: LikelihoodJson): void => {
  if (!isRecord(likelihood) || !isString(likelihood.kind))
    throw new TypeError(
      `${where}: ${name} is ${describe(likelihood)}, needed JSON with a kind, such as poisson.spec`,
    );
};

const datasetRules = () =>
  ({
    name: text(),
    x: checked(assertInputs),
    bytes: optional(oneOf(BYTE_MEANINGS)),
    y: optional(checked(assertNumbers)),
    shape: checked(assertExampleShape),
    classes: number(integersFrom(1, 255)),
    // Checked once the number of classes is known.
    classNames: optional(unchecked<readonly string[]>()),
    input: optional<InputSpec>((where, _, input) => parseInput(where, input)),
    notes: optional(checked<readonly string[]>(assertNotes)),
    likelihood: optional(checked(assertLikelihood)),
    // Their contents are checked once the number of examples is known.
    allowed: optional(unchecked<NonNullable<ExtrasOptions['allowed']>>()),
    weight: optional(unchecked<ArrayLike<number>>()),
    covariates: optional(unchecked<ArrayLike<number>>()),
    observed: optional(unchecked<ArrayLike<number>>()),
  }) satisfies Record<Exclude<(typeof DATASET_NAMES)[number], 'count'>, Rule<unknown>>;

/** Number of examples, as the labels tell where there are some, and else the inputs. */
const countOf = (
  where: string,
  { x: xName, y: yName }: { readonly x: string; readonly y: string },
  { x, y, shape }: CreateDatasetOptions,
): number => {
  const size = sizeOf(shape);
  // Where labels tell how many examples there are, nothing can be taken for more of them.
  if (y === undefined) assertNotRgba(where, xName, x, shape);
  const count = y?.length ?? x.length / size;
  if (count === 0)
    throw new RangeError(`${where}: ${y ? yName : xName} is empty, needed at least one example`);
  const needed = Number.isInteger(count)
    ? `${count * size} = ${count} labels × shape ${formatShape(shape)}`
    : `a multiple of ${size} for examples ${formatShape(shape)}`;
  if (x.length !== count * size || !Number.isInteger(count))
    throw new RangeError(
      `${where}: ${xName} has ${x.length} values, needed ${needed}${rgbaHint(x.length, shape)}`,
    );
  return count;
};

/** A data set of parts that are of the right kinds, once they fit each other. */
const datasetOf = (
  where: string,
  names: { readonly x: string; readonly y: string },
  parts: CreateDatasetOptions,
): Dataset => {
  const { name, bytes, y, shape, classes, classNames, input, notes, likelihood } = parts;
  const prefix = names.x.replace(/x$/, '');
  if (input) assertInputFits(where, `${prefix}input`, input, shape);
  if (classNames !== undefined) assertClassNames(where, `${prefix}classNames`, classNames, classes);
  const count = countOf(where, names, parts);
  const x = inputValues(parts.x) as Dataset['x'];
  const { observed } = parts;
  // `extrasOf` refuses another length.
  if (observed?.length === x.length)
    for (let i = 0; i < x.length; i++)
      if (observed[i] === 0 && x[i] !== 0)
        throw new RangeError(
          `${where}: ${names.x}[${i}] is ${x[i]} where ${prefix}observed is 0, needed 0: a missing value is 0 in ${names.x}`,
        );
  if (isFloats(x)) {
    // A loop: data sets of 10⁸ values are looked through here, and a callback for each takes seconds.
    for (let i = 0; i < x.length; i++) {
      if (!Number.isFinite(x[i]))
        throw new RangeError(`${where}: ${names.x}[${i}] is ${x[i]}, needed finite numbers`);
    }
  }
  const indices = y && readLabels(where, names.y, y, count, classes);
  // As a byte, −1 is 255.
  const labels = indices ? new Uint8Array(indices) : new Uint8Array(count).fill(UNKNOWN_CLASS);
  const own = isBytes(y) && parts.allowed === undefined ? ownBytes(y) : labels;
  const extras = extrasOf({ where, prefix, count, shape, classes }, parts, own);
  return {
    name,
    x,
    ...(bytes !== undefined && { bytes }),
    y: own,
    shape: [...shape],
    classes,
    ...(classNames && { classNames: [...classNames] }),
    ...(likelihood && { likelihood }),
    count,
    ...(input && { input }),
    ...(notes && { notes: [...notes] }),
    ...extras,
  };
};

/**
 * The data set that an argument is, or is made of. What else it holds is left aside, unless it is a misspelled part.
 *
 * @param where name of the calling function, for the message
 * @param argument its name; `options` where its parts are arguments themselves
 * @param labels what the caller calls the labels
 * @throws TypeError and RangeError as {@link createDataset}
 */
export function checkDataset(
  where: string,
  argument: string,
  given: CreateDatasetOptions,
  labels?: string,
): Dataset {
  const { name, x, bytes, y, shape, classes, classNames, input, notes, likelihood, ...extras } = recordOf(
    where,
    given,
    argument,
  );
  const { allowed, weight, covariates, observed } = extras;
  const hint = datasetHint(argument, given);
  if (hint !== '')
    throw new TypeError(`${where}: ${argument} is ${describe(given)}, needed a data set${hint}`);
  assertSpelled(where, argument, given);
  const parts = readOptions<CreateDatasetOptions, ReturnType<typeof datasetRules>>(
    where,
    {
      name,
      x,
      shape,
      classes,
      ...(bytes !== undefined && { bytes }),
      ...(y !== undefined && { y }),
      ...(classNames !== undefined && { classNames }),
      ...(input !== undefined && { input }),
      ...(notes !== undefined && { notes }),
      ...(likelihood !== undefined && { likelihood }),
      ...(allowed !== undefined && { allowed }),
      ...(weight !== undefined && { weight }),
      ...(covariates !== undefined && { covariates }),
      ...(observed !== undefined && { observed }),
    },
    datasetRules(),
    argument,
  );
  const prefix = argument === 'options' ? '' : `${argument}.`;
  return datasetOf(where, { x: `${prefix}x`, y: labels ?? `${prefix}y` }, parts);
}

/**
 * A data set out of plain arrays, checked once so that nothing behind it need check again.
 *
 * The arrays are kept, not copied: do not write to them afterwards. Tensors are read by `tensorDataset`. If a class is not
 * known, write −1, or leave `y` out: `splitDataset` then takes labeled and held-back examples from the others.
 *
 * @param options name, inputs, classes of the examples, shape of one example, number of classes
 * @returns the set, with its count
 * @throws TypeError when `x` is neither bytes nor float32, or `y` or `shape` is not an array
 * @throws RangeError when lengths do not fit each other, a label is not a class, an input is NaN or infinite, the set is
 * empty, or without `y` a canvas's pixels with alpha would be read as several examples
 * @example createDataset({ name: 'pair', x: new Uint8Array([0, 255]), y: [0, 1], shape: [1], classes: 2 }).count // 2
 * @example createDataset({ name: 'mostly unlabelled', x: new Uint8Array([0, 255, 3]), y: [0, 1, -1], shape: [1], classes: 2 }).y // [0, 1, 255]
 */
export function createDataset(options: CreateDatasetOptions): Dataset {
  // A data set is made of one as well, which has a count.
  const given: CreateDatasetOptions & { readonly count?: number } = options;
  const parts = readOptions('createDataset', given, { ...datasetRules(), count: unchecked() });
  return datasetOf('createDataset', { x: 'x', y: 'y' }, parts);
}

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
  return { ...dataset, x, y, count: indices.length, ...subsetOfExtras(dataset, dataset.count, indices) };
}
