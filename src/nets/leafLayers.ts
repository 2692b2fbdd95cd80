/** Layers of tfjs-layers models, by paths that do not depend on what else was built in the process. */
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { describe } from '../core/describe';

/** A layer of tfjs-layers. */
export type Layer = InstanceType<typeof layers.Layer>;

/** A layer that is not a net itself, with its place. */
export interface LeafLayer {
  /** names of the nets inside the net that hold it, and its own: `inner/hidden` */
  readonly path: string;
  readonly layer: Layer;
}

// The host numbers unnamed layers by a global counter ("dense_Dense7"); their position in the net is stable.
const stableName = (layer: Layer, position: number): string =>
  new RegExp(`_${layer.getClassName()}\\d+$`).test(layer.name) ? `layer${position}` : layer.name;

/** Refuses anything but a tfjs-layers model. */
export function assertNet(where: string, name: string, net: LayersModel): void {
  if (!Array.isArray(net?.layers))
    throw new TypeError(`${where}: ${name} is ${describe(net)}, needed a tfjs-layers model`);
}

const isNet = (layer: Layer): layer is LayersModel => 'layers' in layer && Array.isArray(layer.layers);

/**
 * Every layer of a net and of the nets inside it, in the order of the net.
 *
 * @param net whose layers are listed
 * @returns layers by path: their names, or `layer` and their position where the host has named them
 * @example leafLayers(sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] }))[0].path // 'layer0'
 */
export const leafLayers = (net: LayersModel): readonly LeafLayer[] =>
  net.layers.flatMap((layer, position) => {
    const here = stableName(layer, position);
    if (!isNet(layer)) return [{ path: here, layer }];
    return leafLayers(layer).map((inner) => ({ ...inner, path: `${here}/${inner.path}` }));
  });
