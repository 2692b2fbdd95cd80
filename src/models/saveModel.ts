/** A trained model, kept apart from any training checkpoint. */
import { assertBytes, assertMethods, recordOf } from '../core/assert';
import { brief, canonical, isRecord } from '../core/json';
import { readSafetensors, type StoredArray, writeSafetensors } from '../core/safetensors';
import { describe } from '../core/shape';
import type { Storage } from '../core/storage';
import * as bernoulli from '../distributions/bernoulli';
import { gaussianObservation } from '../distributions/gaussianObservation';
import type { Likelihood, LikelihoodSpec } from '../distributions/likelihood';
import { totalOf } from '../nets/layerValues';
import { createM2, type M2 } from './m2/m2';
import { isOwn, type M2Nets, parsePreset, presetValues } from './m2/nets';
import { parseM2Spec } from './m2/spec';
import type { Model } from './model';
import { assertStored, assignVariables, readTensors } from './modelFile';

/** Version of the file's layout. */
const FORMAT = 'ssvae model 1';

/**
 * Writes a model: its variables as a safetensors file (they open in Python as they are) with the spec beside.
 *
 * @param model any model with named variables; {@link loadModel} rebuilds an M2, {@link loadVariables} fills any other
 * @param storage where to; `file(path)` of `ssvae/node`, `indexedDb(key)` of `ssvae/browser`
 * @example await saveModel(model, file('m2.safetensors'))
 */
export async function saveModel(model: Model, storage: Storage): Promise<void> {
  recordOf('saveModel', recordOf('saveModel', model, 'model').variables, 'model.variables');
  assertMethods('saveModel', 'storage', storage, ['write']);
  const arrays = await readTensors(model.variables);
  await storage.write(writeSafetensors({ arrays, metadata: { format: FORMAT, spec: model.spec } }));
}

interface ModelFile {
  /** name of the reader and of the file, for messages */
  readonly where: string;
  readonly arrays: Readonly<Record<string, StoredArray>>;
  readonly spec: unknown;
}

const readModelFile = async (reader: string, storage: Storage): Promise<ModelFile> => {
  assertMethods(reader, 'storage', storage, ['read']);
  const where = `${reader}: ${storage.name}`;
  const bytes = await storage.read();
  if (bytes === undefined)
    throw new RangeError(`${where} does not exist, needed a file that saveModel wrote`);
  assertBytes(where, 'its content', bytes);
  const { arrays, metadata } = readSafetensors(bytes, where);
  const { format, spec } = isRecord(metadata) ? metadata : {};
  if (format !== FORMAT)
    throw new RangeError(`${where}: the format is ${describe(format)}, needed "${FORMAT}"`);
  return { where, arrays, spec };
};

/** Refuses another spec, naming the first entry that differs. */
const assertSameSpec = (where: string, name: string, found: unknown, needed: unknown): void => {
  if (canonical(found) === canonical(needed)) return;
  if (!isRecord(found) || !isRecord(needed))
    throw new RangeError(
      `${where}: ${name} is ${brief(found)} in the file, needed ${brief(needed)} as in the model`,
    );
  for (const entry of new Set([...Object.keys(needed), ...Object.keys(found)]))
    assertSameSpec(where, `${name}.${entry.slice(0, 100)}`, found[entry], needed[entry]);
};

/**
 * Puts the weights that {@link saveModel} wrote into a model that stands: one's own, built anew by one's own code.
 *
 * @param model whose variables have the names and shapes of the file's, and whose spec is the file's
 * @param storage where from
 * @throws RangeError when nothing is there, the file is damaged or no model, or a variable or the spec differs: the
 *   first that does is named, and no variable is changed
 * @example await loadVariables(createMyModel(), file('mine.safetensors'))
 */
export async function loadVariables(model: Model, storage: Storage): Promise<void> {
  recordOf('loadVariables', recordOf('loadVariables', model, 'model').variables, 'model.variables');
  const { where, arrays, spec } = await readModelFile('loadVariables', storage);
  assertStored(where, model.variables, arrays);
  assertSameSpec(where, 'spec', spec, model.spec);
  assignVariables(where, model.variables, arrays);
}

/** What a spec cannot hold and has to be handed in again. */
export interface LoadModelOptions {
  /** one's own nets, where the model was made of such; their weights are replaced */
  readonly nets?: M2Nets;
  /** one's own likelihood, where the model has such */
  readonly likelihood?: Likelihood;
}

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

/** What `make` gives; where what the file says is refused, the error names the file. */
const naming = <T>(where: string, make: () => T): T => {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new RangeError(`${where}: ${cause.message}`, { cause });
  }
};

const likelihoodOf = (spec: LikelihoodSpec): Likelihood => {
  if (spec.kind === 'bernoulli') return bernoulli;
  return gaussianObservation(spec.variance === 'learned' ? { variance: 'learned' } : { sigma: spec.sigma });
};

/**
 * Reads an M2 model that {@link saveModel} wrote: a preset is rebuilt, one's own nets and likelihood are handed in.
 * A model that `createM2` did not make is read by {@link loadVariables}.
 *
 * @param storage where from
 * @param options one's own nets and likelihood, where the model was made of such
 * @returns the model, with the weights of the file
 * @throws RangeError when nothing is there, the file is damaged or no model, its spec is of nets of another size than
 *   its weights, or a variable differs: the first that does is named
 * @throws TypeError when one's own nets or likelihood are needed and missing
 * @example const model = await loadModel(file('m2.safetensors'))
 */
export async function loadModel(storage: Storage, options: LoadModelOptions = {}): Promise<M2> {
  recordOf('loadModel', options);
  const { where, arrays, spec } = await readModelFile('loadModel', storage);
  const parsed = parseM2Spec(where, spec);
  const nets = options.nets ?? parsed.nets;
  if (nets === null)
    throw new TypeError(`${where}: the model was made with nets of its own, needed them as options.nets`);
  const likelihood =
    options.likelihood ?? naming(where, () => parsed.likelihood && likelihoodOf(parsed.likelihood));
  if (likelihood === null)
    throw new TypeError(
      `${where}: the model was made with a likelihood of its own, needed it as options.likelihood`,
    );
  if (!isOwn(nets))
    assertFits(
      where,
      presetValues(
        { ...parsed, parametersPerValue: likelihood.parametersPerValue },
        parsePreset(where, nets),
      ),
      arrays,
    );
  const model = naming(where, () => createM2({ ...parsed, nets, likelihood }));
  try {
    assignVariables(where, model.variables, arrays);
  } catch (error) {
    model.dispose();
    throw error;
  }
  return model;
}
