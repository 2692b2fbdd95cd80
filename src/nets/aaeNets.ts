/** The nets of an adversarial autoencoder. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checked, readOptions } from '../core/options';
import { type Activation, activationName } from './activation';
import { dense, flatOutput, hiddenStack } from './building';
import { inputOf, type Net } from './description';
import { flat, MLP_CHOICES, type MlpOptions } from './mlp';
import { type Norm, normName } from './norm';
import { COUNTS, type NetPreset } from './preset';
import { assertWidths, type PresetShape } from './semiSupervisedNets';

/**
 * Nets of an adversarial autoencoder, as tfjs-layers models of these inputs and outputs (B the batch axis):
 *
 *   trunk               x [B, …]                    → features [B, W]
 *   classifier          features                    → logits of y, [B, K]
 *   encoder             features                    → z, [B, Z]
 *   decoder             [z [B, Z], y [B, K]], or z  → parameters of p(x|z[,y]), [B, …]
 *   labelDiscriminator  y [B, K]                    → logit of "y is a draw of the prior", [B, 1]
 *   codeDiscriminator   z, or [z, c [B, K + 1]]     → logit of "z is a draw of the prior", [B, 1]
 *
 * With a prior p(z|y) the label enters the code's discriminator alone: there is neither a classifier nor a label
 * discriminator.
 */
export interface AaeNets {
  readonly trunk: LayersModel;
  readonly classifier?: LayersModel;
  readonly encoder: LayersModel;
  readonly decoder: LayersModel;
  readonly labelDiscriminator?: LayersModel;
  readonly codeDiscriminator: LayersModel;
}

/** What a preset needs to know of the model it is made for. */
export interface AaeShape extends Omit<PresetShape, 'encoderSeesLabel'> {
  /** whether the model has a prior p(z|y) */
  readonly hasClassPrior: boolean;
}

/** Choices of the preset. */
export interface MlpAaeOptions extends Omit<MlpOptions, 'sharedTrunk'> {
  /** widths of the trunk's hidden layers, and, in reverse, of the decoder's; default [1000, 1000] */
  readonly widths?: readonly number[];
  /** default `'relu'` */
  readonly activation?: Exclude<Activation, 'linear'>;
  /** normalization in trunk and decoder; default `'none'`. The discriminators have none: it keeps them from learning */
  readonly norm?: Norm;
  /** widths of the hidden layers of the discriminators; default [1000, 1000] */
  readonly discriminatorWidths?: readonly number[];
}

type Names = 'trunk' | 'encoder' | 'decoder' | 'codeDiscriminator';

/** A preset of the nets of an adversarial autoencoder. */
export interface AaeNetPreset<Choices> extends NetPreset<AaeShape, Choices, Names> {
  describe(
    where: string,
    shape: AaeShape,
    choices: Choices,
  ): Readonly<Record<Names, Net>> & { readonly classifier?: Net; readonly labelDiscriminator?: Net };
}

const DEFAULTS = {
  widths: [1000, 1000],
  activation: 'relu',
  norm: 'none',
  discriminatorWidths: [1000, 1000],
} as const satisfies Required<MlpAaeOptions>;

/** Fully connected nets on flat inputs; the widths are those of Makhzani et al. 2015. */
export const MLP_AAE: AaeNetPreset<MlpAaeOptions> = {
  choices: { ...MLP_CHOICES, discriminatorWidths: COUNTS },
  defaults: DEFAULTS,
  describe(where, { inputShape, outputShape, classes, latent, hasClassPrior }, options) {
    const { widths, discriminatorWidths, ...hidden } = readOptions(where, options, {
      widths: checked(assertWidths, DEFAULTS.widths),
      activation: activationName<'relu' | 'softplus'>(DEFAULTS.activation),
      norm: normName(DEFAULTS.norm),
      discriminatorWidths: checked(assertWidths, DEFAULTS.discriminatorWidths),
    });
    const features = [widths.at(-1) as number];
    const [x, z, y] = [inputOf(inputShape, 'x'), inputOf([latent], 'z'), inputOf([classes], 'y')];
    const [toClassify, toEncode] = [inputOf(features, 'features'), inputOf(features, 'features')];
    const [judgedZ, judgedY, known] = [
      inputOf([latent], 'z'),
      inputOf([classes], 'y'),
      inputOf([classes + 1], 'c'),
    ];
    const reversed = [...widths].reverse();
    const judging = { activation: hidden.activation, norm: 'none' as const };
    const judge = (of: typeof z, beside?: typeof z) =>
      dense('logit', 1, 'linear', hiddenStack(discriminatorWidths, judging, of, beside));
    const decoded = hiddenStack(reversed, hidden, z, hasClassPrior ? undefined : y);
    return {
      trunk: { inputs: [x], outputs: [hiddenStack(widths, hidden, flat(x))] },
      ...(!hasClassPrior && {
        classifier: { inputs: [toClassify], outputs: [dense('logits', classes, 'linear', toClassify)] },
      }),
      encoder: { inputs: [toEncode], outputs: [dense('code', latent, 'linear', toEncode)] },
      decoder: { inputs: hasClassPrior ? [z] : [z, y], outputs: [flatOutput(outputShape, decoded)] },
      ...(!hasClassPrior && { labelDiscriminator: { inputs: [judgedY], outputs: [judge(judgedY)] } }),
      codeDiscriminator: hasClassPrior
        ? { inputs: [judgedZ, known], outputs: [judge(judgedZ, known)] }
        : { inputs: [judgedZ], outputs: [judge(judgedZ)] },
    };
  },
};
