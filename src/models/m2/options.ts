/** Options of an M2 model, their defaults, and what is refused. */
import { assertLabelPrior, uniformLabelPrior } from '../../bounds/labelPrior';
import {
  ABOVE_0,
  flag,
  number,
  optional,
  type ReadOptions,
  readOptions,
  unchecked,
} from '../../core/options';
import { classesOf, inputOf, inputsOf } from '../data';
import { type ReadyModelOptions, readyModelRules } from '../options';
import { encoderSeesLabelIn, isOwn, type M2NetsOption, parsePreset } from './nets';

/** What an M2 model is made from. */
export interface M2Options extends ReadyModelOptions {
  /** K, at least 2; default the data's */
  readonly classes?: number;
  /** what the classes are called, a name for each; default the data's, or none: `predict` then gives their indices */
  readonly classNames?: readonly string[];
  /** π of p(y); default uniform (Kingma 2014, §2) */
  readonly labelPrior?: readonly number[];
  /**
   * default `'mlp'`: three nets of one hidden layer of 500 rectified units behind batch norm; `'conv'`: convolutions with
   * batch norm on one shared trunk; `'kingma'` (Kingma 2014: softplus, no batch norm) and `'report'` (the report's
   * convolutions without batch norm); each with choices as `{ preset: 'mlp', widths: [200] }`; or your own tfjs-layers models.
   * These stay yours: the model reads and trains their weights, and neither its `dispose` nor a failure frees them.
   */
  readonly nets?: M2NetsOption;
  /**
   * whether the posterior is q(z|x,y) (Kingma 2014) or q(z|x) (report Eq. 2); default `true` for `'mlp'` and
   * `'kingma'`, `false` for `'conv'` and `'report'`, and what the encoder takes for your own
   */
  readonly encoderSeesLabel?: boolean;
  /** T, what `predict` and evaluation divide logits by; default 1. `calibrate` chooses it from held-out labels */
  readonly temperature?: number;
}

/** How the options of an M2 model are read. */
export const m2Rules = () => ({
  ...readyModelRules(),
  // Looked at together with the data, by `classesOf`.
  classes: unchecked<number | undefined>(),
  classNames: unchecked<readonly string[] | undefined>(),
  // Looked at below, where the number of classes is known, and beside the nets.
  labelPrior: unchecked<readonly number[] | undefined>(),
  nets: unchecked<M2NetsOption>('mlp'),
  encoderSeesLabel: optional(flag()),
  temperature: optional(number(ABOVE_0)),
});

/**
 * The options with their defaults.
 *
 * @throws RangeError or TypeError naming the option, its value and what was needed
 */
export function m2Settings(options: M2Options) {
  return m2SettingsOf('createM2', readOptions('createM2', options, m2Rules()));
}

/**
 * The settings of options that have been read.
 *
 * @param where name of the calling function, for messages
 * @throws RangeError or TypeError naming the option, its value and what was needed
 */
export function m2SettingsOf(
  where: string,
  // The model does not keep the data.
  { data, ...read }: ReadOptions<ReturnType<typeof m2Rules>>,
) {
  const { classes, classNames } = classesOf(where, data, read);
  const inputs = inputsOf(where, data, read);
  const { labelPrior = uniformLabelPrior(classes) } = read;
  assertLabelPrior(where, labelPrior, classes);
  const nets = isOwn(read.nets) ? read.nets : parsePreset(where, read.nets);
  const seen = isOwn(nets) ? nets.encoder?.inputs?.length === 2 : encoderSeesLabelIn(nets);
  return {
    ...read,
    ...inputs,
    input: inputOf(where, data, read.input, inputs.inputShape),
    classes,
    classNames,
    labelPrior,
    nets,
    encoderSeesLabel: read.encoderSeesLabel ?? seen,
  };
}

/** Every option of an M2 model, resolved. */
export type M2Settings = ReturnType<typeof m2Settings>;
