/** The nets of a VAE without labels. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checked, readOptions } from '../core/options';
import { activationName } from './activation';
import { flatOutput, gaussianHeads, hiddenStack } from './building';
import { CONV_CHOICES, CONV_DEFAULTS, type ConvOptions, convRules } from './conv';
import { assertHalves, convFeatures, convImage } from './convStacks';
import { inputOf } from './description';
import { flat, MLP_CHOICES, type MlpOptions } from './mlp';
import { normName } from './norm';
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

/** Fully connected nets; images are flattened in row-major NHWC order. */
const mlpVaePreset = (defaults: Required<MlpVaeOptions>): VaeNetPreset<MlpVaeOptions> => ({
  choices: MLP_CHOICES,
  defaults,
  describe(where, shape, options) {
    const { widths, ...hidden } = readOptions(where, options, {
      widths: checked(assertWidths, defaults.widths),
      activation: activationName<'relu' | 'softplus'>(defaults.activation),
      norm: normName(defaults.norm),
    });
    const x = inputOf(shape.inputShape, 'x');
    const z = inputOf([shape.latent], 'z');
    const features = hiddenStack(widths, hidden, flat(x));
    const code = hiddenStack([...widths].reverse(), hidden, z);
    return {
      encoder: { inputs: [x], outputs: gaussianHeads(shape.latent, features) },
      decoder: { inputs: [z], outputs: [flatOutput(shape.outputShape, code)] },
    };
  },
});

/**
 * The widths of Kingma 2014, §4.3, with rectified units behind batch norm: codes of deep decoders stay unused without it
 * (Sønderby et al. 2016).
 */
export const MLP_VAE = mlpVaePreset({ widths: [600, 600], activation: 'relu', norm: 'batch' });

/** The M1 of Kingma 2014, §4.3: two hidden layers of 600 softplus units without batch norm. */
export const KINGMA_VAE = mlpVaePreset({ widths: [600, 600], activation: 'softplus', norm: 'none' });

/** The convolutions of `convNets` without its labels. */
const convVaePreset = (defaults: Required<ConvVaeOptions>): VaeNetPreset<ConvVaeOptions> => ({
  choices: CONV_CHOICES,
  defaults,
  describe(where, shape, options) {
    const { filters, depth, width, ...hidden } = readOptions(where, options, convRules(defaults));
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
});

/** The report's convolutions with batch norm. */
export const CONV_VAE = convVaePreset(CONV_DEFAULTS);

/** The convolutions of the report: no batch norm. */
export const REPORT_VAE = convVaePreset({ ...CONV_DEFAULTS, norm: 'none' });
