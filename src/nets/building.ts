/** Pieces that the presets are described with. */
import { layers } from '@tensorflow/tfjs-layers';
import { sizeOf } from '../core/shape';
import type { Activation } from './activation';
import { BatchNorm } from './batchNorm';
import { layerOf, type Node } from './description';
import { LabelConditionedDense } from './labelConditionedDense';
import { LayerNorm } from './layerNorm';
import type { Norm } from './norm';

/** What the hidden layers of a net have in common. */
export interface HiddenOptions {
  readonly activation: Activation;
  readonly norm: Norm;
}

/** Channels of what a node gives. */
export const widthOf = ({ shape }: Node): number => shape.at(-1) as number;

/** How many numbers a normalization has for each channel. */
const PER_CHANNEL = { batch: 4, layer: 2 } as const;

/** The activation after a layer: its own, or a normalization and then the activation. */
export const withNorm = (
  name: string,
  { activation, norm }: HiddenOptions,
  layer: (activation: Activation) => Node,
): Node => {
  if (norm === 'none') return layer(activation);
  const from = layer('linear');
  const options = { name: `${name}Norm` };
  const make = () => (norm === 'batch' ? new BatchNorm(options) : new LayerNorm(options));
  const normed = layerOf(from, from.shape, make, PER_CHANNEL[norm] * widthOf(from));
  return activation === 'linear'
    ? normed
    : layerOf(normed, from.shape, () => layers.activation({ activation, name: `${name}Activation` }));
};

/** A dense layer whose weights are drawn later, by `initializeNet`. */
export const dense = (name: string, units: number, activation: Activation, from: Node): Node =>
  layerOf(
    from,
    [units],
    () => layers.dense({ name, units, activation, kernelInitializer: 'zeros' }),
    units * (widthOf(from) + 1),
  );

/** A dense layer on features and label. */
const labelDense = (name: string, units: number, activation: Activation, from: Node, label: Node): Node =>
  layerOf(
    [from, label],
    [units],
    () => new LabelConditionedDense({ name, units, activation }),
    units * (widthOf(from) + widthOf(label) + 1),
  );

/** The values of each example in one row, row-major. */
export const flatten = (from: Node): Node =>
  layerOf(from, [sizeOf(from.shape)], () => layers.flatten({ name: 'flatten' }));

/** Several rows of values in one, in their order. */
export const concatenated = (name: string, from: readonly Node[]): Node =>
  layerOf(from, [from.reduce((sum, node) => sum + widthOf(node), 0)], () => layers.concatenate({ name }));

/** Values of an example in another shape. */
export const reshape = (name: string, shape: readonly number[], from: Node): Node =>
  layerOf(from, shape, () => layers.reshape({ name, targetShape: [...shape] }));

/** Hidden dense layers in succession; the first takes the label beside the features where one is given. */
export const hiddenStack = (
  widths: readonly number[],
  options: HiddenOptions,
  features: Node,
  label?: Node,
): Node =>
  widths.reduce((from, units, i) => {
    const name = widths.length === 1 ? 'hidden' : `hidden${i + 1}`;
    return withNorm(name, options, (activation) =>
      i === 0 && label !== undefined
        ? labelDense(name, units, activation, from, label)
        : dense(name, units, activation, from),
    );
  }, features);

/** The two heads of a posterior net. */
export const gaussianHeads = (latent: number, from: Node): readonly Node[] => [
  dense('mean', latent, 'linear', from),
  dense('logVar', latent, 'linear', from),
];

/** The parameters of a flat decoder in their shape. */
export const flatOutput = (outputShape: readonly number[], from: Node): Node => {
  const output = dense('output', sizeOf(outputShape), 'linear', from);
  return outputShape.length === 1 ? output : reshape('image', outputShape, output);
};
