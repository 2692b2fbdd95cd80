/** The files of a run's checkpoints: one that is replaced, or a folder with the last ones and the best. */
import { assertMethods } from '../../core/assert';
import { describe } from '../../core/describe';
import { assertSpelling } from '../../core/spelling';
import { CHECKPOINT, formatOf } from '../../files/fileFormat';
import { assertStorage, contentOf, isFolder, type Storage, type StorageFolder } from '../../files/storage';

/** Whether bytes are a checkpoint of any version. */
const isCheckpoint = (bytes: Uint8Array): boolean => formatOf(bytes)?.startsWith(CHECKPOINT) ?? false;

/** Digits of a step in a name, so that names sort by step. */
const DIGITS = 9;

const NAME = new RegExp(`^step-(\\d{${DIGITS},})\\.safetensors$`);

/** Whether a run that holds a folder may write a checkpoint under this name. */
export const isCheckpointName = (name: string): boolean => NAME.test(name);

/** Name of a step's checkpoint in a folder. */
const nameOfStep = (step: number): string => `step-${String(step).padStart(DIGITS, '0')}.safetensors`;

/**
 * Refuses a folder without the functions that a run calls, before the first step.
 *
 * @throws TypeError naming the function, or what `file` gives in place of a storage
 */
export function assertGivesFiles(folder: StorageFolder): void {
  assertMethods('train', 'checkpoint.storage', folder, ['list', 'file', 'remove']);
  assertSpelling('train', 'checkpoint.storage', folder, { known: ['claim'], what: 'a function of a folder' });
  assertStorage('train', 'file() of checkpoint.storage', folder.file(nameOfStep(0)), ['read', 'write']);
}

/** A checkpoint in a folder. */
export interface CheckpointFile {
  readonly name: string;
  /** steps done when it was written */
  readonly step: number;
  readonly storage: Storage;
}

/** The checkpoints of a folder, newest first; ignores other files. */
export async function checkpointsIn(folder: StorageFolder): Promise<readonly CheckpointFile[]> {
  const names = await folder.list();
  if (!Array.isArray(names))
    throw new TypeError(`train: list() of ${folder.name} gives ${describe(names)}, needed names of files`);
  const found = names.flatMap((name) => {
    const step = NAME.exec(name)?.[1];
    return step === undefined ? [] : [{ name, step: Number(step), storage: folder.file(name) }];
  });
  return found.sort((a, b) => b.step - a.step);
}

/**
 * Writes a checkpoint. A folder keeps the last ones and the best: older ones are removed once the new one is complete.
 *
 * @param place one file, or a folder
 * @param bytes of the checkpoint
 * @param step steps done
 * @param kept how many of the last a folder keeps, including this one
 * @param best step of the best checkpoint so far, which a folder also keeps
 */
export async function keepCheckpoint(
  place: Storage | StorageFolder,
  bytes: Uint8Array,
  step: number,
  kept: number,
  best?: number,
): Promise<void> {
  if (!isFolder(place)) return place.write(bytes);
  await place.file(nameOfStep(step)).write(bytes);
  // A file that cannot be removed is tried again at the next save: the new checkpoint is complete.
  await removeOld(place, step, kept, best).catch(() => undefined);
}

/** Removes all but the last checkpoints and the best. Those of later steps belong to the same run, and stay. */
const removeOld = async (
  place: StorageFolder,
  step: number,
  kept: number,
  best: number | undefined,
): Promise<void> => {
  const behind = (await checkpointsIn(place)).filter((file) => file.step <= step);
  const remove = async (name: string): Promise<void> => place.remove(name);
  for (const old of behind.slice(kept)) if (old.step !== best) await remove(old.name).catch(() => undefined);
};

/** Whether a storage holds no checkpoint. */
export const isEmpty = async (place: Storage | StorageFolder): Promise<boolean> =>
  isFolder(place) ? (await checkpointsIn(place)).length === 0 : (await place.read()) === undefined;

/**
 * Refuses a folder with checkpoints of another run: a new run would mix them with its own.
 *
 * @throws RangeError naming the newest
 */
export async function assertFresh(place: Storage | StorageFolder): Promise<void> {
  if (!isFolder(place)) {
    const bytes = await contentOf(`train: ${place.name}`, place);
    // An empty file loses nothing.
    if (bytes === undefined || bytes.length === 0 || isCheckpoint(bytes)) return;
    throw new RangeError(
      `train: checkpoint.storage, ${place.name}, holds something else than a checkpoint, which the run would replace, needed another place`,
    );
  }
  const [newest] = await checkpointsIn(place);
  if (newest === undefined) return;
  throw new RangeError(
    `train: checkpoint.storage, ${place.name}, has a run's checkpoints up to ${newest.name}, needed resume: 'latest' to go on with it, or another folder`,
  );
}
