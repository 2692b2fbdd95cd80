/** JSON that rebuilds M1+M2. */
import { type InputSpec, parseInput } from '../../core/inputs/registry';
import { specOf } from '../../core/spec';
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
import { type M1M2Preset, parsePreset } from './nets';
import type { M1M2Settings } from './options';

/** What a file holds of M1+M2; `null` marks what you pass to `loadModel` again. */
export interface M1M2Spec {
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** where the classes have names */
  readonly classNames?: readonly string[] | undefined;
  /** where raw inputs are read */
  readonly input?: InputSpec | undefined;
  readonly latent: number;
  readonly features: number;
  /** where the model reads some */
  readonly covariates?: number | undefined;
  readonly labelPrior: readonly number[];
  readonly nets: M1M2Preset;
  readonly likelihood: LikelihoodSpec | null;
  /** where the prior is the user's own; without it p(z2) is N(0, I) */
  readonly prior?: null;
  /** where the model has one */
  readonly temperature?: number | undefined;
}

/** What rebuilds a model of these settings, as JSON; choices that were left open are left out. */
export function m1m2Spec(settings: M1M2Settings): Json {
  const { inputShape, classes, classNames, input, latent, features, covariates } = settings;
  const { labelPrior, nets, likelihood, prior, temperature } = settings;
  const spec: M1M2Spec = {
    inputShape,
    classes,
    classNames,
    input,
    latent,
    features,
    covariates,
    labelPrior,
    nets,
    likelihood: (likelihood.spec ?? null) as LikelihoodSpec | null,
    ...(prior && { prior: null }),
    temperature,
  };
  return specOf({ model: 'm1m2', ...spec });
}

/** Names of all entries. */
const ENTRIES = [
  'model',
  'inputShape',
  'classes',
  'classNames',
  'input',
  'latent',
  'features',
  'covariates',
  'labelPrior',
  'nets',
  'likelihood',
  'prior',
  'temperature',
] as const satisfies readonly ('model' | keyof M1M2Spec)[];

/**
 * A spec from a file.
 *
 * @param where name of the reader, for messages
 * @param value JSON of unknown origin
 * @throws RangeError naming the first entry that is not what it must be
 */
export function parseM1M2Spec(where: string, value: unknown): M1M2Spec {
  const given = parseRecord(where, 'spec', value, ENTRIES);
  const count = (name: 'classes' | 'latent' | 'features' | 'covariates'): number =>
    parse(where, name, given[name], 'a count', isCount);
  const { classNames, input, covariates, prior, temperature } = given;
  return {
    inputShape: parse(where, 'inputShape', given.inputShape, 'sizes of axes', isListOf(isCount)),
    classes: count('classes'),
    ...(classNames !== undefined && {
      classNames: parse(where, 'classNames', classNames, 'names', isListOf(isString)),
    }),
    ...(input !== undefined && { input: parseInput(where, input) }),
    latent: count('latent'),
    features: count('features'),
    ...(covariates !== undefined && { covariates: count('covariates') }),
    labelPrior: parse(where, 'labelPrior', given.labelPrior, 'probabilities', isListOf(isFiniteNumber)),
    nets: parsePreset(where, given.nets),
    likelihood: parseLikelihood(where, given.likelihood),
    ...(prior !== undefined && {
      prior: parse(where, 'prior', prior, 'null, a prior that is handed in', isNull),
    }),
    ...(temperature !== undefined && {
      temperature: parse(where, 'temperature', temperature, 'a number', isFiniteNumber),
    }),
  };
}
