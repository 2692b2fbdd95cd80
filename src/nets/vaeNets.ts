/** The nets of a VAE without labels. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checked, flag, readOptions } from '../core/options';
import { activationName } from './activation';
import { flatOutput, gaussianHeads, hiddenStack } from './building';
import { CONV_CHOICES, type ConvOptions, convRules } from './conv';
import { assertHalves, convFeatures, convImage } from './convStacks';
import { inputOf } from './description';
import { flat, MLP_CHOICES, type MlpOptions } from './mlp';
import type { NetPreset } from './preset';
import { assertWidths, type PresetShape } from './semiSupervisedNets';

/**
 * Nets of q(z|x) and p(x|z), as tfjs-layers models of these inputs and outputs (B the batch axis):
 *
 *   encoder  x [B, …]  → [mean [B, Z], logVar [B, Z]]
 *   decoder  z [B, Z]  → parameters of p(x|z), [B, …]
 *
 * Stock layers that draw random numbers, and last activations that keep an output from what is read of it, are refused, as
 * in `SemiSupervisedNets`.
 */
export interface VaeNets {
  /** mean and log-variance of q(z|x), [B, Z] each */
  readonly encoder: LayersModel;
  /** parameters of p(x|z), as the likelihood reads them */
  readonly decoder: LayersModel;
}

/** What a preset needs to know of the model it is made for. */
export type VaeShape = Pick<PresetShape, 'inputShape' | 'latent' | 'outputShape'>;

/** Choices of the fully connected preset. */
export type MlpVaeOptions = Omit<MlpOptions, 'sharedTrunk'>;

/** Choices of the convolutional preset. */
export type ConvVaeOptions = Omit<ConvOptions, 'sharedTrunk'>;

/** A preset of the nets of a VAE. */
type VaeNetPreset<Choices> = NetPreset<VaeShape, Choices, 'encoder' | 'decoder'>;

const mlpVaeRules = () => ({
  widths: checked(assertWidths, [600, 600]),
  activation: activationName<'relu' | 'softplus'>('softplus'),
  batchNorm: flag(true),
});

/**
 * Fully connected nets; images are flattened in row-major NHWC order. Two hidden layers of 600 softplus by default (Kingma
 * 2014, §4.3), each behind batch norm, which Kingma 2014 has not: codes of deep decoders otherwise stay unused (Sønderby et
 * al. 2016).
 */
export const MLP_VAE: VaeNetPreset<MlpVaeOptions> = {
  choices: MLP_CHOICES,
  describe(where, shape, options) {
    const { widths, ...hidden } = readOptions(where, options, mlpVaeRules());
    const x = inputOf(shape.inputShape, 'x');
    const z = inputOf([shape.latent], 'z');
    const features = hiddenStack(widths, hidden, flat(x));
    const code = hiddenStack([...widths].reverse(), hidden, z);
    return {
      encoder: { inputs: [x], outputs: gaussianHeads(shape.latent, features) },
      decoder: { inputs: [z], outputs: [flatOutput(shape.outputShape, code)] },
    };
  },
};

/** The convolutions of `convNets` without its labels; batch norm by default here too. */
export const CONV_VAE: VaeNetPreset<ConvVaeOptions> = {
  choices: CONV_CHOICES,
  describe(where, shape, options) {
    const { filters, depth, width, ...hidden } = readOptions(where, options, convRules(true));
    assertHalves(where, { ...shape, filters });
    const conv = { inputShape: shape.inputShape, filters, depth, width };
    const x = inputOf(shape.inputShape, 'x');
    const z = inputOf([shape.latent], 'z');
    const channels = shape.outputShape.at(-1) as number;
    return {
      encoder: { inputs: [x], outputs: gaussianHeads(shape.latent, convFeatures(conv, hidden, x)) },
      decoder: {
        inputs: [z],
        outputs: [convImage(conv, channels, hidden, hiddenStack([width], hidden, z))],
      },
    };
  },
};
