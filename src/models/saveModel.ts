/** A trained model, kept apart from any training checkpoint. */
import { plainOf, recordOf } from '../core/assert';
import { oneLine } from '../core/describe';
import { assertSpec } from '../core/spec';
import { CHECKPOINT, formatOf, MODEL } from '../files/fileFormat';
import { writeSafetensors } from '../files/safetensors';
import { assertStorage, contentOf, Held, type Storage, type StorageFolder } from '../files/storage';
import { assertModel } from './fits';
import { assertLiving, assertNotInTraining } from './living';
import type { Model } from './model';
import { assertStored, assignVariables, readTensors } from './modelFile';
import { assertSame, assertStructure, FORMAT, readModelFile } from './presetFile';

/** Refuses a place that a run holds, or that holds anything but a model: the write would destroy it. */
const assertNothingElse = async (storage: Storage): Promise<void> => {
  try {
    await storage.assertFree?.();
  } catch (cause) {
    throw cause instanceof Held ? new Error(`saveModel: ${cause.message}`, { cause }) : cause;
  }
  const name = oneLine(storage.name, 300);
  // A place that can only be written holds nothing that anybody could read.
  const readable = (storage as Partial<Storage>).read !== undefined;
  const former = readable ? await contentOf(`saveModel: ${name}`, storage) : undefined;
  if (former === undefined || former.length === 0) return;
  const format = formatOf(former);
  if (format?.startsWith(MODEL)) return;
  const held = format?.startsWith(CHECKPOINT) ? 'the checkpoint of a run' : 'something else than a model';
  throw new RangeError(`saveModel: ${name} holds ${held}, needed another place for the model`);
};

/**
 * Writes a model: its variables as a safetensors file (they open in Python as they are) with the spec beside.
 *
 * The file holds the weights of the call, and of several calls to one place those of the last.
 *
 * Weights are written as they are, NaN too. `predict` and the evaluations refuse a model that gives no finite numbers.
 *
 * @param model any model with named variables; `loadModel` rebuilds a ready model, {@link loadVariables} fills your own
 * @param storage where to; `file(path)` of `ssvae/node`, `indexedDb(key)` of `ssvae/browser`
 * @throws RangeError when the place holds the checkpoint of a run, or a file that is not a model; Error when a run holds the place
 * @example await saveModel(model, file('m2.safetensors'))
 */
export async function saveModel(model: Model, storage: Storage): Promise<void> {
  plainOf('saveModel', recordOf('saveModel', model, 'model').variables, 'model.variables');
  assertModel('saveModel', 'model', model, []);
  assertLiving('saveModel', model);
  assertSpec('saveModel', 'model.spec', model.spec);
  assertStorage('saveModel', 'storage', storage, ['write']);
  // Read at the call: training may go on before the place is free.
  const reading = readTensors(model.variables);
  reading.catch(() => undefined);
  await inTurn(storage.name, async () => {
    await assertNothingElse(storage);
    const arrays = await reading;
    const { spec, structure } = model;
    const metadata = { format: FORMAT, spec, ...(structure !== undefined && { structure }) };
    await storage.write(writeSafetensors({ arrays, metadata }));
  });
}

/** Saves that are under way, by the names of their places. */
const saves = new Map<string, Promise<void>>();

/** Saves to a place one after the other, so that the last call is what it holds. */
async function inTurn(place: string, save: () => Promise<void>): Promise<void> {
  const turn = (saves.get(place) ?? Promise.resolve()).catch(() => undefined).then(save);
  saves.set(place, turn);
  try {
    await turn;
  } finally {
    if (saves.get(place) === turn) saves.delete(place);
  }
}

/**
 * Puts the weights that {@link saveModel} wrote into a model that your own code has built.
 *
 * @param model whose variables have the names and shapes of the file's, and whose spec is the file's
 * @param storage where from
 * @throws RangeError when nothing is there, the file is damaged or no model, or a variable, the spec or a layer of own nets
 *   differs: the first that does is named, and no variable is changed
 * @throws Error while a run of `train` uses the model, or one that shares variables with it
 * @example await loadVariables(createMyModel(), file('mine.safetensors'))
 */
export async function loadVariables(model: Model, storage: Storage | StorageFolder): Promise<void> {
  plainOf('loadVariables', recordOf('loadVariables', model, 'model').variables, 'model.variables');
  assertLiving('loadVariables', model);
  assertNotInTraining('loadVariables', model);
  const file = await readModelFile('loadVariables', storage);
  const { where, arrays, spec } = file;
  assertStored(where, model.variables, arrays);
  assertSame(where, 'spec', spec, model.spec);
  assertStructure(file, model);
  // A run may have begun, or the model may have been disposed, while the file was read.
  assertNotInTraining('loadVariables', model);
  assertLiving('loadVariables', model);
  assignVariables(where, model.variables, arrays);
}
