/** The nets of a ready model: a preset's, which the model frees, or the user's own, which it leaves alone. */
import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Noise } from '../core/noise';
import type { Likelihood } from '../distributions/likelihood';
import type { Json } from '../files/json';
import { assertBackend } from '../host/backendTraits';
import { type Initializer, initializeNet } from '../nets/initializer';
import { namedWeights, trainableAsIn } from '../nets/namedWeights';
import { structureOf } from '../nets/structure';
import { assertDistinct } from './living';
import type { Model } from './model';
import { assertEndings, type EndedNets } from './netEndings';
import { disposeVariables, type Owner, takeVariables, variablesUnder } from './ownVariables';
import { whole } from './whole';

/** What nets are made from. */
export interface OwnedNetsOptions<Nets extends EndedNets> {
  /** builds a preset, or checks the user's own nets */
  make(): Nets;
  /** whether they are the user's own */
  readonly own: boolean;
  readonly inputShape: readonly number[];
  readonly likelihood: Likelihood;
  /** whether the model made the likelihood, and frees its variables */
  readonly ownsLikelihood: boolean;
  /** whose variables are the model's too */
  readonly prior: Owner | undefined;
  readonly initializer: Initializer;
  readonly noise: Noise;
}

/** Nets with their variables. */
export interface OwnedNets<Nets> {
  readonly nets: Nets;
  /** the layers of the user's own nets; a preset is part of the model's spec */
  readonly structure?: Json;
  /** those of the nets, of the prior and of the likelihood; `trainable` follows the user's layers, which may be frozen at any time */
  variables(): Readonly<Record<string, Variable>>;
  /** frees a preset's nets, and a likelihood that the model made; a second call does nothing */
  dispose(): void;
}

/** Nets by the record of their variables, which is the model's too. */
const NETS = /* @__PURE__ */ new WeakMap<object, Readonly<Record<string, LayersModel>>>();

/** The nets of a ready model, or of one beside another temperature; undefined of any other. */
export const netsOf = ({
  variables,
}: Pick<Model, 'variables'>): Readonly<Record<string, LayersModel>> | undefined => NETS.get(variables);

/**
 * Makes the nets of a model, with initial weights drawn by the names of the nets. Where it throws, nothing is left.
 *
 * @param where name of the calling function, for messages
 * @throws what `make` throws; RangeError where a net ends in what its reader cannot use, a variable has two names, or another
 *   model has those of the likelihood
 */
export function ownedNets<Nets extends EndedNets>(
  where: string,
  { make, own, inputShape, likelihood, ownsLikelihood, prior, initializer, noise }: OwnedNetsOptions<Nets>,
): OwnedNets<Nets> {
  assertBackend(where);
  const nets = whole(() => {
    const made = make();
    if (own) assertEndings(where, made, likelihood, inputShape);
    else for (const [name, net] of Object.entries(made)) initializeNet(net, noise.split(name), initializer);
    return made;
  });
  const named = nets as unknown as Readonly<Record<string, LayersModel>>;
  const variables = {
    ...namedWeights(named),
    ...variablesUnder('prior', prior),
    ...variablesUnder('likelihood', likelihood),
  };
  assertDistinct(where, variables);
  NETS.set(variables, named);
  const giveBack = takeVariables(where, likelihood);
  const setTrainable = own ? trainableAsIn(Object.values(named)) : () => {};
  let disposed = false;
  return {
    nets,
    ...(own && { structure: structureOf(named) }),
    variables() {
      setTrainable();
      return variables;
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      giveBack();
      if (ownsLikelihood) disposeVariables(likelihood);
      if (own) return;
      for (const net of Object.values(named)) net.dispose();
    },
  };
}
