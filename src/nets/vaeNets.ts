/** The nets of a VAE without labels. */
import { type LayersModel, layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { checked, flag, readOptions, withDefaults } from '../core/options';
import { sizeOf } from '../core/shape';
import { activationName } from './activation';
import { connect, dense, gaussianHeads, hiddenStack, inputOf, net } from './building';
import { type ConvOptions, convRules } from './conv';
import { assertHalves, convFeatures, convFeatureValues, convImage, convImageValues } from './convStacks';
import { assertValues, layerValues, stackValues } from './layerValues';
import type { MlpOptions } from './mlp';
import { assertWidths, outputShapeOf, type PresetShape } from './semiSupervisedNets';

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
export type VaeShape = Pick<PresetShape, 'inputShape' | 'latent' | 'parametersPerValue'>;

/** Choices of the fully connected preset. */
export type MlpVaeOptions = Omit<MlpOptions, 'sharedTrunk'>;

/** Choices of the convolutional preset. */
export type ConvVaeOptions = Omit<ConvOptions, 'sharedTrunk'>;

const mlpVaeRules = () => ({
  widths: checked(assertWidths, [600, 600]),
  activation: activationName<'relu' | 'softplus'>('softplus'),
  batchNorm: flag(true),
});

/** Values of the layers of {@link mlpVaeNets}. */
export function mlpVaeValues(shape: VaeShape, options: MlpVaeOptions): readonly number[] {
  const { widths, batchNorm } = withDefaults(options, mlpVaeRules());
  return [
    ...stackValues(sizeOf(shape.inputShape), widths, batchNorm),
    layerValues(widths.at(-1) as number, 2 * shape.latent),
    ...stackValues(shape.latent, [...widths].reverse(), batchNorm),
    layerValues(widths[0] as number, sizeOf(outputShapeOf(shape))),
  ];
}

/**
 * Fully connected nets; images are flattened in row-major NHWC order.
 *
 * @param where name of the calling function, for messages
 * @returns nets whose weights are all 0, to be drawn by `initializeNet`
 * @throws RangeError or TypeError naming the choice that is none of its values
 */
export function mlpVaeNets(where: string, shape: VaeShape, options: MlpVaeOptions): VaeNets {
  const { widths, ...hidden } = readOptions(where, options, mlpVaeRules());
  assertValues(where, mlpVaeValues(shape, options));
  const x = inputOf(shape.inputShape, 'x');
  const flat = shape.inputShape.length === 1 ? x : connect(layers.flatten({ name: 'flatten' }), x);
  const z = inputOf([shape.latent], 'z');
  const outputShape = outputShapeOf(shape);
  const code = hiddenStack([...widths].reverse(), hidden, z);
  const output = dense('output', sizeOf(outputShape), 'linear', code);
  const shaped = (): SymbolicTensor =>
    connect(layers.reshape({ name: 'image', targetShape: outputShape }), output);
  return {
    encoder: net('encoder', [x], gaussianHeads(shape.latent, hiddenStack(widths, hidden, flat))),
    decoder: net('decoder', [z], outputShape.length === 1 ? output : shaped()),
  };
}

/** Values of the layers of {@link convVaeNets}. */
export function convVaeValues(shape: VaeShape, options: ConvVaeOptions): readonly number[] {
  const { filters, depth, width, batchNorm } = withDefaults(options, convRules(true));
  const conv = { inputShape: shape.inputShape, filters, depth, width };
  return [
    ...convFeatureValues(conv, batchNorm),
    layerValues(width, 2 * shape.latent),
    layerValues(shape.latent, width, batchNorm),
    ...convImageValues(conv, outputShapeOf(shape).at(-1) as number, batchNorm),
  ];
}

/**
 * The convolutions of `convNets` without its labels.
 *
 * @param where name of the calling function, for messages
 * @returns nets whose weights are all 0, to be drawn by `initializeNet`
 * @throws RangeError or TypeError naming the choice that is none of its values, or an input that cannot be halved
 */
export function convVaeNets(where: string, shape: VaeShape, options: ConvVaeOptions): VaeNets {
  const { filters, depth, width, ...hidden } = readOptions(where, options, convRules(true));
  assertHalves(where, { inputShape: shape.inputShape, filters });
  assertValues(where, convVaeValues(shape, options));
  const conv = { inputShape: shape.inputShape, filters, depth, width };
  const x = inputOf(shape.inputShape, 'x');
  const z = inputOf([shape.latent], 'z');
  const channels = outputShapeOf(shape).at(-1) as number;
  return {
    encoder: net('encoder', [x], gaussianHeads(shape.latent, convFeatures(conv, hidden, x))),
    decoder: net('decoder', [z], convImage(conv, channels, hidden, hiddenStack([width], hidden, z))),
  };
}
