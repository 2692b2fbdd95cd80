/** Variables of tfjs-layers models, by names that do not depend on what else was built in the process. */
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

type Layer = InstanceType<typeof layers.Layer>;

// The host numbers unnamed layers by a global counter ("dense_Dense7"); their position in the net is stable.
const stableName = (layer: Layer, position: number): string =>
  new RegExp(`_${layer.getClassName()}\\d+$`).test(layer.name) ? `layer${position}` : layer.name;

const isNet = (layer: Layer): layer is LayersModel => 'layers' in layer && Array.isArray(layer.layers);

/** Every weight of a net and of the nets inside it, with its path. */
const weightsOf = (path: string, net: LayersModel): [string, Variable][] =>
  net.layers.flatMap((layer, position) => {
    const here = `${path}/${stableName(layer, position)}`;
    if (isNet(layer)) return weightsOf(here, layer);
    return layer.weights.map((weight): [string, Variable] => [
      `${here}/${weight.originalName.split('/').at(-1)}`,
      weight.read() as Variable,
    ]);
  });

/**
 * Variables of nets as `net/layer/weight`, non-trainable ones (batch-norm statistics) included.
 *
 * A variable that several nets share stands under its first name alone; where two variables of a layer have one
 * name (the directions of a bidirectional layer), the second is called `name#2`.
 *
 * @param nets nets by name, in the order that the variables shall have
 * @returns the variables themselves, which stay owned by the nets
 */
export function namedWeights(
  nets: Readonly<Record<string, LayersModel>>,
): Readonly<Record<string, Variable>> {
  const named = new Map<string, Variable>();
  const seen = new Set<Variable>();
  for (const [name, variable] of Object.entries(nets).flatMap(([name, net]) => weightsOf(name, net))) {
    if (seen.has(variable)) continue;
    seen.add(variable);
    let free = name;
    for (let i = 2; named.has(free); i++) free = `${name}#${i}`;
    named.set(free, variable);
  }
  return Object.fromEntries(named);
}
