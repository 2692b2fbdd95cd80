/** JSON that rebuilds an M2 model. */
import { type InputSpec, parseInput } from '../../core/inputs/registry';
import { specOf } from '../../core/spec';
import type { LikelihoodSpec } from '../../distributions/likelihoods';
import {
  isBoolean,
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
import { isOwn, type M2Preset, parsePreset } from './nets';
import type { M2Settings } from './options';

/** What a file holds of an M2 model; `null` marks what you pass to `loadModel` again. */
export interface M2Spec {
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** where the classes have names */
  readonly classNames?: readonly string[] | undefined;
  /** where raw inputs are read */
  readonly input?: InputSpec | undefined;
  readonly latent: number;
  readonly labelPrior: readonly number[];
  readonly encoderSeesLabel: boolean;
  readonly nets: M2Preset | null;
  readonly likelihood: LikelihoodSpec | null;
  /** where the prior is the user's own; without it p(z) is N(0, I) */
  readonly prior?: null;
  /** where the model has one */
  readonly temperature?: number | undefined;
}

/** What rebuilds a model of these settings, as JSON; choices that were left open are left out. */
export function m2Spec(settings: M2Settings): Json {
  const { inputShape, classes, classNames, latent, labelPrior, encoderSeesLabel, nets } = settings;
  const { input, likelihood, prior, temperature } = settings;
  const spec: M2Spec = {
    inputShape,
    classes,
    classNames,
    input,
    latent,
    labelPrior,
    encoderSeesLabel,
    nets: isOwn(nets) ? null : nets,
    likelihood: (likelihood.spec ?? null) as LikelihoodSpec | null,
    ...(prior && { prior: null }),
    temperature,
  };
  return specOf({ model: 'm2', ...spec });
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
  'encoderSeesLabel',
  'nets',
  'likelihood',
  'prior',
  'temperature',
] as const satisfies readonly ('model' | keyof M2Spec)[];

/**
 * A spec from a file.
 *
 * @param where name of the reader, for messages
 * @param value JSON of unknown origin
 * @throws RangeError naming the first entry that is not what it must be
 */
export function parseM2Spec(where: string, value: unknown): M2Spec {
  const spec = parseRecord(where, 'spec', value, ENTRIES);
  const { labelPrior, encoderSeesLabel, prior, temperature } = spec;
  return {
    ...parseLabeledSpec(where, spec),
    labelPrior: parse(where, 'labelPrior', labelPrior, 'probabilities', isListOf(isFiniteNumber)),
    encoderSeesLabel: parse(where, 'encoderSeesLabel', encoderSeesLabel, 'true or false', isBoolean),
    ...(prior !== undefined && {
      prior: parse(where, 'prior', prior, 'null, a prior that is handed in', isNull),
    }),
    ...(temperature !== undefined && {
      temperature: parse(where, 'temperature', temperature, 'a number', isFiniteNumber),
    }),
  };
}

/** What a file holds of every model with the nets of an M2. */
export type LabeledSpec = Pick<
  M2Spec,
  'inputShape' | 'classes' | 'classNames' | 'input' | 'latent' | 'nets' | 'likelihood'
>;

/** Those entries of a spec. */
export function parseLabeledSpec(where: string, spec: Readonly<Record<string, unknown>>): LabeledSpec {
  const { inputShape, classes, classNames, input, latent, nets, likelihood } = spec;
  return {
    inputShape: parse(where, 'inputShape', inputShape, 'sizes of axes', isListOf(isCount)),
    classes: parse(where, 'classes', classes, 'a count', isCount),
    ...(classNames !== undefined && {
      classNames: parse(where, 'classNames', classNames, 'names', isListOf(isString)),
    }),
    ...(input !== undefined && { input: parseInput(where, input) }),
    latent: parse(where, 'latent', latent, 'a count', isCount),
    nets: nets === null ? null : parsePreset(where, nets),
    likelihood: parseLikelihood(where, likelihood),
  };
}
