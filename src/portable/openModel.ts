/** A model whose parts other formats can run. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe } from '../core/describe';
import { awaitHint } from '../core/hints';
import type { Likelihood } from '../distributions/likelihood';
import { isRecord, own } from '../files/json';
import type { StoredArray } from '../files/safetensors';
import { assertLiving } from '../models/living';
import type { Model } from '../models/model';
import { readTensors } from '../models/modelFile';
import { netsOf } from '../models/ownedNets';
import type { ModelKind, ReadyModels } from '../models/registry';
import { runNetIn, type Walk, type WeightsOf } from './layers';
import type { Operations } from './operations';
import type { Nets, Part, PartName, Parts } from './part';
import { PARTS } from './parts';

/** A ready model: any that `loadModel` reads. */
export type ReadyModel = ReadyModels[ModelKind];

/** Which columns of x are seen as log(1 + x): all (`'all'`), some, or none. */
const logarithmsIn = (where: string, likelihood: Likelihood): 'all' | readonly boolean[] | undefined => {
  if (likelihood.netInput === undefined) return undefined;
  const { spec } = likelihood;
  if (spec?.netInput === 'log1p') return 'all';
  if (spec?.kind === 'mixed')
    return (spec.blocks as readonly { readonly width: number; readonly netInput?: string }[]).flatMap(
      ({ width, netInput }) => new Array<boolean>(width).fill(netInput === 'log1p'),
    );
  throw new RangeError(`${where}: likelihood.netInput is your own, needed a likelihood of the library`);
};

/** A model whose parts can be converted. */
export interface Opened {
  readonly kind: ModelKind;
  readonly parts: Parts;
  /**
   * The outputs of a part.
   *
   * @param given its inputs, by name
   * @throws RangeError naming a layer or an activation that the format does not have
   */
  outputsOf<V>(
    part: Part,
    ops: Operations<V>,
    given: Readonly<Record<string, V>>,
  ): Readonly<Record<string, V>>;
}

/** Every variable of a model as numbers. */
const weightsOf = async ({ variables }: Model): Promise<WeightsOf> => {
  const stored = await readTensors(variables);
  const byVariable = new Map<object, StoredArray | undefined>(
    Object.entries(variables).map(([name, variable]) => [variable, stored[name]]),
  );
  return (layer, name) => {
    const weight = layer.weights.find(({ originalName }) => originalName.split('/').at(-1) === name);
    return byVariable.get(weight?.read() as object) as StoredArray;
  };
};

/** The nets of a model by name; those of stacked M1+M2 with `m1.` and `m2.` before their names. */
const allNets = (model: Model): Nets | undefined => {
  const { m1, m2 } = model as Partial<ReadyModels['stackedM2']>;
  if (m1 === undefined || m2 === undefined) return netsOf(model);
  const [ofM1, ofM2] = [netsOf(m1), netsOf(m2)];
  const renamed = (name: string, nets: Nets): Nets =>
    Object.fromEntries(Object.entries(nets).map(([net, layers]) => [`${name}.${net}`, layers]));
  return ofM1 && ofM2 && { ...renamed('m1', ofM1), ...renamed('m2', ofM2) };
};

/**
 * Opens a model for other formats.
 *
 * @param where name of the calling function, for messages
 * @throws TypeError where it is not a ready model; RangeError where it is disposed, or its likelihood has a `netInput` of its own
 */
export async function openModel(where: string, model: ReadyModel): Promise<Opened> {
  const kind = isRecord(model) && isRecord(model.spec) ? model.spec.model : undefined;
  const describeParts =
    typeof kind === 'string' ? own<(model: never, nets: Nets) => Parts>(PARTS, kind) : undefined;
  const nets = describeParts && allNets(model);
  if (describeParts === undefined || nets === undefined)
    throw new TypeError(
      `${where}: model is ${describe(model)}, needed a ready model, as createM2 makes, or loadModel${awaitHint(model)}`,
    );
  assertLiving(where, model);
  const logarithms = logarithmsIn(where, model.likelihood);
  const weights = await weightsOf(model);
  return {
    kind: kind as ModelKind,
    parts: describeParts(model as never, nets),
    outputsOf<V>(part: Part, ops: Operations<V>, given: Readonly<Record<string, V>>) {
      const walk: Walk<V> = { where, ops, weightsOf: weights };
      const net = (name: string, ...inputs: readonly V[]): readonly V[] =>
        runNetIn(walk, name.replace('.', '_'), nets[name] as LayersModel, inputs);
      let seen: V | undefined;
      return part.outputs<V>({
        ops,
        inputs: (...names) => names.flatMap((name) => (name in given ? [given[name] as V] : [])),
        net,
        one: (name, ...inputs) => net(name, ...inputs)[0] as V,
        seen() {
          const x = given.x as V;
          seen ??= logarithms ? ops.log1p('seen', x, logarithms === 'all' ? undefined : logarithms) : x;
          return seen;
        },
      });
    },
  };
}

/**
 * A part of a model by its name.
 *
 * @throws RangeError where the model does not have it
 */
export function partOf(where: string, { kind, parts }: Opened, name: PartName): Part {
  const part = own(parts as Readonly<Record<string, Part>>, name);
  if (part) return part;
  const reason = kind === 'aae' ? ', whose labels come of its class prior' : '';
  throw new RangeError(
    `${where}: part is ${describe(name)}, which this model (${describe(kind)}${reason}) does not have; needed ${Object.keys(parts).map(describe).join(' or ')}`,
  );
}
