/** Variables of tfjs-layers models, by names that do not depend on what else was built in the process. */
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

type Layer = InstanceType<typeof layers.Layer>;

// The host numbers unnamed layers by a global counter ("dense_Dense7"); their position in the net is stable.
const stableName = (layer: Layer, position: number): string =>
  new RegExp(`_${layer.getClassName()}\\d+$`).test(layer.name) ? `layer${position}` : layer.name;

/**
 * Variables of nets as `net/layer/weight`, non-trainable ones (batch-norm statistics) included.
 *
 * @param nets nets by name, in the order that the variables shall have
 * @returns the variables themselves, which stay owned by the nets
 */
export function namedWeights(
  nets: Readonly<Record<string, LayersModel>>,
): Readonly<Record<string, Variable>> {
  const named: Record<string, Variable> = {};
  for (const [netName, net] of Object.entries(nets)) {
    for (const [position, layer] of net.layers.entries()) {
      for (const weight of layer.weights) {
        const short = weight.originalName.split('/').at(-1) as string;
        named[`${netName}/${stableName(layer, position)}/${short}`] = weight.read() as Variable;
      }
    }
  }
  return named;
}
