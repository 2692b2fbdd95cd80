/** Runs a net of tfjs-layers in a pass. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { sizeOf } from '../core/shape';
import { type Layer, leafLayers } from './leafLayers';
import type { Pass } from './pass';

/** Whether a stock layer of batch norm sees one value a channel of each row, as behind a dense layer. */
const normsRows = (layer: Layer): boolean => {
  if (layer.getClassName() !== 'BatchNormalization') return false;
  const { axis = -1 } = layer.getConfig() as { readonly axis?: number };
  return layer.inboundNodes.some(({ inputShapes }) => {
    const shape = (Array.isArray(inputShapes[0]) ? inputShapes[0] : inputShapes) as readonly (
      | number
      | null
    )[];
    const channels = axis < 0 ? axis + shape.length : axis;
    return sizeOf(shape.map((size, i) => (i === 0 || i === channels ? 1 : (size ?? 0)))) === 1;
  });
};

const known = new WeakMap<LayersModel, boolean>();

const hasNormOfRows = (net: LayersModel): boolean => {
  const found = known.get(net) ?? leafLayers(net).some(({ layer }) => normsRows(layer));
  known.set(net, found);
  return found;
};

/**
 * What a net gives in a pass.
 *
 * Stock batch norm over a batch of one would take the variance of one value, 0, for that of its channel: its output would
 * be the same for any input, and its running variance fall. Over one example at every label, the labels alone would be left
 * of it. Such a pass runs as evaluation does, by the running statistics, which stay as they are; `BatchNorm` does so by
 * itself.
 *
 * @param net whose layers are called with the pass
 * @param inputs of the net
 * @param pass how it is run
 */
export const runNet = <Out extends Tensor | Tensor[]>(
  net: LayersModel,
  inputs: Tensor | Tensor[],
  pass: Pass = {},
): Out => {
  const rows = Math.max(...[inputs].flat().map(({ shape }) => shape[0] as number));
  const isAlone = pass.training === true && (pass.examples ?? rows) === 1;
  return net.apply(inputs, { ...pass, ...(isAlone && hasNormOfRows(net) && { training: false }) }) as Out;
};
