/** Entries that the specs of the ready models with labels share. */
import { type InputSpec, parseInput } from '../core/inputs/registry';
import type { LatentPrior } from '../distributions/latentPrior';
import type { Likelihood } from '../distributions/likelihood';
import type { LikelihoodSpec } from '../distributions/likelihoods';
import { isCount, isFiniteNumber, isListOf, isNull, isString, parse } from '../files/json';
import { parseLikelihood } from './likelihoods';

/** What a file holds of a model with labels, whether it has p(y) or not; `null` marks what you pass to `loadModel` again. */
export interface ClassesSpec {
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** where the classes have names */
  readonly classNames?: readonly string[] | undefined;
  /** where raw inputs are read */
  readonly input?: InputSpec | undefined;
  readonly latent: number;
  readonly likelihood: LikelihoodSpec | null;
}

/** What a file holds of a model with p(y), apart from its nets. */
export interface LabeledSpec extends ClassesSpec {
  readonly labelPrior: readonly number[];
  /** where the prior is the user's own; without it p(z) is N(0, I) */
  readonly prior?: null;
  /** where the model has one */
  readonly temperature?: number | undefined;
}

/** Names of the first, and of the model's kind. */
export const CLASSES_ENTRIES = [
  'model',
  'inputShape',
  'classes',
  'classNames',
  'input',
  'latent',
  'likelihood',
] as const satisfies readonly ('model' | keyof ClassesSpec)[];

/** Names of all of them. */
export const LABELED_ENTRIES = [
  ...CLASSES_ENTRIES,
  'labelPrior',
  'prior',
  'temperature',
] as const satisfies readonly ('model' | keyof LabeledSpec)[];

/** The settings behind these entries. */
type ClassesSettings = Omit<ClassesSpec, 'likelihood'> & { readonly likelihood: Likelihood };
type LabeledSettings = Omit<LabeledSpec, 'likelihood' | 'prior'> &
  ClassesSettings & { readonly prior: LatentPrior | undefined };

/** The entries of a model of these settings, whether it has p(y) or not. */
export const classesSpec = (settings: ClassesSettings): ClassesSpec => {
  const { inputShape, classes, classNames, input, latent, likelihood } = settings;
  return {
    inputShape,
    classes,
    classNames,
    input,
    latent,
    likelihood: (likelihood.spec ?? null) as LikelihoodSpec | null,
  };
};

/** The entries of a model of these settings. */
export const labeledSpec = (settings: LabeledSettings): LabeledSpec => ({
  ...classesSpec(settings),
  labelPrior: settings.labelPrior,
  ...(settings.prior && { prior: null }),
  temperature: settings.temperature,
});

/**
 * The entries of a spec from a file, whether the model has p(y) or not.
 *
 * @param where name of the reader, for messages
 * @param found entries of unknown content
 * @throws RangeError naming the first that is not what it must be
 */
export function parseClassesSpec(
  where: string,
  found: Readonly<Record<(typeof CLASSES_ENTRIES)[number], unknown>>,
): ClassesSpec {
  const { inputShape, classes, classNames, input, latent, likelihood } = found;
  return {
    inputShape: parse(where, 'inputShape', inputShape, 'sizes of axes', isListOf(isCount)),
    classes: parse(where, 'classes', classes, 'a count', isCount),
    ...(classNames !== undefined && {
      classNames: parse(where, 'classNames', classNames, 'names', isListOf(isString)),
    }),
    ...(input !== undefined && { input: parseInput(where, input) }),
    latent: parse(where, 'latent', latent, 'a count', isCount),
    likelihood: parseLikelihood(where, likelihood),
  };
}

/** The same, of a model with p(y). */
export function parseLabeledSpec(
  where: string,
  found: Readonly<Record<(typeof LABELED_ENTRIES)[number], unknown>>,
): LabeledSpec {
  const { labelPrior, prior, temperature } = found;
  return {
    ...parseClassesSpec(where, found),
    labelPrior: parse(where, 'labelPrior', labelPrior, 'probabilities', isListOf(isFiniteNumber)),
    ...(prior !== undefined && {
      prior: parse(where, 'prior', prior, 'null, a prior that is handed in', isNull),
    }),
    ...(temperature !== undefined && {
      temperature: parse(where, 'temperature', temperature, 'a number', isFiniteNumber),
    }),
  };
}
