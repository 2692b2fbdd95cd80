/** Entries that the specs of the ready models with labels share. */
import { type InputSpec, parseInput } from '../core/inputs/registry';
import type { LatentPrior } from '../distributions/latentPrior';
import type { Likelihood } from '../distributions/likelihood';
import type { LikelihoodSpec } from '../distributions/likelihoods';
import { isCount, isFiniteNumber, isListOf, isNull, isString, parse } from '../files/json';
import { parseLikelihood } from './likelihoods';

/** What a file holds of such a model, apart from its nets; `null` marks what you pass to `loadModel` again. */
export interface LabeledSpec {
  readonly inputShape: readonly number[];
  readonly classes: number;
  /** where the classes have names */
  readonly classNames?: readonly string[] | undefined;
  /** where raw inputs are read */
  readonly input?: InputSpec | undefined;
  readonly latent: number;
  readonly labelPrior: readonly number[];
  readonly likelihood: LikelihoodSpec | null;
  /** where the prior is the user's own; without it p(z) is N(0, I) */
  readonly prior?: null;
  /** where the model has one */
  readonly temperature?: number | undefined;
}

/** Names of these entries, and of the model's kind. */
export const LABELED_ENTRIES = [
  'model',
  'inputShape',
  'classes',
  'classNames',
  'input',
  'latent',
  'labelPrior',
  'likelihood',
  'prior',
  'temperature',
] as const satisfies readonly ('model' | keyof LabeledSpec)[];

/** The settings behind these entries. */
type LabeledSettings = Omit<LabeledSpec, 'likelihood' | 'prior'> & {
  readonly likelihood: Likelihood;
  readonly prior: LatentPrior | undefined;
};

/** The entries of a model of these settings. */
export const labeledSpec = ({
  inputShape,
  classes,
  classNames,
  input,
  latent,
  labelPrior,
  likelihood,
  prior,
  temperature,
}: LabeledSettings): LabeledSpec => ({
  inputShape,
  classes,
  classNames,
  input,
  latent,
  labelPrior,
  likelihood: (likelihood.spec ?? null) as LikelihoodSpec | null,
  ...(prior && { prior: null }),
  temperature,
});

/**
 * The entries of a spec from a file.
 *
 * @param where name of the reader, for messages
 * @param found entries of unknown content
 * @throws RangeError naming the first that is not what it must be
 */
export function parseLabeledSpec(
  where: string,
  found: Readonly<Record<(typeof LABELED_ENTRIES)[number], unknown>>,
): LabeledSpec {
  const { inputShape, classes, classNames, input, latent, labelPrior, likelihood, prior, temperature } =
    found;
  return {
    inputShape: parse(where, 'inputShape', inputShape, 'sizes of axes', isListOf(isCount)),
    classes: parse(where, 'classes', classes, 'a count', isCount),
    ...(classNames !== undefined && {
      classNames: parse(where, 'classNames', classNames, 'names', isListOf(isString)),
    }),
    ...(input !== undefined && { input: parseInput(where, input) }),
    latent: parse(where, 'latent', latent, 'a count', isCount),
    labelPrior: parse(where, 'labelPrior', labelPrior, 'probabilities', isListOf(isFiniteNumber)),
    likelihood: parseLikelihood(where, likelihood),
    ...(prior !== undefined && {
      prior: parse(where, 'prior', prior, 'null, a prior that is handed in', isNull),
    }),
    ...(temperature !== undefined && {
      temperature: parse(where, 'temperature', temperature, 'a number', isFiniteNumber),
    }),
  };
}
