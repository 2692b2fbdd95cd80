/** Files as storage. */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Storage } from '../core/storage';

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/**
 * A file on disk, for models and checkpoints.
 *
 * Written beside, flushed to the disk, and renamed: whoever reads sees the former content or the new, whole. Folders
 * on the way are made.
 *
 * @param path of the file, from the working directory
 * @returns a storage of that file
 * @example await saveModel(model, file('runs/m2.safetensors'))
 */
export function file(path: string): Storage {
  const target = resolve(path);
  return {
    name: path,
    async read() {
      try {
        return new Uint8Array(await readFile(target));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async write(bytes) {
      await mkdir(dirname(target), { recursive: true });
      // Of this write alone: several may be under way.
      const beside = `${target}.${randomUUID()}.tmp`;
      try {
        const handle = await open(beside, 'w');
        try {
          await handle.writeFile(bytes);
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(beside, target);
      } catch (error) {
        await rm(beside, { force: true });
        throw error;
      }
      await flushFolder(dirname(target));
    },
  };
}

// The rename itself is on disk only when its folder is; Windows cannot open folders and needs no such thing.
const flushFolder = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
};
