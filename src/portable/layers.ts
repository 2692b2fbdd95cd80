/** The walk over a net of tfjs-layers: what each layer is in the operations of a format. */
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe } from '../core/describe';
import { sizeOf } from '../core/shape';
import { own } from '../files/json';
import type { StoredArray } from '../files/safetensors';
import type { Layer } from '../nets/leafLayers';
import type { Operations } from './operations';

/** A layer as it is converted. */
interface Given {
  /** its place: names of the nets around it, and its own */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** a weight by its name in the layer */
  weight(name: string): StoredArray;
  /** refuses a setting */
  refuse(setting: string, needed: string): never;
}

/** What a layer of a class is. */
type Convert = <V>(ops: Operations<V>, inputs: readonly [V, ...V[]], layer: Given) => V;

/** Zeros, where a layer has no bias. */
const biasOf = ({ config, weight }: Given, width: number): StoredArray =>
  config.useBias === false ? { shape: [width], data: new Float32Array(width) } : weight('bias');

/** Matrices one below the other. */
const stacked = (a: StoredArray, b: StoredArray): StoredArray => ({
  shape: [(a.shape[0] as number) + (b.shape[0] as number), a.shape[1] as number],
  data: Float32Array.from([...a.data, ...b.data]),
});

const activated = <V>(ops: Operations<V>, x: V, { name, config }: Given): V =>
  config.activation === 'linear' || config.activation === undefined
    ? x
    : ops.activation(`${name}_activation`, x, String(config.activation));

const pairOf = (value: unknown): readonly [number, number] => {
  const [first, second] = [value].flat() as number[];
  return [first as number, second ?? (first as number)];
};

/** The layers of the presets, and those of TensorFlow.js that nets of your own may have. */
const LAYERS: Readonly<Record<string, Convert>> = {
  Dense(ops, [x], layer) {
    const kernel = layer.weight('kernel');
    return activated(ops, ops.dense(layer.name, x, kernel, biasOf(layer, kernel.shape[1] as number)), layer);
  },
  LabelConditionedDense(ops, inputs, layer) {
    const kernel = stacked(layer.weight('kernel'), layer.weight('labelKernel'));
    const both = ops.concatenate(`${layer.name}_inputs`, inputs);
    return activated(ops, ops.dense(layer.name, both, kernel, layer.weight('bias')), layer);
  },
  StridedConv(ops, [x], layer) {
    const stride = layer.config.stride as number;
    const settings = { strides: [stride, stride], padding: 'one' } as const;
    const found = ops.convolution(layer.name, x, layer.weight('kernel'), layer.weight('bias'), settings);
    return activated(ops, found, layer);
  },
  StridedConvTranspose: (ops, [x], layer) =>
    activated(ops, ops.doubling(layer.name, x, layer.weight('kernel'), layer.weight('bias')), layer),
  Conv2D(ops, [x], layer) {
    const { strides, padding, dilationRate, dataFormat } = layer.config;
    if (padding !== 'same' && padding !== 'valid') layer.refuse('padding', '"same" or "valid"');
    if (pairOf(dilationRate ?? 1).some((rate) => rate !== 1)) layer.refuse('dilationRate', '1');
    if (dataFormat === 'channelsFirst') layer.refuse('dataFormat', '"channelsLast"');
    const kernel = layer.weight('kernel');
    const settings = { strides: pairOf(strides), padding: padding as 'same' | 'valid' };
    const bias = biasOf(layer, kernel.shape[3] as number);
    return activated(ops, ops.convolution(layer.name, x, kernel, bias, settings), layer);
  },
  BatchNorm(ops, [x], { name, config, weight }) {
    const [mean, variance] = [weight('movingMean'), weight('movingVariance')];
    const weights = { gamma: weight('gamma'), beta: weight('beta'), mean, variance };
    return ops.batchNorm(name, x, weights, config.epsilon as number);
  },
  BatchNormalization(ops, [x], layer) {
    const { name, config, weight } = layer;
    const mean = weight('moving_mean');
    const rank = ops.shapeOf(x).length;
    if (config.axis !== -1 && config.axis !== rank) layer.refuse('axis', '-1');
    const all = (value: number): StoredArray => ({
      ...mean,
      data: new Float32Array(mean.data.length).fill(value),
    });
    const weights = {
      gamma: config.scale === false ? all(1) : weight('gamma'),
      beta: config.center === false ? all(0) : weight('beta'),
      mean,
      variance: weight('moving_variance'),
    };
    return ops.batchNorm(name, x, weights, config.epsilon as number);
  },
  LayerNorm: (ops, [x], { name, config, weight }) =>
    ops.layerNorm(name, x, weight('gamma'), weight('beta'), config.epsilon as number),
  Activation: (ops, [x], { name, config }) => ops.activation(name, x, String(config.activation)),
  Flatten(ops, [x], { name }) {
    const shape = ops.shapeOf(x);
    return shape.length === 1 ? x : ops.reshape(name, x, [sizeOf(shape)]);
  },
  Reshape(ops, [x], layer) {
    const shape = layer.config.targetShape as readonly (number | null)[];
    if (!shape.every((size) => size !== null && size > 0)) layer.refuse('targetShape', 'sizes alone');
    return ops.reshape(layer.name, x, shape as readonly number[]);
  },
  Concatenate(ops, inputs, layer) {
    const rank = ops.shapeOf(inputs[0]).length;
    if (layer.config.axis !== -1 && layer.config.axis !== rank) layer.refuse('axis', '-1');
    return ops.concatenate(layer.name, inputs);
  },
};

const isNet = (layer: Layer): layer is LayersModel => 'layers' in layer && Array.isArray(layer.layers);

/** Weights of a layer by their names in it. */
export type WeightsOf = (layer: Layer, name: string) => StoredArray;

/** How nets are converted. */
export interface Walk<V> {
  /** name of the calling function, for messages */
  readonly where: string;
  readonly ops: Operations<V>;
  readonly weightsOf: WeightsOf;
}

const convert = <V>(
  { where, ops, weightsOf }: Walk<V>,
  name: string,
  layer: Layer,
  inputs: readonly [V, ...V[]],
): V => {
  const className = layer.getClassName();
  const known = own(LAYERS, className);
  if (known === undefined)
    throw new RangeError(
      `${where}: layer ${describe(layer.name)} of net ${describe(name)} is of class ${className}, needed ${Object.keys(LAYERS).join(', ')}`,
    );
  const config = layer.getConfig() as Readonly<Record<string, unknown>>;
  const given: Given = {
    name: `${name}_${layer.name}`,
    config,
    weight: (weight) => weightsOf(layer, weight),
    refuse(setting, needed) {
      throw new RangeError(
        `${where}: ${setting} of layer ${describe(layer.name)} of net ${describe(name)} is ${describe(config[setting])}, needed ${needed}`,
      );
    },
  };
  return known(ops, inputs, given);
};

/**
 * What a net gives of inputs, in the operations of a format.
 *
 * @param name of the net
 * @param inputs one for each input of the net
 * @returns one for each output of the net
 * @throws RangeError naming a layer that the format does not have
 */
export function runNetIn<V>(
  walk: Walk<V>,
  name: string,
  net: LayersModel,
  inputs: readonly V[],
): readonly V[] {
  const found = new Map<SymbolicTensor, V>(net.inputs.map((tensor, i) => [tensor, inputs[i] as V]));
  const valueAt = (tensor: SymbolicTensor): V => {
    const known = found.get(tensor);
    if (known !== undefined) return known;
    const { sourceLayer: layer } = tensor;
    const given = tensor.inputs.map(valueAt);
    const value = isNet(layer)
      ? (runNetIn(walk, `${name}_${layer.name}`, layer, given)[tensor.outputTensorIndex ?? 0] as V)
      : convert(walk, name, layer, given as [V, ...V[]]);
    found.set(tensor, value);
    return value;
  };
  return net.outputs.map(valueAt);
}
