/** Folders as storage of several files. */
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { StorageFolder } from '../core/storage';
import { file } from './file';
import { isMissing } from './missing';
import { isBeside } from './writeWhole';

/**
 * A folder on disk, for the checkpoints of a run: `train` keeps the last of them and the best in it.
 *
 * Each of its files is written as {@link file} writes: whole, or not at all.
 *
 * @param path of the folder, from the working directory; made when something is written
 * @returns a storage of several files
 * @example await train(model, { …options, checkpoint: { storage: folder('runs/m2') }, resume: 'latest' })
 */
export function folder(path: string): StorageFolder {
  const target = resolve(path);
  return {
    name: path,
    async list() {
      try {
        const entries = await readdir(target, { withFileTypes: true });
        return entries.flatMap((entry) => (entry.isFile() && !isBeside(entry.name) ? [entry.name] : []));
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    },
    file: (name) => file(join(path, name)),
    remove: (name) => rm(join(target, name), { force: true }),
  };
}
