/** Options of M1+M2, their defaults, and what is refused. */
import { assertLabelPrior, uniformLabelPrior } from '../../bounds/labelPrior';
import { ABOVE_0, integersFrom, number, optional, readOptions, unchecked } from '../../core/options';
import { classesOf, inputOf, inputsOf } from '../data';
import { type ReadyModelOptions, readyModelRules } from '../options';
import { type M1M2NetsOption, parsePreset } from './nets';

/** What M1+M2 is made from. `latent` is the width of z2, and `prior` is p(z2). */
export interface M1M2Options extends ReadyModelOptions {
  /** K, at least 2; default the data's */
  readonly classes?: number;
  /** what the classes are called, a name for each; default the data's, or none: `predict` then gives their indices */
  readonly classNames?: readonly string[];
  /** π of p(y); default uniform (Kingma 2014, §2) */
  readonly labelPrior?: readonly number[];
  /** F, width of z1; default 50 (Kingma 2014, §4.3) */
  readonly features?: number;
  /**
   * C, how many numbers are known of each example beside x, such as its domain in one-hot form: encoder and decoder of z1 read
   * them, q(y|z1) does not. Data sets, `predict`, `generate` and all others are then given `covariates`. Default: none
   */
  readonly covariates?: number;
  /**
   * default `'mlp'`: q(z1|x) and p(x|z1) of two hidden layers of 600 rectified units, the nets of z1, z2 and y of one of 500,
   * with batch norm; `'conv'`: convolutions for x; each with choices as `{ preset: 'mlp', widths: [200], innerWidths: [100] }`
   */
  readonly nets?: M1M2NetsOption;
  /** T, what `predict` and evaluation divide logits by; default 1. `calibrate` chooses it from held-out labels */
  readonly temperature?: number;
}

const m1m2Rules = () => ({
  ...readyModelRules(),
  // Looked at together with the data, by `classesOf`.
  classes: unchecked<number | undefined>(),
  classNames: unchecked<readonly string[] | undefined>(),
  // Looked at below, where the number of classes is known.
  labelPrior: unchecked<readonly number[] | undefined>(),
  features: number(integersFrom(1), 50),
  covariates: optional(number(integersFrom(1))),
  nets: unchecked<M1M2NetsOption>('mlp'),
  temperature: optional(number(ABOVE_0)),
});

/**
 * The options with their defaults.
 *
 * @throws RangeError or TypeError naming the option, its value and what was needed
 */
export function m1m2Settings(options: M1M2Options) {
  const where = 'createM1M2';
  // The model does not keep the data.
  const { data, ...read } = readOptions(where, options, m1m2Rules());
  const labels = classesOf(where, data, read);
  const inputs = inputsOf(where, data, read);
  const { labelPrior = uniformLabelPrior(labels.classes) } = read;
  assertLabelPrior(where, labelPrior, labels.classes);
  const input = inputOf(where, data, read.input, inputs.inputShape);
  return { ...read, ...inputs, ...labels, input, labelPrior, nets: parsePreset(where, read.nets) };
}

/** Every option of M1+M2, resolved. */
export type M1M2Settings = ReturnType<typeof m1m2Settings>;
