/** Constraints and regularizers of layers: TensorFlow.js applies them in its own `fit` alone. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe } from '../core/describe';
import { isRecord } from '../files/json';
import { type Layer, leafLayers } from './leafLayers';

const isTerm = (name: string): boolean => /(constraint|regularizer)$/i.test(name);

/** The first constraint or regularizer in a layer's description: its own, or that of a layer or a cell that it wraps. */
const describedTermOf = (config: unknown): string | undefined => {
  if (!isRecord(config)) return undefined;
  const own = Object.keys(config).find((name) => isTerm(name) && isRecord(config[name]));
  if (own !== undefined) return own;
  for (const part of Object.values(config).flat()) {
    const found = isRecord(part) ? describedTermOf(part.config) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
};

/** The same of any layer: what a layer of your own describes may be less than what it has. */
const termOf = (layer: Layer): string | undefined => {
  const described = describedTermOf(layer.getConfig());
  if (described !== undefined) return described;
  if (layer.losses.length > 0) return 'regularizer';
  // The host's types say that each weight has one.
  const isConstrained = layer.weights.some(({ constraint }) => (constraint ?? null) !== null);
  return isConstrained ? 'constraint' : undefined;
};

const cureOf = (term: string): string =>
  /constraint$/i.test(term)
    ? 'leave it out, and write a layer that computes such weights from free ones (a softplus of them is never negative)'
    : 'leave it out, and give train a parameterPrior or createAdam a weightDecay';

/**
 * Refuses a net that has a constraint or a regularizer: a step of this library does not know of them, and would train as if
 * there were none.
 *
 * @param where name of the calling function, for the message
 * @param name of the net, for the message
 * @param net a user's own
 * @throws RangeError naming the first such layer, and what to do instead
 */
export function assertNoLayerTerms(where: string, name: string, net: LayersModel): void {
  for (const { path, layer } of leafLayers(net)) {
    const found = termOf(layer);
    if (found === undefined) continue;
    throw new RangeError(
      `${where}: ${name} has the layer ${describe(path)} with a ${found}, which only the fit of TensorFlow.js applies, needed none: ${cureOf(found)}`,
    );
  }
}
