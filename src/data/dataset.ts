/** Examples with classes, as plain arrays: images stay bytes until a batch is made. */
import { recordOf } from '../core/assert';
import type { ByteMeaning } from '../core/byteValues';
import { assertClassNames } from '../core/classNames';
import { assertSpelled } from '../core/datasetNames';
import { describe, formatShape } from '../core/describe';
import { assertZeroWhereMissing } from '../core/extras';
import { datasetHint } from '../core/hints';
import { type InputSpec, shapeOfInput } from '../core/inputs/registry';
import { readLabels, UNKNOWN_CLASS } from '../core/labels';
import { readOptions, unchecked } from '../core/options';
import { assertNotRgba, rgbaHint } from '../core/pixels';
import { sameShape, sizeOf } from '../core/shape';
import { inputValues, isBytes, isFloats, ownBytes } from '../core/typedArrays';
import { datasetRules, type LikelihoodJson } from './datasetRules';
import { type Extras, type ExtrasOptions, extrasOf } from './extras';

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
  /** the file of each example, where each has one: below the folder that was read, divided by slashes */
  readonly paths?: readonly string[];
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
  /** the file of each example, one path each; default none */
  readonly paths?: readonly string[];
  /** the likelihood that the inputs are for: `spec` of one of the library's, such as `mixed({ blocks }).spec`; default none */
  readonly likelihood?: LikelihoodJson;
}

/** Refuses a specification of inputs of another shape. */
const assertInputFits = (where: string, name: string, input: InputSpec, shape: readonly number[]): void => {
  const read = shapeOfInput(input);
  if (!sameShape(read, shape))
    throw new RangeError(
      `${where}: ${name} gives examples ${formatShape(read)}, needed those of the shape, ${formatShape(shape)}`,
    );
};

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

/** The class of each example as a byte, 255 where it is not known; bytes are kept unless coarse labels change them. */
const labelsOf = (
  where: string,
  name: string,
  { y, classes, allowed }: CreateDatasetOptions,
  count: number,
): Uint8Array => {
  if (y === undefined) return new Uint8Array(count).fill(UNKNOWN_CLASS);
  const areKnown = isBytes(y) && y.every((label) => label < classes || label === UNKNOWN_CLASS);
  if (areKnown) return allowed === undefined ? ownBytes(y) : Uint8Array.from(y);
  // As a byte, −1 is 255.
  return new Uint8Array(readLabels(where, name, y, count, classes));
};

/** A data set of parts that are of the right kinds, once they fit each other. */
const datasetOf = (
  where: string,
  names: { readonly x: string; readonly y: string },
  parts: CreateDatasetOptions,
): Dataset => {
  const { name, bytes, shape, classes, classNames, input, notes, paths, likelihood } = parts;
  const prefix = names.x.replace(/x$/, '');
  if (input) assertInputFits(where, `${prefix}input`, input, shape);
  if (classNames !== undefined) assertClassNames(where, `${prefix}classNames`, classNames, classes);
  const count = countOf(where, names, parts);
  if (paths && paths.length !== count)
    throw new RangeError(
      `${where}: ${prefix}paths has ${paths.length} entries, needed ${count}, one for each example`,
    );
  const x = inputValues(parts.x) as Dataset['x'];
  const { observed } = parts;
  // `extrasOf` refuses another length.
  if (observed?.length === x.length) assertZeroWhereMissing({ where, prefix }, names.x, x, observed);
  if (isFloats(x)) {
    // A loop: data sets of 10⁸ values are looked through here, and a callback for each takes seconds.
    for (let i = 0; i < x.length; i++) {
      if (!Number.isFinite(x[i]))
        throw new RangeError(`${where}: ${names.x}[${i}] is ${x[i]}, needed finite numbers`);
    }
  }
  const own = labelsOf(where, names.y, parts, count);
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
    ...(paths && { paths: [...paths] }),
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
  const { name, x, bytes, y, shape, classes, classNames, input, notes, paths, likelihood, ...extras } =
    recordOf(where, given, argument);
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
      ...(paths !== undefined && { paths }),
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
