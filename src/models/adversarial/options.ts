/** Options of an adversarial autoencoder, their defaults, and what is refused. */
import { tidy } from '@tensorflow/tfjs-core';
import { assertMethods } from '../../core/assert';
import { oneLine } from '../../core/describe';
import { oneHotLabels } from '../../core/labels';
import { messageOf } from '../../core/messageOf';
import { createNoise } from '../../core/noise';
import { checked, integersFrom, number, optional, readOptions, unchecked } from '../../core/options';
import { assertShapes } from '../../core/shape';
import type { ClassPrior } from '../../distributions/classPrior';
import { assertGenuine } from '../../distributions/genuine';
import { type LabeledModelOptions, labeledModelRules, labeledSettings } from '../labeledOptions';
import { type AaeNetsOption, parsePreset } from './nets';

/** What an adversarial autoencoder is made from. */
export interface AaeOptions extends LabeledModelOptions {
  /** K, at least 2, or 1 with a `classPrior`; default the data's */
  readonly classes?: number;
  /** Z; default 10, and 2 with a `classPrior` */
  readonly latent?: number;
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
}

const assertClassPrior = (where: string, name: string, prior: ClassPrior): void => {
  assertMethods(where, name, prior, ['logProb', 'sample']);
  assertGenuine(where, name, prior);
};

/** Larger codes are not drawn as a trial. */
const MOST_TRIED = 10_000;

/** Refuses a prior of codes of another size: it is drawn from at the first step else. */
function assertDraws(where: string, prior: ClassPrior, latent: number): void {
  try {
    tidy(() => {
      const z = prior.sample(oneHotLabels(where, [0], prior.classes), createNoise(0), latent);
      assertShapes('sample', { 'what it gives': [z, `1 ${latent}`, 'float32'] });
    });
  } catch (cause) {
    throw new RangeError(
      `${where}: classPrior gives no code of ${latent} dimensions, the latent (${oneLine(messageOf(cause))})`,
      { cause },
    );
  }
}

const aaeRules = (hasClassPrior: boolean) => ({
  ...labeledModelRules(),
  latent: number(integersFrom(1), hasClassPrior ? 2 : 10),
  classPrior: optional(checked(assertClassPrior)),
  nets: unchecked<AaeNetsOption>('mlp'),
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
  if (classPrior && prior)
    throw new RangeError(`${where}: prior and classPrior are both given, needed one: p(z), or p(z|y)`);
  const settings = labeledSettings(where, data, read, classPrior ? 1 : 2);
  if (classPrior && classPrior.classes !== settings.classes)
    throw new RangeError(
      `${where}: classPrior has ${classPrior.classes} classes, the model ${settings.classes}; needed the same number`,
    );
  if (classPrior && read.latent <= MOST_TRIED) assertDraws(where, classPrior, read.latent);
  return { ...read, ...settings, nets: parsePreset(where, read.nets) };
}

/** Every option of an adversarial autoencoder, resolved. */
export type AaeSettings = ReturnType<typeof aaeSettings>;
