/** What the outputs of your own nets can be: a last activation may keep them from being any real number. */
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { isRecord } from '../files/json';
import {
  ANY,
  around,
  OF_ACTIVATION,
  OF_LAYER,
  OF_MERGE,
  type Range,
  type RangeMap,
} from './activationRanges';
import { type Layer, leafLayers } from './leafLayers';

/** Layers that leave values as they are or take means of them, and where they are on the last axis. */
const KEEPING: readonly string[] = [
  'AveragePooling1D',
  'AveragePooling2D',
  'AveragePooling3D',
  'CenterCrop',
  'Cropping2D',
  'GlobalAveragePooling1D',
  'GlobalAveragePooling2D',
  'GlobalMaxPooling1D',
  'GlobalMaxPooling2D',
  'MaxPooling1D',
  'MaxPooling2D',
  'MaxPooling3D',
  'RepeatVector',
  'Resizing',
  'UpSampling2D',
];

/** Layers that put zeros among values. */
const PADDING: readonly string[] = ['Masking', 'ZeroPadding2D'];

/** Layers that put values elsewhere. */
const MOVING: readonly string[] = ['Flatten', 'Permute', 'Reshape'];

type Columns = readonly [from: number, to: number];

/** An activation that ends an output, or a part of it. */
export interface Ending {
  /** path of its layer in the net */
  readonly path: string;
  /** its name */
  readonly activation: string;
  readonly min: number;
  readonly max: number;
  /** the columns of the last axis that it gives, from the first of them to before the second, where that can be told */
  readonly columns: Columns | undefined;
}

/** Columns of a tensor, and what they can be. */
interface Part {
  readonly range: Range;
  /** the layer that gives the range its ends, and its activation; of any number, none */
  readonly cause: readonly [layer: Layer, activation: string] | undefined;
  readonly columns: Columns | undefined;
}

type Config = Readonly<Record<string, unknown>>;

/** What a layer does to values one by one; a layer of weights may give any before its activation. */
const activationOf = (
  className: string,
  config: Config,
): { readonly name: string; readonly map: RangeMap; readonly hasWeights: boolean } | undefined => {
  const asLayer = Object.hasOwn(OF_LAYER, className) ? OF_LAYER[className] : undefined;
  if (asLayer) {
    const [name, map] = asLayer(config);
    return { name, map, hasWeights: false };
  }
  const { activation: name, layer } = config;
  if (typeof name === 'string') {
    const map = Object.hasOwn(OF_ACTIVATION, name) ? OF_ACTIVATION[name] : undefined;
    return map && { name, map, hasWeights: className !== 'Activation' };
  }
  // A layer around another: `TimeDistributed`, `Bidirectional`.
  return isRecord(layer) && typeof layer.className === 'string' && isRecord(layer.config)
    ? activationOf(layer.className, layer.config)
    : undefined;
};

const widthOf = ({ shape }: SymbolicTensor): number => shape.at(-1) ?? 0;

const isNet = (layer: Layer): layer is LayersModel => 'outputs' in layer && Array.isArray(layer.outputs);

const hasBothEnds = ([min, max]: Range): boolean => Number.isFinite(min) && Number.isFinite(max);

const shifted =
  (by: number) =>
  (part: Part): Part =>
    part.columns ? { ...part, columns: [part.columns[0] + by, part.columns[1] + by] } : part;

type PartsOf = (tensor: SymbolicTensor) => readonly Part[];

/** The parts of a tensor by what its layer makes of those before it. */
const partsBehind = (tensor: SymbolicTensor, partsOf: PartsOf): readonly Part[] => {
  const { sourceLayer: layer, inputs } = tensor;
  const [name, config]: [string, Config] = [layer.getClassName(), layer.getConfig()];
  const whole: Columns = [0, widthOf(tensor)];
  const any: readonly Part[] = [{ range: ANY, cause: undefined, columns: whole }];
  const before = inputs[0] ? partsOf(inputs[0]) : any;
  const moved = before.map((part) => ({ ...part, columns: before.length === 1 ? whole : undefined }));
  if (MOVING.includes(name)) return moved;
  if (KEEPING.includes(name)) return config.dataFormat === 'channelsFirst' ? moved : before;
  if (PADDING.includes(name)) return before.map((part) => ({ ...part, range: around([part.range, [0, 0]]) }));
  if (name === 'Concatenate') {
    const isLast = config.axis === -1 || config.axis === tensor.shape.length - 1;
    let at = 0;
    return inputs.flatMap((part) => {
      const found = partsOf(part).map(shifted(isLast ? at : 0));
      at += widthOf(part);
      return found;
    });
  }
  const merge = Object.hasOwn(OF_MERGE, name) ? OF_MERGE[name] : undefined;
  if (merge) {
    const each = inputs.map(partsOf);
    const range = merge(each.map((parts) => around(parts.map((part) => part.range))));
    return [{ range, cause: each.flat().find(({ cause }) => cause)?.cause, columns: whole }];
  }
  const activation = activationOf(name, config);
  if (activation === undefined) return any;
  const { name: called, map, hasWeights } = activation;
  return (hasWeights ? any : before).map((part) => {
    const range = map(part.range);
    const isSame = range[0] === part.range[0] && range[1] === part.range[1];
    // A relu behind a softmax is not what keeps values within 0 and 1.
    const isOfPart = part.cause !== undefined && called !== 'softmax' && (isSame || hasBothEnds(part.range));
    const isAny = range[0] === ANY[0] && range[1] === ANY[1];
    return { ...part, range, cause: isOfPart ? part.cause : isAny ? undefined : [layer, called] };
  });
};

/** What gives the parts of a net's tensors; those of its inputs are those of the tensors that it is applied to. */
const partsWithin = (net: LayersModel, given?: readonly (readonly Part[])[]): PartsOf => {
  const known = new Map<SymbolicTensor, readonly Part[]>();
  const partsOf: PartsOf = (tensor) => {
    const { sourceLayer: layer, inputs, tensorIndex } = tensor;
    const inner = isNet(layer) ? layer.outputs[tensorIndex] : undefined;
    const found =
      known.get(tensor) ??
      given?.[net.inputs.indexOf(tensor)] ??
      (isNet(layer) && inner ? partsWithin(layer, inputs.map(partsOf))(inner) : partsBehind(tensor, partsOf));
    known.set(tensor, found);
    return found;
  };
  return partsOf;
};

/**
 * The activations of a net's output that have an end, as far as the layers of tfjs-layers tell: behind layers that only move,
 * pool or merge values, in nets inside the net, and in each part of a concatenation. A layer of your own tells nothing.
 *
 * @param net a tfjs-layers model
 * @param output index among its outputs
 */
export function endingsOf(net: LayersModel, output: number): readonly Ending[] {
  const tensor = net.outputs[output];
  if (tensor === undefined) return [];
  const paths = new Map(leafLayers(net).map(({ path, layer }) => [layer, path]));
  return partsWithin(net)(tensor).flatMap(({ range: [min, max], cause, columns }) => {
    if (cause === undefined || !(Number.isFinite(min) || Number.isFinite(max))) return [];
    const [layer, activation] = cause;
    return [{ path: paths.get(layer) ?? layer.name, activation, min, max, columns }];
  });
}
