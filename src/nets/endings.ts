/** What the outputs of one's own nets can be: a last activation may keep them from being any real number. */
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { isRecord } from '../files/json';
import { type Layer, leafLayers } from './leafLayers';

/** Least and largest value. */
type Range = readonly [least: number, largest: number];

/** Ranges of the activations of tfjs-layers, by the name that a layer's description gives; others have no end. */
const OF_ACTIVATION: Readonly<Record<string, Range>> = {
  softmax: [0, 1],
  sigmoid: [0, 1],
  hardSigmoid: [0, 1],
  tanh: [-1, 1],
  softsign: [-1, 1],
  relu6: [0, 6],
  relu: [0, Number.POSITIVE_INFINITY],
  softplus: [0, Number.POSITIVE_INFINITY],
  elu: [-1, Number.POSITIVE_INFINITY],
  selu: [-1.76, Number.POSITIVE_INFINITY],
  swish: [-0.28, Number.POSITIVE_INFINITY],
  mish: [-0.31, Number.POSITIVE_INFINITY],
  gelu: [-0.17, Number.POSITIVE_INFINITY],
  gelu_new: [-0.17, Number.POSITIVE_INFINITY],
  logSoftmax: [Number.NEGATIVE_INFINITY, 0],
};

/** Names of the layers that are an activation, as those of the activations. */
const AS_ACTIVATION: Readonly<Record<string, string>> = {
  Softmax: 'softmax',
  ReLU: 'relu',
  ThresholdedReLU: 'relu',
  ELU: 'elu',
};

/** Layers that leave values as they are, and where they are on the last axis. */
const KEEPING: readonly string[] = [
  'Cropping2D',
  'MaxPooling1D',
  'MaxPooling2D',
  'MaxPooling3D',
  'RepeatVector',
  'UpSampling2D',
];

/** Layers that put values elsewhere. */
const MOVING: readonly string[] = ['Flatten', 'Permute', 'Reshape'];

type Columns = readonly [from: number, to: number];

/** An activation that ends an output, or a part of it. */
export interface Ending {
  /** path of its layer in the net */
  readonly path: string;
  /** its name */
  readonly activation: string;
  readonly least: number;
  readonly largest: number;
  /** the columns of the last axis that it gives, from the first of them to before the second, where that can be told */
  readonly columns: Columns | undefined;
}

const activationOf = (className: string, config: unknown): string | undefined => {
  const named = Object.hasOwn(AS_ACTIVATION, className) ? AS_ACTIVATION[className] : undefined;
  if (named !== undefined || !isRecord(config)) return named;
  if (typeof config.activation === 'string') return config.activation;
  // A layer around another: `TimeDistributed`, `Bidirectional`.
  const { layer } = config;
  return isRecord(layer) && typeof layer.className === 'string'
    ? activationOf(layer.className, layer.config)
    : undefined;
};

const widthOf = ({ shape }: SymbolicTensor): number => shape.at(-1) ?? 0;

const isNet = (layer: Layer): layer is LayersModel => 'outputs' in layer && Array.isArray(layer.outputs);

/** The layers that decide on the values of a tensor, each with its columns. */
const lastLayers = (
  tensor: SymbolicTensor,
  from = 0,
): readonly (readonly [layer: Layer, columns: Columns | undefined])[] => {
  const { sourceLayer: layer, inputs, tensorIndex } = tensor;
  const inner = isNet(layer) ? layer.outputs[tensorIndex] : undefined;
  if (inner) return lastLayers(inner, from);
  const name = layer.getClassName();
  const [before] = inputs;
  const whole: Columns = [from, from + widthOf(tensor)];
  if (before && KEEPING.includes(name)) return lastLayers(before, from);
  if (before && MOVING.includes(name)) {
    const parts = lastLayers(before);
    return parts.map(([last]) => [last, parts.length === 1 ? whole : undefined]);
  }
  const axis: unknown = name === 'Concatenate' ? layer.getConfig().axis : undefined;
  if (axis !== -1 && axis !== tensor.shape.length - 1) return [[layer, whole]];
  let at = from;
  return inputs.flatMap((part) => {
    const found = lastLayers(part, at);
    at += widthOf(part);
    return found;
  });
};

/**
 * The activations of a net's output that have an end, as far as the layers of tfjs-layers tell: behind layers that only move
 * values, in nets inside the net, and in each part of a concatenation. A layer of one's own tells nothing.
 *
 * @param net a tfjs-layers model
 * @param output index among its outputs
 */
export function endingsOf(net: LayersModel, output: number): readonly Ending[] {
  const tensor = net.outputs[output];
  if (tensor === undefined) return [];
  const paths = new Map(leafLayers(net).map(({ path, layer }) => [layer, path]));
  return lastLayers(tensor).flatMap(([layer, columns]) => {
    const activation = activationOf(layer.getClassName(), layer.getConfig());
    const range =
      activation !== undefined && Object.hasOwn(OF_ACTIVATION, activation)
        ? OF_ACTIVATION[activation]
        : undefined;
    if (activation === undefined || range === undefined) return [];
    const [least, largest] = range;
    return [{ path: paths.get(layer) ?? layer.name, activation, least, largest, columns }];
  });
}
