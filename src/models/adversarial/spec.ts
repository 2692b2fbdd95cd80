/** JSON that rebuilds an adversarial autoencoder. */
import { type InputSpec, parseInput } from '../../core/inputs/registry';
import { specOf } from '../../core/spec';
import type { ClassPrior } from '../../distributions/classPrior';
import { parseClassPrior } from '../../distributions/classPriors';
import type { LikelihoodSpec } from '../../distributions/likelihoods';
import {
  isCount,
  isFiniteNumber,
  isListOf,
  isNull,
  isString,
  type Json,
  parse,
  parseRecord,
} from '../../files/json';
import { parseLikelihood } from '../likelihoods';
import { type AaePreset, parsePreset } from './nets';
import type { AaeSettings } from './options';

/** What a file holds of an adversarial autoencoder; `null` marks what you pass to `loadModel` again. */
export interface AaeSpec {
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** where the classes have names */
  readonly classNames?: readonly string[] | undefined;
  /** where raw inputs are read */
  readonly input?: InputSpec | undefined;
  readonly latent: number;
  readonly labelPrior: readonly number[];
  /** where the model has one; rebuilt from its JSON */
  readonly classPrior?: ClassPrior;
  readonly nets: AaePreset;
  readonly likelihood: LikelihoodSpec | null;
  /** where the prior is the user's own; without it p(z) is N(0, I) */
  readonly prior?: null;
  /** where the model has one */
  readonly temperature?: number | undefined;
}

/** What rebuilds a model of these settings, as JSON; choices that were left open are left out. */
export function aaeSpec(settings: AaeSettings): Json {
  const { inputShape, input, classes, classNames, latent, labelPrior, nets } = settings;
  const { likelihood, prior, classPrior, temperature } = settings;
  return specOf({
    model: 'aae',
    inputShape,
    classes,
    classNames,
    input,
    latent,
    labelPrior,
    nets,
    likelihood: likelihood.spec ?? null,
    ...(classPrior && { classPrior: classPrior.spec ?? null }),
    ...(prior && { prior: null }),
    temperature,
  });
}

/** Names of all entries. */
const ENTRIES = [
  'model',
  'inputShape',
  'classes',
  'classNames',
  'input',
  'latent',
  'labelPrior',
  'nets',
  'likelihood',
  'classPrior',
  'prior',
  'temperature',
] as const satisfies readonly ('model' | keyof AaeSpec)[];

/** A class prior from a file; `loadModel` cannot rebuild one of the user's own. */
const classPriorOf = (where: string, value: unknown): ClassPrior => {
  if (value === null)
    throw new RangeError(
      `${where}: the model was made with a class prior of its own, needed one of the library: make the model again, and fill it by loadVariables`,
    );
  return parseClassPrior(where, value);
};

/**
 * A spec from a file.
 *
 * @param where name of the reader, for messages
 * @param value JSON of unknown origin
 * @throws RangeError naming the first entry that is not what it must be
 */
export function parseAaeSpec(where: string, value: unknown): AaeSpec {
  const { inputShape, classes, classNames, input, latent, labelPrior, nets, ...parts } = parseRecord(
    where,
    'spec',
    value,
    ENTRIES,
  );
  const { likelihood, classPrior, prior, temperature } = parts;
  return {
    inputShape: parse(where, 'inputShape', inputShape, 'sizes of axes', isListOf(isCount)),
    classes: parse(where, 'classes', classes, 'a count', isCount),
    ...(classNames !== undefined && {
      classNames: parse(where, 'classNames', classNames, 'names', isListOf(isString)),
    }),
    ...(input !== undefined && { input: parseInput(where, input) }),
    latent: parse(where, 'latent', latent, 'a count', isCount),
    labelPrior: parse(where, 'labelPrior', labelPrior, 'probabilities', isListOf(isFiniteNumber)),
    nets: parsePreset(where, nets),
    likelihood: parseLikelihood(where, likelihood),
    ...(classPrior !== undefined && { classPrior: classPriorOf(where, classPrior) }),
    ...(prior !== undefined && {
      prior: parse(where, 'prior', prior, 'null, a prior that is handed in', isNull),
    }),
    ...(temperature !== undefined && {
      temperature: parse(where, 'temperature', temperature, 'a number', isFiniteNumber),
    }),
  };
}
