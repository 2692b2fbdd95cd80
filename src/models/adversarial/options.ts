/** Options of an adversarial autoencoder, their defaults, and what is refused. */
import { assertLabelPrior, uniformLabelPrior } from '../../bounds/labelPrior';
import { assertMethods } from '../../core/assert';
import { ABOVE_0, checked, number, optional, readOptions, unchecked } from '../../core/options';
import type { ClassPrior } from '../../distributions/classPrior';
import { assertGenuine } from '../../distributions/genuine';
import { classesOf, inputOf, inputsOf } from '../data';
import { type ReadyModelOptions, readyModelRules } from '../options';
import { type AaeNetsOption, parsePreset } from './nets';

/** What an adversarial autoencoder is made from. */
export interface AaeOptions extends ReadyModelOptions {
  /** K, at least 2, or 1 with a `classPrior`; default the data's */
  readonly classes?: number;
  /** what the classes are called, a name for each; default the data's, or none: `predict` then gives their indices */
  readonly classNames?: readonly string[];
  /** Z; default 10, and 2 with a `classPrior` */
  readonly latent?: number;
  /** π of p(y); default uniform */
  readonly labelPrior?: readonly number[];
  /**
   * p(z|y), such as `swissRoll({ classes: 10 })`: the label then says where a code lies, and nets see it in the code's
   * discriminator alone. Default none: the label is a part of the code
   */
  readonly classPrior?: ClassPrior;
  /**
   * default `'mlp'`: two hidden layers of 1000 rectified units in trunk, decoder and discriminators (Makhzani et al. 2015);
   * with choices as `{ preset: 'mlp', widths: [200], discriminatorWidths: [200] }`
   */
  readonly nets?: AaeNetsOption;
  /** T, what `predict` and evaluation divide logits by; default 1. `calibrate` chooses it from held-out labels */
  readonly temperature?: number;
}

const assertClassPrior = (where: string, name: string, prior: ClassPrior): void => {
  assertMethods(where, name, prior, ['logProb', 'sample']);
  assertGenuine(where, name, prior);
};

const aaeRules = (hasClassPrior: boolean) => ({
  ...readyModelRules(hasClassPrior ? 2 : 10),
  // Looked at together with the data, by `classesOf`.
  classes: unchecked<number | undefined>(),
  classNames: unchecked<readonly string[] | undefined>(),
  // Looked at below, where the number of classes is known.
  labelPrior: unchecked<readonly number[] | undefined>(),
  classPrior: optional(checked(assertClassPrior)),
  nets: unchecked<AaeNetsOption>('mlp'),
  temperature: optional(number(ABOVE_0)),
});

/**
 * The options with their defaults.
 *
 * @throws RangeError or TypeError naming the option, its value and what was needed
 */
export function aaeSettings(options: AaeOptions) {
  const where = 'createAae';
  // The model does not keep the data.
  const { data, ...read } = readOptions(where, options, aaeRules(options?.classPrior !== undefined));
  const { classPrior, prior } = read;
  const { classes, classNames } = classesOf(where, data, read, classPrior ? 1 : 2);
  if (classPrior && prior)
    throw new RangeError(`${where}: prior and classPrior are both given, needed one: p(z), or p(z|y)`);
  if (classPrior && classPrior.classes !== classes)
    throw new RangeError(
      `${where}: classPrior has ${classPrior.classes} classes, the model ${classes}; needed the same number`,
    );
  const inputs = inputsOf(where, data, read);
  const { labelPrior = uniformLabelPrior(classes) } = read;
  assertLabelPrior(where, labelPrior, classes);
  return {
    ...read,
    ...inputs,
    input: inputOf(where, data, read.input, inputs.inputShape),
    classes,
    classNames,
    labelPrior,
    nets: parsePreset(where, read.nets),
  };
}

/** Every option of an adversarial autoencoder, resolved. */
export type AaeSettings = ReturnType<typeof aaeSettings>;
