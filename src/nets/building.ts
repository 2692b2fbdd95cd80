/** Pieces that the presets are built of. */
import { input, type LayersModel, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Activation } from './activation';
import { BatchNorm } from './batchNorm';
import { LabelConditionedDense } from './labelConditionedDense';

/** What the hidden layers of a net have in common. */
export interface HiddenOptions {
  readonly activation: Activation;
  readonly batchNorm: boolean;
}

/** A layer of any kind, applied to one symbolic tensor or to several. */
export const connect = (
  layer: InstanceType<typeof layers.Layer>,
  from: SymbolicTensor | SymbolicTensor[],
): SymbolicTensor => layer.apply(from) as SymbolicTensor;

/** An input of a net, without the batch axis. */
export const inputOf = (shape: readonly number[], name: string): SymbolicTensor =>
  input({ shape: [...shape], name });

/** The activation after a layer: its own, or batch norm and then the activation. */
export const withNorm = (
  name: string,
  { activation, batchNorm }: HiddenOptions,
  layer: (activation: Activation) => SymbolicTensor,
): SymbolicTensor => {
  if (!batchNorm) return layer(activation);
  const normed = connect(new BatchNorm({ name: `${name}Norm` }), layer('linear'));
  return activation === 'linear'
    ? normed
    : connect(layers.activation({ activation, name: `${name}Activation` }), normed);
};

/** A dense layer whose weights are drawn later, by `initializeNet`. */
export const dense = (
  name: string,
  units: number,
  activation: Activation,
  from: SymbolicTensor,
): SymbolicTensor => connect(layers.dense({ name, units, activation, kernelInitializer: 'zeros' }), from);

/** Hidden dense layers in succession; the first takes the label beside the features where one is given. */
export const hiddenStack = (
  widths: readonly number[],
  options: HiddenOptions,
  features: SymbolicTensor,
  label?: SymbolicTensor,
): SymbolicTensor =>
  widths.reduce((from, units, i) => {
    const name = widths.length === 1 ? 'hidden' : `hidden${i + 1}`;
    return withNorm(name, options, (activation) =>
      i === 0 && label !== undefined
        ? connect(new LabelConditionedDense({ name, units, activation }), [from, label])
        : dense(name, units, activation, from),
    );
  }, features);

/** The two heads of a posterior net. */
export const gaussianHeads = (latent: number, from: SymbolicTensor): SymbolicTensor[] => [
  dense('mean', latent, 'linear', from),
  dense('logVar', latent, 'linear', from),
];

/** A net from its inputs to its outputs. */
export const net = (
  name: string,
  inputs: SymbolicTensor[],
  outputs: SymbolicTensor | SymbolicTensor[],
): LayersModel => model({ name, inputs, outputs });
