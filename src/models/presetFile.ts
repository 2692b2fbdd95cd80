/** Files of saved models, and the presets that they rebuild. */
import { oneLine } from '../core/describe';
import type { LatentPrior } from '../distributions/latentPrior';
import type { Likelihood } from '../distributions/likelihood';
import type { LikelihoodSpec } from '../distributions/likelihoods';
import { firstDifference, shown } from '../files/difference';
import { assertFormat, MODEL } from '../files/fileFormat';
import { brief, canonical, isRecord, own, parseRecord } from '../files/json';
import { readSafetensors, type StoredArray } from '../files/safetensors';
import { assertStorage, contentOf, isFolder, type Storage, type StorageFolder } from '../files/storage';
import { totalOf } from '../nets/description';
import { completeSpec } from './fileSpec';
import { assertLikelihood, columnsClaimed, likelihoodOf, outputShapeOf } from './likelihoods';
import type { Model } from './model';
import { assertStored, assignVariables } from './modelFile';
import { disposeVariables } from './ownVariables';
import { whole } from './whole';

/** Version of the file's layout. */
export const FORMAT = `${MODEL} 1`;

/** The file of a model in a folder that is made to be shared. */
export const SHARED_FILE = 'model.safetensors';

/** What a file of a saved model holds. */
export interface ModelFile {
  /** name of the reader and of the file, for messages */
  readonly where: string;
  readonly arrays: Readonly<Record<string, StoredArray>>;
  readonly spec: unknown;
  /** layers of the user's own nets; earlier files have none, and are not compared */
  readonly structure?: unknown;
}

/**
 * Refuses what differs between a file and a model, naming the first entry that does.
 *
 * @param where name of the reader and of the file, for messages
 * @param name of what is compared
 */
export function assertSame(where: string, name: string, found: unknown, needed: unknown): void {
  const different = firstDifference(name, needed, found);
  if (different === undefined) return;
  const { path, ours, theirs } = different;
  throw new RangeError(
    `${where}: ${oneLine(path, 300)} is ${shown(theirs)} in the file, needed ${shown(ours)} as in the model`,
  );
}

/** The part of a value whose entries the other has too. */
const sharedWith = (value: unknown, other: unknown): unknown => {
  if (Array.isArray(value) && Array.isArray(other))
    return value.map((entry, i) => sharedWith(entry, other[i]));
  if (!isRecord(value) || !isRecord(other)) return value;
  const shared = Object.entries(value).filter(([name]) => Object.hasOwn(other, name));
  return Object.fromEntries(shared.map(([name, entry]) => [name, sharedWith(entry, own(other, name))]));
};

/**
 * Refuses own nets of other layers than those of the file: weights of the same shapes would compute something else. A setting
 * that only one has is of another version of the host.
 */
export function assertStructure(
  { where, structure: found }: ModelFile,
  model: Pick<Model, 'structure'>,
): void {
  const { structure: needed } = model;
  if (found === undefined || needed === undefined) return;
  assertSame(where, 'nets', sharedWith(found, needed), sharedWith(needed, found));
}

/**
 * Reads the file of a saved model, or that of a folder.
 *
 * @param reader name of the calling function, for messages
 * @throws RangeError when nothing is there, or the file is damaged or no model
 */
export const readModelFile = async (reader: string, place: Storage | StorageFolder): Promise<ModelFile> => {
  const storage = isRecord(place) && isFolder(place) ? place.file(SHARED_FILE) : (place as Storage);
  assertStorage(reader, 'storage', storage, ['read']);
  const where = `${reader}: ${oneLine(storage.name, 300)}`;
  const bytes = await contentOf(where, storage);
  if (bytes === undefined)
    throw new RangeError(`${where} does not exist, needed a file that saveModel wrote`);
  if (bytes.length === 0)
    throw new RangeError(`${where}: the file is empty (0 bytes), needed a file that saveModel wrote`);
  const { arrays, metadata } = readSafetensors(bytes, where);
  const { format } = isRecord(metadata) ? metadata : {};
  assertFormat(where, format, FORMAT, ', as saveModel writes; a checkpoint is read by train, with resume');
  const { spec, structure } = parseRecord(where, 'the metadata', metadata, ['format', 'spec', 'structure']);
  return { where, arrays, spec: completeSpec(spec), structure };
};

/**
 * Refuses a spec of other nets than the file can hold the weights of, before they are made: a few bytes of a spec can
 * ask for any amount of memory. Where they are of about the right size, the first variable that differs is named later.
 */
const assertFits = (where: string, values: readonly number[], arrays: ModelFile['arrays']): void => {
  const stored = Object.values(arrays);
  const held = totalOf(stored.map(({ data }) => data.length));
  const asked = totalOf(values);
  if (values.length > stored.length || asked > 2 * held)
    throw new RangeError(
      `${where}: the spec is of nets of ${values.length} layers and ${asked} values, needed the ${held} values of the file's ${stored.length} variables`,
    );
};

/** Refuses a likelihood of more columns than the model's inputs, or the file's values: its lists would take any amount of memory. */
const assertColumns = (
  where: string,
  likelihood: LikelihoodSpec,
  inputShape: readonly number[],
  arrays: ModelFile['arrays'],
): void => {
  const claimed = columnsClaimed(likelihood);
  const held = totalOf(Object.values(arrays).map(({ data }) => data.length));
  const needed = Math.min(inputShape.at(-1) ?? 0, held);
  if (claimed > needed)
    throw new RangeError(
      `${where}: spec.likelihood has ${claimed} columns, needed at most ${needed}, those of the inputShape and the values of the file`,
    );
};

/** What `make` gives; where what the file says is refused, the error names the file. */
const naming = <T>(where: string, make: () => T): T => {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new RangeError(`${where}: ${cause.message}`, { cause });
  }
};

/** What a spec cannot hold: what `loadModel` needs again. */
export interface HandedIn<Nets = unknown> {
  /** your own nets, where the model has such; their weights are replaced */
  readonly nets?: Nets;
  /** your own likelihood, where the model has one; its variables are replaced */
  readonly likelihood?: Likelihood;
  /** your own prior, where the model has one; its variables are replaced */
  readonly prior?: LatentPrior;
}

/** What every ready model's spec holds. */
interface PresetSpec<Nets> {
  readonly inputShape: readonly number[];
  readonly nets: Nets | null;
  readonly likelihood: LikelihoodSpec | null;
  readonly prior?: null;
}

/** How a ready model is rebuilt from its spec. */
export interface ReadyModel<Spec extends PresetSpec<Nets>, Nets, M extends Model> {
  /** the spec in a file */
  parse(where: string, spec: unknown): Spec;
  /** whether nets are a user's own */
  isOwn(nets: Nets): boolean;
  /** values of the layers of a preset */
  valuesOf(
    where: string,
    spec: Spec & { readonly outputShape: readonly number[] },
    nets: Nets,
  ): readonly number[];
  /** makes it anew */
  create(
    options: Omit<Spec, 'nets' | 'likelihood' | 'prior'> & {
      nets: Nets;
      likelihood: Likelihood;
      prior?: LatentPrior;
    },
  ): M;
}

const nameOf = (likelihood: object | null): string =>
  likelihood === null ? 'one of your own' : brief(likelihood);

/** A model that frees the variables of a likelihood that was made for it. */
const owning = <M extends Model>(model: M, likelihood: Likelihood): M => {
  const { dispose } = model;
  model.dispose = () => {
    dispose();
    disposeVariables(likelihood);
  };
  return model;
};

/**
 * Rebuilds a model from its file: sizes are compared before anything is made.
 *
 * @param file of the model
 * @param handedIn your own nets, likelihood and prior, where the model has such
 * @returns the model, with the weights of the file
 * @throws RangeError or TypeError, as the caller documents
 */
export function rebuild<Nets, Spec extends PresetSpec<Nets>, M extends Model>(
  file: ModelFile,
  handedIn: HandedIn<Nets>,
  { parse, isOwn, valuesOf, create }: ReadyModel<Spec, Nets, M>,
): M {
  const { where, arrays, spec } = file;
  const parsed = parse(where, spec);
  const nets = handedIn.nets ?? parsed.nets;
  if (nets === null)
    throw new TypeError(`${where}: the model was made with nets of its own, needed them as options.nets`);
  const { prior: ofFile, nets: _, likelihood: ofSpec, ...spoken } = parsed;
  const { likelihood: handed, prior } = handedIn;
  if (ofSpec === null && handed === undefined)
    throw new TypeError(
      `${where}: the model was made with a likelihood of its own, needed it as options.likelihood`,
    );
  if (handed !== undefined && canonical(handed.spec ?? null) !== canonical(ofSpec))
    throw new RangeError(
      `${where}: options.likelihood is ${nameOf(handed.spec ?? null)} and ${nameOf(ofSpec)} in the file, needed the same${ofSpec ? '; or leave it out' : ''}`,
    );
  if ((ofFile === null) !== (prior !== undefined))
    throw new TypeError(
      `${where}: the model was made with ${ofFile === null ? 'a prior of its own, needed it as' : 'the prior N(0, I), needed no'} options.prior`,
    );
  return whole(() => {
    if (handed !== undefined) assertLikelihood(where, handed, parsed.inputShape);
    if (handed === undefined) assertColumns(where, ofSpec as LikelihoodSpec, parsed.inputShape, arrays);
    const likelihood = handed ?? naming(where, () => likelihoodOf(ofSpec as LikelihoodSpec));
    if (!isOwn(nets)) {
      const outputShape = naming(where, () => outputShapeOf(where, likelihood, parsed.inputShape));
      assertFits(where, valuesOf(where, { ...parsed, outputShape }, nets), arrays);
    }
    const model = naming(where, () => create({ ...spoken, nets, likelihood, ...(prior && { prior }) }));
    try {
      assertStored(where, model.variables, arrays);
      assertStructure(file, model);
      assignVariables(where, model.variables, arrays);
    } catch (error) {
      model.dispose();
      throw error;
    }
    return handed ? model : owning(model, likelihood);
  });
}
