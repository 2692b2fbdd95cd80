/** Resumes a run: finds the checkpoint, and suggests another if it cannot be used. */
import { tidy } from '@tensorflow/tfjs-core';
import { describe } from '../../core/describe';
import { contentOf, isFolder, type Storage, type StorageFolder } from '../../files/storage';
import { assignVariables, toTensor } from '../../models/modelFile';
import { restoreAll } from '../optimizer/optimizers';
import type { Resume } from '../options';
import { type CheckpointFile, checkpointsIn } from './files';
import type { RunIdentity } from './identity';
import { type Checkpoint, parseCheckpoint } from './parse';
import type { RunState } from './runState';

/** A checkpoint that a run can resume from. */
export interface FoundCheckpoint {
  /** name of its storage, for messages */
  readonly name: string;
  readonly checkpoint: Checkpoint;
}

const readFrom = async (
  storage: Storage,
  state: RunState,
  run: RunIdentity,
): Promise<FoundCheckpoint | undefined> => {
  const where = `resume: ${storage.name}`;
  const bytes = await contentOf(where, storage);
  if (bytes?.length === 0)
    throw new RangeError(
      `${where}: the file is empty (0 bytes), needed a checkpoint: remove it, then resume from another or begin anew`,
    );
  return bytes && { name: storage.name, checkpoint: parseCheckpoint(where, bytes, state, run) };
};

/**
 * Restores a checkpoint: variables, their moving average, optimizers.
 *
 * @param where name of the file, for messages
 * @param checkpoint of {@link parseCheckpoint}
 * @param state that it was parsed for
 * @throws RangeError when an optimizer cannot use its part; nothing has then been changed
 */
function applyCheckpoint(
  where: string,
  { variables, ema: averages, optimizers: stored }: Checkpoint,
  { model, optimizers, ema }: RunState,
): void {
  tidy(() => {
    const states = stored.map(({ tensors, counts }) => ({
      tensors: Object.fromEntries(Object.entries(tensors).map(([name, array]) => [name, toTensor(array)])),
      counts,
    }));
    restoreAll(optimizers, states);
  });
  assignVariables(where, model.variables, variables);
  if (ema) assignVariables(where, ema.averages, averages);
}

/** Restores the checkpoint of a storage. If an optimizer refuses its state, the error names the file. */
const useFrom = async (
  storage: Storage,
  state: RunState,
  run: RunIdentity,
): Promise<FoundCheckpoint | undefined> => {
  const found = await readFrom(storage, state, run);
  if (found === undefined) return undefined;
  const where = `resume: ${found.name}`;
  try {
    applyCheckpoint(where, found.checkpoint, state);
  } catch (cause) {
    if (!(cause instanceof RangeError) || cause.message.startsWith(where)) throw cause;
    throw new RangeError(`${where}: ${cause.message}`, { cause });
  }
  return found;
};

/** The newest of the checkpoints that this run could resume from. */
const firstUsable = async (
  files: readonly CheckpointFile[],
  state: RunState,
  run: RunIdentity,
): Promise<CheckpointFile | undefined> => {
  for (const file of files) {
    const usable = await readFrom(file.storage, state, run).catch(() => undefined);
    if (usable) return file;
  }
  return undefined;
};

const chosen = (
  files: readonly CheckpointFile[],
  folder: StorageFolder,
  resume: Resume,
): CheckpointFile | undefined => {
  if (resume === true || resume === 'latest') return files[0];
  const named = files.find(({ name }) => name === resume);
  if (named) return named;
  const there = files.map(({ name }) => name).join(', ');
  throw new RangeError(
    `train: resume is ${describe(resume)}, needed 'latest' or a checkpoint in ${folder.name}: ${there || 'there is none'}`,
  );
};

/**
 * Restores the checkpoint that a run resumes from. If it cannot be used, the error says why and names an older one that can,
 * and nothing has changed.
 *
 * @param place one file, or a folder
 * @param resume which of a folder
 * @param state to restore
 * @param run identity that the checkpoint must have
 * @returns `undefined` if nothing has been written yet
 * @throws RangeError when the file is damaged, not a checkpoint, or of another run
 */
export async function resumeFrom(
  place: Storage | StorageFolder,
  resume: Resume,
  state: RunState,
  run: RunIdentity,
): Promise<FoundCheckpoint | undefined> {
  if (!isFolder(place)) return useFrom(place, state, run);
  const files = await checkpointsIn(place);
  const file = chosen(files, place, resume);
  if (file === undefined) return undefined;
  try {
    const found = await useFrom(file.storage, state, run);
    if (found === undefined)
      throw new RangeError(`resume: ${file.storage.name} is listed but has no content, needed a checkpoint`);
    return found;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const older = await firstUsable(
      files.filter(({ step }) => step < file.step),
      state,
      run,
    );
    const offer = older
      ? `${older.storage.name} is whole and of this run: resume: '${older.name}' goes on from its step ${older.step}`
      : `no older checkpoint in ${place.name} can be used`;
    throw new RangeError(`${error.message}; ${offer}`, { cause: error });
  }
}
