/** Entries that the specs of the ready models with labels share. */
import { type InputSpec, parseInput } from '../core/inputs/registry';
import type { LatentPrior } from '../distributions/latentPrior';
import type { Likelihood } from '../distributions/likelihood';
import type { LikelihoodSpec } from '../distributions/likelihoods';
import { isCount, isFiniteNumber, isListOf, isNull, isString, parse } from '../files/json';
import { parseLikelihood } from './likelihoods';

/** What a file holds of every model with labels; `null` marks what you pass to `loadModel` again. */
export interface ClassesSpec {
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** where the classes have names */
  readonly classNames?: readonly string[] | undefined;
  /** where raw inputs are read */
  readonly input?: InputSpec | undefined;
  readonly likelihood: LikelihoodSpec | null;
}

/** What a file holds of every model with p(y). */
export interface LabelPriorSpec extends ClassesSpec {
  readonly labelPrior: readonly number[];
  /** where the model has one */
  readonly temperature?: number | undefined;
}

/** What a file holds of a model with p(y) and one code z, apart from its nets. */
export interface LabeledSpec extends LabelPriorSpec {
  readonly latent: number;
  /** where the prior is the user's own; without it p(z) is N(0, I) */
  readonly prior?: null;
}

/** Names of the first, and of the model's kind. */
export const CLASSES_ENTRIES = [
  'model',
  'inputShape',
  'classes',
  'classNames',
  'input',
  'likelihood',
] as const satisfies readonly ('model' | keyof ClassesSpec)[];

/** Names of the second. */
export const LABEL_PRIOR_ENTRIES = [
  ...CLASSES_ENTRIES,
  'labelPrior',
  'temperature',
] as const satisfies readonly ('model' | keyof LabelPriorSpec)[];

/** Names of all of them. */
export const LABELED_ENTRIES = [...LABEL_PRIOR_ENTRIES, 'latent', 'prior'] as const satisfies readonly (
  | 'model'
  | keyof LabeledSpec
)[];

/** The settings behind some entries. */
type SettingsOf<Spec> = Omit<Spec, 'likelihood' | 'prior'> & { readonly likelihood: Likelihood };
type LabeledSettings = SettingsOf<LabeledSpec> & { readonly prior: LatentPrior | undefined };

/** The entries of every model with labels. */
export const classesSpec = (settings: SettingsOf<ClassesSpec>): ClassesSpec => {
  const { inputShape, classes, classNames, input, likelihood } = settings;
  return {
    inputShape,
    classes,
    classNames,
    input,
    likelihood: (likelihood.spec ?? null) as LikelihoodSpec | null,
  };
};

/** The entries of every model with p(y). */
export const labelPriorSpec = (settings: SettingsOf<LabelPriorSpec>): LabelPriorSpec => ({
  ...classesSpec(settings),
  labelPrior: settings.labelPrior,
  temperature: settings.temperature,
});

/** The entries of a model with p(y) and one code. */
export const labeledSpec = (settings: LabeledSettings): LabeledSpec => ({
  ...labelPriorSpec(settings),
  latent: settings.latent,
  ...(settings.prior && { prior: null }),
});

/**
 * The entries of a spec from a file that every model with labels has.
 *
 * @param where name of the reader, for messages
 * @param found entries of unknown content
 * @throws RangeError naming the first that is not what it must be
 */
export function parseClassesSpec(
  where: string,
  found: Readonly<Record<(typeof CLASSES_ENTRIES)[number], unknown>>,
): ClassesSpec {
  const { inputShape, classes, classNames, input, likelihood } = found;
  return {
    inputShape: parse(where, 'inputShape', inputShape, 'sizes of axes', isListOf(isCount)),
    classes: parse(where, 'classes', classes, 'a count', isCount),
    ...(classNames !== undefined && {
      classNames: parse(where, 'classNames', classNames, 'names', isListOf(isString)),
    }),
    ...(input !== undefined && { input: parseInput(where, input) }),
    likelihood: parseLikelihood(where, likelihood),
  };
}

/** The same, of every model with p(y). */
export function parseLabelPriorSpec(
  where: string,
  found: Readonly<Record<(typeof LABEL_PRIOR_ENTRIES)[number], unknown>>,
): LabelPriorSpec {
  const { labelPrior, temperature } = found;
  return {
    ...parseClassesSpec(where, found),
    labelPrior: parse(where, 'labelPrior', labelPrior, 'probabilities', isListOf(isFiniteNumber)),
    ...(temperature !== undefined && {
      temperature: parse(where, 'temperature', temperature, 'a number', isFiniteNumber),
    }),
  };
}

/** The size of a code. */
export const parseLatent = (where: string, latent: unknown): number =>
  parse(where, 'latent', latent, 'a count', isCount);

/** The same, of a model with p(y) and one code. */
export function parseLabeledSpec(
  where: string,
  found: Readonly<Record<(typeof LABELED_ENTRIES)[number], unknown>>,
): LabeledSpec {
  const { latent, prior } = found;
  return {
    ...parseLabelPriorSpec(where, found),
    latent: parseLatent(where, latent),
    ...(prior !== undefined && {
      prior: parse(where, 'prior', prior, 'null, a prior that is handed in', isNull),
    }),
  };
}
