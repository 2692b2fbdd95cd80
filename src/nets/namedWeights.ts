/** Variables of tfjs-layers models, by names that do not depend on what else was built in the process. */
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { plainOf } from '../core/assert';
import { assertNet, type Layer, leafLayers } from './leafLayers';

/** A variable of a net, with its place. */
export interface NamedWeight {
  /** `layer/weight`, with the names of the nets inside the net before it */
  readonly name: string;
  readonly layer: Layer;
  readonly variable: Variable;
}

/**
 * Every weight of a net and of the nets inside it, each once; where two have one name (the directions of a
 * bidirectional layer), the second is called `name#2`.
 */
export function weightsOf(net: LayersModel): readonly NamedWeight[] {
  const named = new Map<string, NamedWeight>();
  const seen = new Set<Variable>();
  for (const { path, layer } of leafLayers(net)) {
    for (const weight of layer.weights) {
      const variable = weight.read() as Variable;
      if (seen.has(variable)) continue;
      seen.add(variable);
      const stem = `${path}/${weight.originalName.split('/').at(-1)}`;
      let name = stem;
      for (let i = 2; named.has(name); i++) name = `${stem}#${i}`;
      named.set(name, { name, layer, variable });
    }
  }
  return [...named.values()];
}

/**
 * Variables of nets as `net/layer/weight`, non-trainable ones (batch-norm statistics) included.
 *
 * A variable that several nets share stands under its first name alone; where two variables of a layer have one
 * name (the directions of a bidirectional layer), the second is called `name#2`.
 *
 * @param nets nets by name, in the order that the variables shall have
 * @returns the variables themselves, which stay owned by the nets
 * @throws TypeError when one is not a tfjs-layers model
 */
export function namedWeights(
  nets: Readonly<Record<string, LayersModel>>,
): Readonly<Record<string, Variable>> {
  const named: Record<string, Variable> = {};
  const seen = new Set<Variable>();
  for (const [net, model] of Object.entries(plainOf('namedWeights', nets, 'nets'))) {
    assertNet('namedWeights', `nets.${net}`, model);
    for (const { name, variable } of weightsOf(model)) {
      if (seen.has(variable)) continue;
      seen.add(variable);
      named[`${net}/${name}`] = variable;
    }
  }
  return named;
}

/**
 * Keeps `trainable` of the variables as the nets say: a layer that is made with `trainable: false` leaves its variables
 * trainable, and so does a frozen net with the nets inside it.
 *
 * @param nets that hold the variables
 * @returns a function that sets `trainable` of each variable anew; a variable that one of the nets freezes is frozen
 */
export function trainableAsIn(nets: readonly LayersModel[]): () => void {
  const variables = new Map(
    nets.flatMap((net) => net.weights.map((weight) => [weight, weight.read() as Variable] as const)),
  );
  return () => {
    const frozen = new Set(nets.flatMap((net) => net.nonTrainableWeights));
    for (const [weight, variable] of variables) variable.trainable = !frozen.has(weight);
  };
}
