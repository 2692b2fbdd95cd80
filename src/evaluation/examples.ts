/** The data that evaluation reads. */
import { tensor } from '@tensorflow/tfjs-core';
import { assertInteger, assertOneOf, recordOf } from '../core/assert';
import { BYTE_MEANINGS, type ByteMeaning } from '../core/byteValues';
import { assertClassNames, indicesOfNames } from '../core/classNames';
import { assertSpelled } from '../core/datasetNames';
import { describe } from '../core/describe';
import { assertExampleShape } from '../core/exampleShape';
import { assertZeroWhereMissing, observedOf } from '../core/extras';
import { datasetHint } from '../core/hints';
import { type InputSpec, parseInput } from '../core/inputs/registry';
import { readLabels } from '../core/labels';
import { integersFrom, number, seedStream } from '../core/options';
import { sizeOf } from '../core/shape';
import { arrayKind, inputValues, isBytes } from '../core/typedArrays';
import { covariateRows } from '../models/covariates';
import { assertSameClasses, assertSameInputs, assertSameReading } from '../models/fits';
import { assertBytesFit } from '../models/inputs';
import type { BoundContext, Classifier, Known, Model } from '../models/model';
import { type Inputs, type OpenedInputs, openInputs } from '../models/openInputs';

/** Inputs to evaluate on; a data set of the library is one as it stands. */
export interface Examples {
  /**
   * N examples: bytes (value / 255, or counts), float32 values or numbers one after another, or a float32 tensor [N, …]; or
   * raw inputs, for a model that reads such
   */
  readonly x: Inputs;
  /** what bytes stand for, as a data set says; default what the model's likelihood takes them for */
  readonly bytes?: ByteMeaning;
  /** how x was read from raw inputs, as a data set says; the model must read them so too */
  readonly input?: InputSpec;
  /** shape of one example, as a data set says; it must be that of the model */
  readonly shape?: readonly number[];
  /** K, as a data set says; it must be that of the model */
  readonly classes?: number;
  /** names of the classes, as a data set says; they must be those of the model if both have some */
  readonly classNames?: readonly string[];
  /** what is known of each example beside x, such as its domain, N × C; for models that read it */
  readonly covariates?: ArrayLike<number>;
  /** 1 where a value of x is known and 0 where it is missing, N × prod(shape); bounds leave missing values out */
  readonly observed?: ArrayLike<number>;
}

/** Examples that are checked against a model. */
export interface OpenedExamples extends OpenedInputs {
  /** covariates and observed values of a range of examples, for the context of a bound; the tensors are the caller's */
  knownBetween(from: number, to: number): Pick<BoundContext, 'covariates' | 'observed'>;
  /** covariates alone, for what reads no bound */
  covariatesBetween(from: number, to: number): Known;
}

/** Inputs with the class of each. */
export interface LabeledExamples extends Examples {
  /**
   * class indices, N integers from 0 to K − 1; −1 (or 255) where one is not known. Or the names that the model has for its
   * classes; nothing or an empty text where one is not known. Where these names are numbers, indices are in a typed array
   */
  readonly y: ArrayLike<number | bigint | string | null | undefined>;
}

/** The values of inputs that `openInputs` took; none of raw ones, which tell themselves what is missing. */
const valuesOf = async (x: Inputs): Promise<ArrayLike<number>> => {
  if (Array.isArray(x)) return typeof x[0] === 'number' ? x : [];
  return inputValues(x) ?? ('data' in x && typeof x.data === 'function' ? await x.data() : []);
};

/**
 * Checks inputs against a model.
 *
 * @param where name of the calling function, for the message
 * @throws TypeError or RangeError as `openInputs`; RangeError when there is no example
 */
export async function openExamples(where: string, data: Examples, model: Model): Promise<OpenedExamples> {
  const { x, bytes } = data;
  const { input, shape, classes, classNames } = data;
  if (shape !== undefined) {
    assertExampleShape(where, 'shape', shape);
    assertSameInputs(where, model, shape);
  }
  if (bytes !== undefined) assertOneOf(where, 'bytes', bytes, BYTE_MEANINGS);
  if (classes !== undefined) assertInteger(where, 'classes', classes);
  const { classes: known, classNames: named } = model as Partial<Classifier>;
  if (named && known !== undefined) assertClassNames(where, 'model.classNames', named, known);
  if (classNames !== undefined)
    assertClassNames(where, 'classNames', classNames, classes ?? known ?? classNames?.length);
  assertSameClasses(where, model, classes, classNames);
  assertSameReading(where, model, input === undefined ? undefined : parseInput(where, input));
  if (isBytes(x)) assertBytesFit(where, model, bytes);
  const opened = await openInputs(where, 'x', x, model, input !== undefined);
  if (opened.count === 0) throw new RangeError(`${where}: x holds no example, needed at least one`);
  const { count } = opened;
  const place = { where, prefix: '' };
  const size = sizeOf(model.inputShape);
  const observed = data.observed === undefined ? undefined : observedOf(place, data.observed, count * size);
  if (observed) assertZeroWhereMissing(place, 'x', await valuesOf(x), observed);
  const covariatesBetween = covariateRows(where, model, data.covariates, count);
  return {
    ...opened,
    covariatesBetween,
    knownBetween: (from, to) => ({
      ...(observed && {
        observed: tensor(observed.slice(from * size, to * size), [to - from, ...model.inputShape]),
      }),
      ...covariatesBetween(from, to),
    }),
  };
}

/** Examples with labels, checked against a classifier. */
export interface OpenedLabeled {
  readonly examples: OpenedExamples;
  /** the class of each example, −1 where it is not known */
  readonly labels: Int32Array;
}

/**
 * Checks inputs and classes against a classifier.
 *
 * @param where name of the calling function, for the message
 * @returns the examples, and the class of each, −1 where it is not known
 * @throws TypeError or RangeError as `openExamples`; RangeError when a label is not a class, or no class is known
 */
export async function openLabeled(
  where: string,
  data: LabeledExamples,
  model: Model & Pick<Classifier, 'classes' | 'classNames'>,
): Promise<OpenedLabeled> {
  assertExamples(where, data);
  const examples = await openExamples(where, data, model);
  const { classes, classNames } = model;
  const indices = indicesOfNames(where, 'y', data.y, classNames);
  const labels = readLabels(where, 'y', indices, examples.count, classes);
  if (!labels.some((label) => label >= 0))
    throw new RangeError(
      `${where}: y holds no class that is known among ${examples.count}, needed at least one`,
    );
  return { examples, labels };
}

/** More draws of each example than that take days. */
export const MOST_SAMPLES = 1e6;

/** How the options of a bound's estimate are read. */
export const drawRules = () => ({
  samples: number(integersFrom(1, MOST_SAMPLES)),
  batchSize: number(integersFrom(1), 100),
  seed: seedStream(),
});

/** Refuses anything but a record of inputs. */
export function assertExamples(where: string, data: Examples, name = 'data'): void {
  const hint = datasetHint(name, recordOf(where, data, name));
  if (hint !== '' || Array.isArray(data) || arrayKind(data) || 'dataSync' in data)
    throw new TypeError(`${where}: ${name} is ${describe(data)}, needed { x, y }, such as a data set${hint}`);
  assertSpelled(where, name, data);
}

/** Refuses the bound of an example that is NaN. */
export function assertBound(where: string, example: number, bound: number): void {
  if (Number.isNaN(bound))
    throw new RangeError(
      `${where}: the bound of example ${example} is NaN, needed finite inputs and weights, and a likelihood that is finite at them`,
    );
}
