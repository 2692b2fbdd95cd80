/** What a ready model takes from the data set that it is made for. */
import { assertEntries, assertInteger, assertOneOf, recordOf } from '../core/assert';
import { BYTE_MEANINGS, type ByteMeaning } from '../core/byteValues';
import { assertClassNames, assertSameNames } from '../core/classNames';
import { assertSpelled } from '../core/datasetNames';
import { describe, formatShape } from '../core/describe';
import { assertExampleShape } from '../core/exampleShape';
import { datasetHint } from '../core/hints';
import { type InputSpec, parseInput, shapeOfInput } from '../core/inputs/registry';
import { integersFrom, number, type Rule } from '../core/options';
import { sameShape } from '../core/shape';
import { inputValues, isBytes } from '../core/typedArrays';
import * as bernoulli from '../distributions/bernoulli';
import { gaussianObservation } from '../distributions/gaussianObservation';
import type { Likelihood } from '../distributions/likelihood';
import { assertBytesFit } from './inputs';
import { assertLikelihood, likelihoodOf, parseLikelihood } from './likelihoods';

/** A data set, as far as a model is made for it: `createDataset` and its siblings make one. */
export interface ModelData {
  /** inputs, one after another */
  readonly x: Uint8Array | Uint8ClampedArray | Float32Array;
  /** what a byte of `x` means; default `'unit'`, value / 255 */
  readonly bytes?: ByteMeaning;
  /** shape of one example */
  readonly shape: readonly number[];
  /** number of classes, K */
  readonly classes: number;
  /** what the classes are called; default: their indices */
  readonly classNames?: readonly string[];
  /** how the inputs were read from raw ones; default: they are numbers as they are */
  readonly input?: InputSpec;
  /** the likelihood of the inputs, as JSON: `spec` of one of the library's; default: what fits the values */
  readonly likelihood?: NonNullable<Likelihood['spec']>;
}

/** The option `data`, which may be left out. */
export const modelData = (): Rule<ModelData | undefined> => (where, name, data) => {
  if (data === undefined) return undefined;
  const { x, shape, classes, classNames, bytes } = recordOf(where, data as ModelData, name);
  if (inputValues(x) === undefined || !Array.isArray(shape) || typeof classes !== 'number')
    throw new TypeError(
      `${where}: ${name} is ${describe(data)}, needed a data set, such as createDataset makes${datasetHint(name, data)}`,
    );
  assertSpelled(where, name, data as ModelData);
  assertExampleShape(where, `${name}.shape`, shape);
  assertInteger(where, `${name}.classes`, classes);
  if (bytes !== undefined) assertOneOf(where, `${name}.bytes`, bytes, BYTE_MEANINGS);
  if (classNames !== undefined) assertClassNames(where, `${name}.classNames`, classNames, classes);
  return data as ModelData;
};

/** The shape of one example: the option, or the data's. */
const inputShapeOf = (
  where: string,
  data: ModelData | undefined,
  inputShape: readonly number[] | undefined,
): readonly number[] => {
  const shape = inputShape === undefined ? (data?.shape as readonly number[]) : inputShape;
  assertExampleShape(where, 'inputShape', shape);
  if (data && !sameShape(shape, data.shape))
    throw new RangeError(
      `${where}: inputShape is ${formatShape(shape)}, the data has ${formatShape(data.shape)}; needed the same shape, or inputShape left out`,
    );
  return shape;
};

/** Values this close to 0 … 1 are rounded, and training tells how to clamp them. */
const ROUNDING = 1e-6;

/**
 * A likelihood that values have a density under: Bernoulli for those in [0, 1], else Gaussian.
 *
 * @throws RangeError for counts and for other whole numbers from 0 on, which may be pixels as well
 */
function likelihoodOfValues(where: string, { x: given, bytes = 'unit' }: ModelData): Likelihood {
  const x = inputValues(given) as Uint8Array | Float32Array;
  if (isBytes(x) && bytes === 'unit') return bernoulli;
  let [least, largest, whole] = [0, 0, true];
  // A loop: data sets of 10⁸ values are looked through here.
  for (let i = 0; i < x.length; i++) {
    const value = x[i] as number;
    if (value < least) least = value;
    if (value > largest) largest = value;
    whole &&= Number.isInteger(value);
    // What follows changes nothing.
    if (!whole && (least < -ROUNDING || largest > 1 + ROUNDING)) return gaussianObservation();
  }
  if (least >= -ROUNDING && largest <= 1 + ROUNDING && !isBytes(x)) return bernoulli;
  if (least < 0) return gaussianObservation();
  throw new RangeError(
    `${where}: the data has whole numbers from 0 to ${largest}, needed the option likelihood: one of counts, or gaussianObservation() for measured values; pixels are bytes, or divided by 255`,
  );
}

/** A likelihood, and whether its variables are the model's to free. */
interface Chosen {
  readonly likelihood: Likelihood;
  readonly ownsLikelihood: boolean;
}

/** The likelihood that a data set names. */
const namedBy = (where: string, { likelihood }: ModelData): Likelihood => {
  const spec = parseLikelihood(`${where}: data`, likelihood);
  if (spec === null)
    throw new TypeError(`${where}: data.likelihood is null, needed JSON with a kind, such as poisson.spec`);
  return likelihoodOf(spec);
};

/** The likelihood: the option, or what the data name, or what fits them; without either, Bernoulli. */
const chosenLikelihood = (
  where: string,
  data: ModelData | undefined,
  likelihood: Likelihood | undefined,
  inputShape: readonly number[],
): Chosen => {
  const ownsLikelihood = likelihood === undefined && data?.likelihood !== undefined;
  const given = data && ownsLikelihood ? namedBy(where, data) : likelihood;
  if (given === undefined)
    return { likelihood: data ? likelihoodOfValues(where, data) : bernoulli, ownsLikelihood };
  assertLikelihood(where, given, inputShape);
  if (data && isBytes(inputValues(data.x)))
    assertBytesFit(where, { likelihood: given }, data.bytes ?? 'unit');
  return { likelihood: given, ownsLikelihood };
};

/**
 * Input shape and likelihood: those of the options, or else the data's.
 *
 * @throws RangeError or TypeError where one is invalid, or the two contradict each other
 */
export const inputsOf = (
  where: string,
  data: ModelData | undefined,
  own: { readonly inputShape: readonly number[] | undefined; readonly likelihood: Likelihood | undefined },
) => {
  const inputShape = inputShapeOf(where, data, own.inputShape);
  return { inputShape, ...chosenLikelihood(where, data, own.likelihood, inputShape) };
};

/**
 * How raw inputs are read: the option, or else the data's.
 *
 * @throws RangeError where it is invalid, or gives examples of another shape than the model's
 */
export function inputOf(
  where: string,
  data: ModelData | undefined,
  own: InputSpec | undefined,
  inputShape: readonly number[],
): InputSpec | undefined {
  const given = own === undefined ? data?.input : own;
  if (given === undefined) return undefined;
  const input = parseInput(where, given);
  const shape = shapeOfInput(input);
  if (!sameShape(shape, inputShape))
    throw new RangeError(
      `${where}: ${own === undefined ? 'data.input' : 'input'} gives examples ${formatShape(shape)}, needed those of the inputShape, ${formatShape(inputShape)}`,
    );
  return input;
}

/**
 * Refuses data of fewer than two classes where classes are to be learned, in the words of who read the data.
 *
 * @throws RangeError
 */
export function assertClassified(
  where: string,
  { classes, classNames }: Pick<ModelData, 'classes' | 'classNames'>,
): void {
  if (classes >= 2) return;
  const has = classNames?.[0] === undefined ? 'no labels' : `the class ${describe(classNames[0])} alone`;
  throw new RangeError(
    `${where}: the data has ${has}, needed two classes: label of columns, or labels of vectors, text and images, says them`,
  );
}

/**
 * The number of classes and their names: those of the options, or else the data's.
 *
 * @param least the fewest classes that the model can have
 * @throws RangeError or TypeError where one is invalid, or the two contradict each other
 */
export function classesOf(
  where: string,
  data: ModelData | undefined,
  own: { readonly classes: number | undefined; readonly classNames: readonly string[] | undefined },
  least = 2,
) {
  if (data && own.classes === undefined && least > 1) assertClassified(where, data);
  const classes = number(integersFrom(least))(
    where,
    'classes',
    own.classes === undefined ? data?.classes : own.classes,
  );
  assertEntries(where, 'classes', classes);
  if (data && classes !== data.classes)
    throw new RangeError(
      `${where}: classes is ${classes}, the data has ${data.classes}; needed the same number, or classes left out`,
    );
  if (own.classNames !== undefined) assertClassNames(where, 'classNames', own.classNames, classes);
  const classNames = own.classNames ?? data?.classNames;
  assertSameNames(where, ['classNames', 'the data'], classNames, data?.classNames);
  return { classes, classNames: classNames && [...classNames] };
}
