/** Options of a ladder VAE, their defaults, and what is refused. */
import { assertLabelPrior, uniformLabelPrior } from '../../bounds/labelPrior';
import { ABOVE_0, checked, flag, number, optional, readOptions, unchecked } from '../../core/options';
import { assertWidths } from '../../nets/semiSupervisedNets';
import { classesOf, inputOf, inputsOf } from '../data';
import { type ReadyModelOptions, readyModelRules } from '../options';
import { type LadderNetsOption, parsePreset } from './nets';

/** What a ladder VAE is made from. */
export interface LadderVaeOptions extends Omit<ReadyModelOptions, 'latent' | 'prior'> {
  /** K, at least 2; default the data's */
  readonly classes?: number;
  /** what the classes are called, a name for each; default the data's, or none: `predict` then gives their indices */
  readonly classNames?: readonly string[];
  /** π of p(y); default uniform (Kingma 2014, §2) */
  readonly labelPrior?: readonly number[];
  /** Z_1 … Z_L, the widths of z_1, which the decoder reads, to z_L; default [32, 16, 8], our choice */
  readonly latents?: readonly number[];
  /**
   * whether p(x|z_1,y) sees the label too. Default `false`: the label acts by p(z_{L−1}|z_L,y). With one layer it is `true`
   */
  readonly decoderSeesLabel?: boolean;
  /**
   * default `'mlp'`: a hidden layer of rectified units behind batch norm for each latent on the way up, and one on the way
   * down; with choices as `{ preset: 'mlp', widths: [200, 100, 50] }`, a width for each latent
   */
  readonly nets?: LadderNetsOption;
  /** T, what `predict` and evaluation divide logits by; default 1. `calibrate` chooses it from held-out labels */
  readonly temperature?: number;
}

const ladderRules = () => {
  const { latent: _, prior: __, ...shared } = readyModelRules();
  return {
    ...shared,
    // Looked at together with the data, by `classesOf`.
    classes: unchecked<number | undefined>(),
    classNames: unchecked<readonly string[] | undefined>(),
    // Looked at below, where the number of classes is known.
    labelPrior: unchecked<readonly number[] | undefined>(),
    latents: checked<readonly number[]>(assertWidths, [32, 16, 8]),
    decoderSeesLabel: optional(flag()),
    nets: unchecked<LadderNetsOption>('mlp'),
    temperature: optional(number(ABOVE_0)),
  };
};

/**
 * The options with their defaults.
 *
 * @throws RangeError or TypeError naming the option, its value and what was needed
 */
export function ladderSettings(options: LadderVaeOptions) {
  const where = 'createLadderVae';
  // The model does not keep the data.
  const { data, ...read } = readOptions(where, options, ladderRules());
  const { classes, classNames } = classesOf(where, data, read);
  const inputs = inputsOf(where, data, read);
  const { latents, labelPrior = uniformLabelPrior(classes) } = read;
  assertLabelPrior(where, labelPrior, classes);
  const isSingle = latents.length === 1;
  const { decoderSeesLabel = isSingle } = read;
  if (isSingle && !decoderSeesLabel)
    throw new RangeError(
      `${where}: decoderSeesLabel is false, needed true with one latent: nothing else of the process would depend on the label`,
    );
  return {
    ...read,
    ...inputs,
    input: inputOf(where, data, read.input, inputs.inputShape),
    classes,
    classNames,
    labelPrior,
    latents: [...latents],
    decoderSeesLabel,
    nets: parsePreset(where, read.nets, latents.length),
  };
}

/** Every option of a ladder VAE, resolved. */
export type LadderSettings = ReturnType<typeof ladderSettings>;
