/** Files as storage. */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { describe } from '../core/describe';

import type { Claim, Storage } from '../files/storage';
import { assertFreeOnDisk, claimOnDisk, lockIn, lockOf } from './claim';
import { isMissing, naming } from './systemError';
import { assertNotOfSystem, modeOf, targetOf, writeWhole } from './writeWhole';

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
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`file: path is ${describe(path)}, needed the path of a file`);
  return fileAt(resolve(path), path);
}

/** The regular file that a path leads to, or could. */
const realFile = (target: string, name: string): Promise<string> =>
  naming(`file: ${name}`, 'cannot be written', async () => {
    await modeOf(target);
    const real = await targetOf(target);
    await modeOf(real);
    return real;
  });

/**
 * Takes the file of a run's table, which may lie in the folder of the run's checkpoints.
 *
 * @param path of the file, from the working directory
 * @throws Error when another run holds it
 */
export async function claimTable(path: string): Promise<Claim> {
  return claimOnDisk(lockOf(await realFile(resolve(path), path)), path, async () => []);
}

/** The storage of a file, called as the user calls it. */
export const fileAt = (target: string, name: string): Storage => ({
  name,
  read: () =>
    naming(`file: ${name}`, 'cannot be read', async () => {
      const bytes = await readFile(target).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
        return undefined;
      });
      return bytes && new Uint8Array(bytes);
    }),
  write: (bytes) =>
    naming(`file: ${name}`, 'cannot be written', async () => {
      assertNotOfSystem(target);
      await mkdir(dirname(target), { recursive: true });
      await writeWhole(target, bytes);
    }),
  async claim() {
    const real = await realFile(target, name);
    const claim = await claimOnDisk(lockOf(real), name, async () => [lockIn(dirname(real))]);
    try {
      // A file that another user owns, or that is mounted, may be written and cannot be replaced.
      const former = await this.read();
      if (former) await this.write(former);
      return claim;
    } catch (error) {
      await claim.release();
      throw error;
    }
  },
  async assertFree() {
    await assertFreeOnDisk(lockOf(await realFile(target, name)), name);
  },
});
