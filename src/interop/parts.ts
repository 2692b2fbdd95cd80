/** The parts of each kind of model, as programs over its nets: what `classify`, `encode` and `decode` compute. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { describe } from '../core/describe';
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

/** A part of a model. */
export type PartName = 'classifier' | 'encoder' | 'decoder';

type Nets = Readonly<Record<string, LayersModel>>;
type Shapes = Readonly<Record<string, readonly number[]>>;

/** What a program runs with. */
interface Program<V> {
  readonly ops: Operations<V>;
  /** those of the inputs with these names that the part has, in this order */
  inputs(...names: readonly string[]): readonly V[];
  /** what a net of the model gives: one value for each of its outputs */
  net(name: string, ...inputs: readonly V[]): readonly V[];
  /** the first of them */
  one(name: string, ...inputs: readonly V[]): V;
  /** x as the nets see it */
  seen(): V;
}

/** A part: its inputs, and how its outputs come of them. */
export interface Part {
  /** shapes by name, without the batch axis */
  readonly inputs: Shapes;
  outputs<V>(program: Program<V>): Readonly<Record<string, V>>;
}

type Parts = Readonly<Partial<Record<PartName, Part>>>;

const gaussian = <V>([mean, logVar]: readonly V[]) => ({ mean: mean as V, logVar: logVar as V });

const beside = (name: string, width: number | undefined): Shapes =>
  width === undefined ? {} : { [name]: [width] };

/** The features that classifier and encoder of an M2 read. */
const m2Features = <V>(nets: Nets, { one, seen }: Program<V>): V =>
  nets.trunk ? one('trunk', seen()) : seen();

const vaeParts = ({ inputShape, latent }: ReadyModels['vae']): Parts => ({
  encoder: { inputs: { x: inputShape }, outputs: ({ net, seen }) => gaussian(net('encoder', seen())) },
  decoder: {
    inputs: { z: [latent] },
    outputs: ({ one, inputs }) => ({ parameters: one('decoder', ...inputs('z')) }),
  },
});

/** An M2 or a conditional VAE; `labels` is the width of y. */
const m2Parts = (
  { inputShape, latent, classes }: ReadyModels['m2'] | ReadyModels['conditional'],
  nets: Nets,
  labels = classes,
): Parts => {
  const seesLabel = (nets.encoder as LayersModel).inputs.length > 1;
  return {
    ...(nets.classifier && {
      classifier: {
        inputs: { x: inputShape },
        outputs: (program) => ({ logits: program.one('classifier', m2Features(nets, program)) }),
      },
    }),
    encoder: {
      inputs: { x: inputShape, ...(seesLabel && { y: [labels] }) },
      outputs: (program) =>
        gaussian(program.net('encoder', m2Features(nets, program), ...program.inputs('y'))),
    },
    decoder: {
      inputs: { z: [latent], y: [labels] },
      outputs: ({ one, inputs }) => ({ parameters: one('decoder', ...inputs('z', 'y')) }),
    },
  };
};

const m1m2Parts = ({ inputShape, features, covariates }: ReadyModels['m1m2']): Parts => {
  const known = beside('covariates', covariates);
  const encoded = <V>({ net, seen, inputs }: Program<V>) =>
    gaussian(net('encoder', seen(), ...inputs('covariates')));
  return {
    classifier: {
      inputs: { x: inputShape, ...known },
      outputs: (program) => ({ logits: program.one('classifier', encoded(program).mean) }),
    },
    encoder: { inputs: { x: inputShape, ...known }, outputs: encoded },
    decoder: {
      inputs: { z: [features], ...known },
      outputs: ({ one, inputs }) => ({ parameters: one('decoder', ...inputs('z', 'covariates')) }),
    },
  };
};

/** M1's nets under `m1.`, and those of M2 under `m2.`. */
const stackedParts = ({ m1, dimensions }: ReadyModels['stackedM2'], nets: Nets): Parts => {
  const encoded = <V>({ net, seen }: Program<V>) => gaussian(net('m1.encoder', seen()));
  return {
    classifier: {
      inputs: { x: m1.inputShape },
      outputs(program) {
        const active = program.ops.select('active', encoded(program).mean, dimensions);
        const features = nets['m2.trunk'] ? program.one('m2.trunk', active) : active;
        return { logits: program.one('m2.classifier', features) };
      },
    },
    encoder: { inputs: { x: m1.inputShape }, outputs: encoded },
    decoder: {
      inputs: { z: [m1.latent] },
      outputs: ({ one, inputs }) => ({ parameters: one('m1.decoder', ...inputs('z')) }),
    },
  };
};

/** At a = E[a|x], and in the decoder of an SDGM at a = E[a|z,y]. */
const auxiliaryParts = ({ inputShape, latent, classes }: ReadyModels['adgm'], nets: Nets): Parts => {
  const atMean = <V>({ one, seen }: Program<V>): readonly V[] => [one('auxiliaryEncoder', seen()), seen()];
  const decoderSeesAuxiliary = (nets.decoder as LayersModel).inputs.length === 3;
  return {
    classifier: {
      inputs: { x: inputShape },
      outputs: (program) => ({ logits: program.one('classifier', ...atMean(program)) }),
    },
    encoder: {
      inputs: { x: inputShape, y: [classes] },
      outputs: (program) => gaussian(program.net('encoder', ...atMean(program), ...program.inputs('y'))),
    },
    decoder: {
      inputs: { z: [latent], y: [classes] },
      outputs({ one, inputs }) {
        const code = inputs('z', 'y');
        const a = decoderSeesAuxiliary ? [one('auxiliaryDecoder', ...code)] : [];
        return { parameters: one('decoder', ...a, ...code) };
      },
    },
  };
};

/** A log-variance in (−10, 10), as `withSoftClip` of the ladder. */
const softClip = <V>(ops: Operations<V>, name: string, logVar: V): V => {
  const tanh = ops.activation(`${name}_tanh`, ops.scale(`${name}_tenth`, logVar, 0.1), 'tanh');
  return ops.scale(`${name}_clipped`, tanh, 10);
};

/** The product of two Gaussians, as `mergeGaussians`. */
const merged = <V>(
  ops: Operations<V>,
  name: string,
  a: { readonly mean: V; readonly logVar: V },
  b: { readonly mean: V; readonly logVar: V },
) => {
  const excess = ops.add(`${name}_excess`, a.logVar, ops.scale(`${name}_minus`, b.logVar, -1)); // log σ_a² − log σ_b²
  const opposite = ops.scale(`${name}_opposite`, excess, -1);
  const ofA = ops.multiply(`${name}_a`, ops.activation(`${name}_wa`, opposite, 'sigmoid'), a.mean);
  const ofB = ops.multiply(`${name}_b`, ops.activation(`${name}_wb`, excess, 'sigmoid'), b.mean);
  const gain = ops.scale(`${name}_gain`, ops.activation(`${name}_softplus`, excess, 'softplus'), -1);
  return { mean: ops.add(`${name}_mean`, ofA, ofB), logVar: ops.add(`${name}_logVar`, a.logVar, gain) };
};

/** d_L of what the pass up gives. */
const topOf = <V>(up: readonly V[]): V => up.at(-1) as V;

/** `mean` and `logVar` are those of z_1, `mean.2` and `logVar.2` those of z_2, and so on; each layer at the mean of the one above. */
const ladderParts = (model: ReadyModels['ladder']): Parts => {
  const { inputShape, latents, classes, decoderSeesLabel } = model;
  const top = latents.length;
  const label: Shapes = decoderSeesLabel ? { y: [classes] } : {};
  return {
    classifier: {
      inputs: { x: inputShape },
      outputs: (program) => ({
        logits: program.one('classifier', topOf(program.net('bottomUp', program.seen()))),
      }),
    },
    encoder: {
      inputs: { x: inputShape, y: [classes] },
      outputs({ ops, net, seen, inputs }) {
        const up = net('bottomUp', seen());
        const y = inputs('y');
        const layers = [gaussian(net('encoder', topOf(up), ...y))];
        for (let i = top - 1; i >= 1; i--) {
          const above = (layers[0] as (typeof layers)[number]).mean;
          const p = gaussian(net(`prior${i}`, above, ...(i === top - 1 ? y : [])));
          const message = gaussian(up.slice(2 * i - 2, 2 * i));
          const clipped = (name: string, { mean, logVar }: typeof p) => ({
            mean,
            logVar: softClip(ops, name, logVar),
          });
          layers.unshift(merged(ops, `merged${i}`, clipped(`message${i}`, message), clipped(`prior${i}`, p)));
        }
        const named = layers.flatMap(({ mean, logVar }, i) => {
          const end = i === 0 ? '' : `.${i + 1}`;
          return [
            [`mean${end}`, mean],
            [`logVar${end}`, logVar],
          ] as const;
        });
        return Object.fromEntries(named);
      },
    },
    decoder: {
      inputs: { z: [latents[0] as number], ...label },
      outputs: ({ one, inputs }) => ({ parameters: one('decoder', ...inputs('z', 'y')) }),
    },
  };
};

/** `z` of the encoder is the code itself. With a class prior there is no net of the classifier. */
const aaeParts = ({ inputShape, latent, classes, classPrior }: ReadyModels['aae']): Parts => ({
  ...(classPrior === undefined && {
    classifier: {
      inputs: { x: inputShape },
      outputs: ({ one, seen }) => ({ logits: one('classifier', one('trunk', seen())) }),
    },
  }),
  encoder: {
    inputs: { x: inputShape },
    outputs: ({ one, seen }) => ({ z: one('encoder', one('trunk', seen())) }),
  },
  decoder: {
    inputs: { z: [latent], ...(classPrior === undefined && { y: [classes] }) },
    outputs: ({ one, inputs }) => ({ parameters: one('decoder', ...inputs('z', 'y')) }),
  },
});

/** The parts of each kind of model; other formats refuse a kind without a line here. */
const PARTS: { readonly [Kind in ModelKind]?: (model: ReadyModels[Kind], nets: Nets) => Parts } = {
  vae: vaeParts,
  m2: m2Parts,
  conditional: (model, nets) =>
    m2Parts(model, nets, model.missing === 'token' ? model.classes + 1 : model.classes),
  m1m2: m1m2Parts,
  stackedM2: stackedParts,
  adgm: auxiliaryParts,
  sdgm: auxiliaryParts,
  ladder: ladderParts,
  aae: aaeParts,
};

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
  const renamed = (name: string, nets: Nets = {}): Nets =>
    Object.fromEntries(Object.entries(nets).map(([net, layers]) => [`${name}.${net}`, layers]));
  return { ...renamed('m1', netsOf(m1)), ...renamed('m2', netsOf(m2)) };
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
      `${where}: model is ${describe(model)}, needed a ready model, as createM2 makes, or loadModel`,
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
