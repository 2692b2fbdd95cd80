/** How the parts of a data set are read. */
import { assertInteger, assertNumbers } from '../core/assert';
import { BYTE_MEANINGS } from '../core/byteValues';
import type { DATASET_NAMES } from '../core/datasetNames';
import { describe } from '../core/describe';
import { type InputSpec, parseInput } from '../core/inputs/registry';
import { checked, integersFrom, number, oneOf, optional, type Rule, text, unchecked } from '../core/options';
import { arrayKind, inputValues } from '../core/typedArrays';
import { isListOf, isRecord, isString, type Json } from '../files/json';
import type { ExtrasOptions } from './extras';

/** A likelihood by its name and its choices. */
export interface LikelihoodJson {
  /** name of the likelihood */
  readonly kind: string;
  readonly [choice: string]: Json;
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

const assertInputs = (
  where: string,
  name: string,
  x: Uint8Array | Uint8ClampedArray | Float32Array,
): void => {
  if (inputValues(x) === undefined)
    throw new TypeError(
      `${where}: ${name} is ${describe(x)}, needed a Uint8Array or a Float32Array${conversionOf(name, x)}`,
    );
};

const assertTexts = (where: string, name: string, texts: readonly string[]): void => {
  if (!isListOf(isString)(texts))
    throw new TypeError(`${where}: ${name} is ${describe(texts)}, needed an array of texts`);
};

const assertLikelihood = (where: string, name: string, likelihood: LikelihoodJson): void => {
  if (!isRecord(likelihood) || !isString(likelihood.kind))
    throw new TypeError(
      `${where}: ${name} is ${describe(likelihood)}, needed JSON with a kind, such as poisson.spec`,
    );
};

/** How the parts of a data set are read, each for itself. */
export const datasetRules = () =>
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
    notes: optional(checked<readonly string[]>(assertTexts)),
    paths: optional(checked<readonly string[]>(assertTexts)),
    likelihood: optional(checked(assertLikelihood)),
    // Their contents are checked once the number of examples is known.
    allowed: optional(unchecked<NonNullable<ExtrasOptions['allowed']>>()),
    weight: optional(unchecked<ArrayLike<number>>()),
    covariates: optional(unchecked<ArrayLike<number>>()),
    observed: optional(unchecked<ArrayLike<number>>()),
  }) satisfies Record<Exclude<(typeof DATASET_NAMES)[number], 'count'>, Rule<unknown>>;
