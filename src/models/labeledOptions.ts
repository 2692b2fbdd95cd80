/** Options that the ready models with labels share. */
import { assertLabelPrior, uniformLabelPrior } from '../bounds/labelPrior';
import { number, optional, type ReadOptions, unchecked } from '../core/options';
import type { LatentPrior } from '../distributions/latentPrior';
import { classesOf, inputOf, inputsOf, type ModelData } from './data';
import { type ReadyModelOptions, readyModelRules } from './options';
import { TEMPERATURE } from './temperature';

/** What every ready model with labels is made from, apart from its nets. */
export interface LabeledModelOptions extends ReadyModelOptions {
  /** K, at least 2; default the data's */
  readonly classes?: number;
  /** what the classes are called, a name for each; default the data's, or none: `predict` then gives their indices */
  readonly classNames?: readonly string[];
  /** π of p(y); default uniform (Kingma 2014, §2) */
  readonly labelPrior?: readonly number[];
  /** T, what `predict` and evaluation divide logits by; default 1. `calibrate` chooses it from held-out labels */
  readonly temperature?: number;
}

/** How these options are read. */
export const labeledModelRules = () => ({
  ...readyModelRules(),
  // Looked at together with the data, by `classesOf`.
  classes: unchecked<number | undefined>(),
  classNames: unchecked<readonly string[] | undefined>(),
  // Looked at where the number of classes is known.
  labelPrior: unchecked<readonly number[] | undefined>(),
  temperature: optional(number(TEMPERATURE)),
});

/**
 * What the options leave to the data, or to the number of classes.
 *
 * @throws RangeError or TypeError where one is invalid, or contradicts the data
 */
export function labeledSettings(
  where: string,
  data: ModelData | undefined,
  read: Omit<ReadOptions<ReturnType<typeof labeledModelRules>>, 'data' | 'latent' | 'prior'>,
  fewestClasses?: number,
) {
  const { classes, classNames } = classesOf(where, data, read, fewestClasses);
  const inputs = inputsOf(where, data, read);
  const { labelPrior = uniformLabelPrior(classes) } = read;
  assertLabelPrior(where, labelPrior, classes);
  const input = inputOf(where, data, read.input, inputs.inputShape);
  return { ...inputs, input, classes, classNames, labelPrior };
}

/** What a model with labels says of itself as it was set; what was left open is absent. */
export const labeledFields = <
  S extends ReturnType<typeof labeledSettings> & {
    readonly latent: number;
    readonly prior: LatentPrior | undefined;
    readonly temperature: number | undefined;
  },
>({
  inputShape,
  classes,
  classNames,
  latent,
  likelihood,
  prior,
  input,
  labelPrior,
  temperature,
}: S) => ({
  inputShape,
  classes,
  ...(classNames && { classNames }),
  latent,
  likelihood,
  ...(prior && { prior }),
  ...(input && { input }),
  labelPrior,
  ...(temperature !== undefined && { temperature }),
});
