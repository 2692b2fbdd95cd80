/** The layers of nets as JSON: what two nets of the same variables may differ in. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isPlain } from '../core/assert';
import { specOf } from '../core/spec';
import { isRecord, type Json } from '../files/json';

type Config = Readonly<Record<string, unknown>>;

/**
 * Settings that change no value of a net whose weights are there: names, which differ from process to process, how weights
 * start, what only the host's own `fit` applies, and `trainable`, which each variable says for itself.
 */
const PASSED_OVER = /^(name|trainable|dtype|weights|.*(Initializer|Regularizer|Constraint))$/;

/** The part of a setting that JSON holds; nothing of functions and of instances of classes, such as tensors. */
const plainPart = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((entry) => plainPart(entry) ?? null);
  if (!isRecord(value)) return typeof value === 'function' ? undefined : value;
  return isPlain(value) ? settingsIn(value) : undefined;
};

const settingsIn = (config: Config): Config =>
  Object.fromEntries(
    Object.entries(config).flatMap(([name, value]) =>
      PASSED_OVER.test(name) ? [] : [[name, plainPart(value)]],
    ),
  );

/** A tensor between layers, as the host describes it: name of its layer, which call of it, which of its outputs. */
type Origin = readonly [layer: string, call: number, output: number];

/** How the host describes a net; that of a chain of layers has only those. */
interface NetConfig {
  readonly layers: readonly {
    readonly name?: string;
    readonly className: string;
    readonly config: Config;
    readonly inboundNodes?: readonly (readonly Origin[])[];
  }[];
  readonly inputLayers?: readonly Origin[];
  readonly outputLayers?: readonly Origin[];
}

const isNetConfig = (config: unknown): config is NetConfig =>
  isRecord(config) &&
  Array.isArray(config.layers) &&
  config.layers.every((layer) => isRecord(layer) && isRecord(layer.config));

/** Each layer of a net by its class and settings; in a graph also what it reads, and its place at the ends. */
const layersIn = ({ layers, inputLayers = [], outputLayers = [] }: NetConfig): readonly object[] => {
  const positions = new Map(layers.map(({ name }, position) => [name, position]));
  const originOf = ([layer, call, output]: Origin): number | readonly number[] => {
    const position = positions.get(layer) ?? -1;
    return call === 0 && output === 0 ? position : [position, call, output];
  };
  const endsAt = (ends: readonly Origin[], name: string | undefined): readonly number[] | undefined => {
    const found = ends.flatMap(([layer], i) => (layer === name ? [i] : []));
    return found.length > 0 ? found : undefined;
  };
  return layers.map(({ name, className, config, inboundNodes = [] }) => ({
    layer: className,
    ...(isNetConfig(config) ? { layers: layersIn(config) } : settingsIn(config)),
    ...(inboundNodes.length > 0 && { reads: inboundNodes.map((node) => node.map(originOf)) }),
    inputs: endsAt(inputLayers, name),
    outputs: endsAt(outputLayers, name),
  }));
};

/**
 * The layers of nets: class and settings of each, in order, and how they hang together. Names and weights are not part of it.
 *
 * @param nets tfjs-layers models by name
 * @returns JSON, a list of layers for each net
 * @example structureOf({ decoder: sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] }) }).decoder[0].units // 1
 */
export const structureOf = (nets: Readonly<Record<string, LayersModel>>): Json =>
  specOf(
    Object.fromEntries(
      Object.entries(nets).map(([name, net]) => {
        const config: unknown = net.getConfig();
        return [name, isNetConfig(config) ? layersIn(config) : null];
      }),
    ),
  );
