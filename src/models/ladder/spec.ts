/** JSON that rebuilds a ladder VAE. */
import { type InputSpec, parseInput } from '../../core/inputs/registry';
import { specOf } from '../../core/spec';
import type { LikelihoodSpec } from '../../distributions/likelihoods';
import {
  isBoolean,
  isCount,
  isFiniteNumber,
  isListOf,
  isString,
  type Json,
  parse,
  parseRecord,
} from '../../files/json';
import { parseLikelihood } from '../likelihoods';
import { type LadderPreset, parsePreset } from './nets';
import type { LadderSettings } from './options';

/** What a file holds of a ladder VAE; `null` marks what you pass to `loadModel` again. */
export interface LadderSpec {
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** where the classes have names */
  readonly classNames?: readonly string[] | undefined;
  /** where raw inputs are read */
  readonly input?: InputSpec | undefined;
  readonly latents: readonly number[];
  readonly labelPrior: readonly number[];
  readonly decoderSeesLabel: boolean;
  readonly nets: LadderPreset;
  readonly likelihood: LikelihoodSpec | null;
  /** where the model has one */
  readonly temperature?: number | undefined;
}

/** What rebuilds a model of these settings, as JSON; choices that were left open are left out. */
export function ladderSpec(settings: LadderSettings): Json {
  const { inputShape, classes, classNames, input, latents, labelPrior, decoderSeesLabel } = settings;
  const { nets, likelihood, temperature } = settings;
  const spec: LadderSpec = {
    inputShape,
    classes,
    classNames,
    input,
    latents,
    labelPrior,
    decoderSeesLabel,
    nets,
    likelihood: (likelihood.spec ?? null) as LikelihoodSpec | null,
    temperature,
  };
  return specOf({ model: 'ladder', ...spec });
}

/** Names of all entries. */
const ENTRIES = [
  'model',
  'inputShape',
  'classes',
  'classNames',
  'input',
  'latents',
  'labelPrior',
  'decoderSeesLabel',
  'nets',
  'likelihood',
  'temperature',
] as const satisfies readonly ('model' | keyof LadderSpec)[];

/**
 * A spec from a file.
 *
 * @param where name of the reader, for messages
 * @param value JSON of unknown origin
 * @throws RangeError naming the first entry that is not what it must be
 */
export function parseLadderSpec(where: string, value: unknown): LadderSpec {
  const { inputShape, classes, classNames, input, latents, labelPrior, decoderSeesLabel, ...parts } =
    parseRecord(where, 'spec', value, ENTRIES);
  const { nets, likelihood, temperature } = parts;
  const widths = parse(where, 'latents', latents, 'counts', isListOf(isCount));
  return {
    inputShape: parse(where, 'inputShape', inputShape, 'sizes of axes', isListOf(isCount)),
    classes: parse(where, 'classes', classes, 'a count', isCount),
    ...(classNames !== undefined && {
      classNames: parse(where, 'classNames', classNames, 'names', isListOf(isString)),
    }),
    ...(input !== undefined && { input: parseInput(where, input) }),
    latents: widths,
    labelPrior: parse(where, 'labelPrior', labelPrior, 'probabilities', isListOf(isFiniteNumber)),
    decoderSeesLabel: parse(where, 'decoderSeesLabel', decoderSeesLabel, 'true or false', isBoolean),
    nets: parsePreset(where, nets, widths.length),
    likelihood: parseLikelihood(where, likelihood),
    ...(temperature !== undefined && {
      temperature: parse(where, 'temperature', temperature, 'a number', isFiniteNumber),
    }),
  };
}
