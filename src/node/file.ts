/** Files as storage. */
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { describe, oneLine } from '../core/describe';
import { messageOf } from '../core/messageOf';
import type { Storage } from '../files/storage';
import { isCheckpointName } from '../training/checkpoint/files';
import { assertFreeOnDisk, claimOnDisk, lockIn, lockOf } from './claim';
import { assertNoClash, claimPlace, type Place } from './heldPlaces';
import { isMissing, naming } from './systemError';
import {
  assertNotOfSystem,
  assertReplaceable,
  makeFolder,
  modeOf,
  regularFile,
  targetOf,
  writeWhole,
} from './writeWhole';

/** Refuses anything but a path. */
export function assertPath(
  where: string,
  name: string,
  path: string,
  of: 'file' | 'folder' = 'folder',
): void {
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`${where}: ${name} is ${describe(path)}, needed the path of a ${of}`);
}

/**
 * A path from the root, where the working directory may change later.
 *
 * @param where function, for the message
 * @throws Error naming the path, where it starts from a working directory that is removed
 */
export function absolute(where: string, path: string): string {
  try {
    return resolve(path);
  } catch (cause) {
    throw new Error(
      `${where}: ${oneLine(path, 300)} starts from a working directory that cannot be found (${messageOf(cause)}), needed one that exists, or a path from the root`,
      { cause },
    );
  }
}

/**
 * A file on disk, for models and checkpoints.
 *
 * Written beside, flushed to the disk, and renamed: a reader sees the former content or the new, whole. Folders on the way
 * are made. Where the file exists its mode stays, and a link leads to the file that is replaced. A checkpoint's file belongs
 * to one run: a second run is refused, in this process or another.
 *
 * @param path of the file, from the working directory
 * @returns a storage of that file
 * @throws TypeError when the path is none; the storage's functions an Error naming the path
 * @example await saveModel(model, file('runs/m2.safetensors'))
 */
export function file(path: string): Storage {
  assertPath('file', 'path', path, 'file');
  return fileAt(absolute('file', path), path);
}

/** The regular file that a path leads to, or could. */
const realFile = (target: string, name: string): Promise<string> =>
  naming(`file: ${name}`, 'cannot be written', async () => {
    await modeOf(target);
    const real = await targetOf(target);
    await modeOf(real);
    await assertReplaceable(real);
    return real;
  });

/** A file as a place that a run is to hold; nothing need be there, nor be in order. */
const placeOf = async (target: string, name: string): Promise<Place> => ({
  is: 'file',
  path: await naming(`file: ${name}`, 'cannot be written', () => targetOf(target)),
  name,
});

/**
 * Files that say whose the folder around a file is, where checkpoints there may have the file's name: the run that holds
 * the folder would replace it. Under other names a run may keep its table there, and a model.
 */
const aroundCheckpoint = (real: string): readonly string[] =>
  isCheckpointName(basename(real)) ? [lockIn(dirname(real))] : [];

/** The storage of a file, called as the user calls it. */
export const fileAt = (target: string, name: string): Storage => ({
  name,
  read: () =>
    naming(`file: ${name}`, 'cannot be read', async () => {
      if ((await regularFile(target)) === undefined) return undefined;
      const bytes = await readFile(target).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
        return undefined;
      });
      return bytes && new Uint8Array(bytes);
    }),
  write: (bytes) =>
    naming(`file: ${name}`, 'cannot be written', async () => {
      assertNotOfSystem(target);
      await makeFolder(dirname(await targetOf(target)));
      await writeWhole(target, bytes);
    }),
  claim: async () =>
    claimPlace(await placeOf(target, name), async () => {
      const real = await realFile(target, name);
      return claimOnDisk(lockOf(real), name, async () => [lockIn(dirname(real))]);
    }),
  claimTable: async () =>
    claimPlace(await placeOf(target, name), async () => {
      const real = await realFile(target, name);
      return claimOnDisk(lockOf(real), name, async () => aroundCheckpoint(real));
    }),
  async assertFree() {
    assertNoClash(await placeOf(target, name));
    const real = await realFile(target, name);
    for (const lock of [lockOf(real), ...aroundCheckpoint(real)]) await assertFreeOnDisk(lock, name);
  },
});
