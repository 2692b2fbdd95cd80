/** Folders as storage of several files. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from '../core/describe';
import type { StorageFolder } from '../files/storage';
import { claimOnDisk, lockIn } from './claim';
import { entriesOf } from './entries';
import { absolute, assertPath, fileAt } from './file';
import { claimPlace } from './heldPlaces';
import { isMissing, naming } from './systemError';
import { assertNotOfSystem, isOwn, targetOf } from './writeWhole';

/** Refuses a name that leads out of the folder. */
const assertPlain = (name: string): void => {
  if (typeof name !== 'string' || name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name))
    throw new RangeError(`folder: the name of a file is ${describe(name)}, needed one without a path`);
};

/**
 * A folder on disk, for the checkpoints of a run: `train` keeps the last of them and the best in it.
 *
 * Each of its files is written as {@link file} writes: whole, or not at all. The folder belongs to one run at a time: a second
 * run is refused, in this process or another.
 *
 * @param path of the folder, from the working directory; made when a run takes it, or something is written
 * @returns a storage of several files
 * @throws TypeError when the path is none; the storage's functions an Error naming the path
 * @example await train(model, { …options, checkpoint: { storage: folder('runs/m2') }, resume: 'latest' })
 */
export function folder(path: string): StorageFolder {
  assertPath('folder', 'path', path);
  const target = absolute('folder', path);
  return {
    name: path,
    async list() {
      const entries = await naming(`folder: ${path}`, 'cannot be read', () =>
        entriesOf('folder', target).catch((error: unknown) => {
          if (isMissing(error)) return [];
          throw error;
        }),
      );
      return entries.flatMap(({ name, is }) => (is === 'file' && !isOwn(name) ? [name] : []));
    },
    file(name) {
      assertPlain(name);
      return fileAt(join(target, name), join(path, name));
    },
    async remove(name) {
      assertPlain(name);
      await rm(join(target, name), { force: true });
    },
    async claim() {
      const real = await naming(`folder: ${path}`, 'cannot be written', async () => {
        assertNotOfSystem(target);
        return targetOf(target);
      });
      const own = lockIn(real);
      return claimPlace({ is: 'folder', path: real, name: path }, () =>
        claimOnDisk(own, path, async () => {
          const names = await readdir(real);
          const locks = names.filter((name) => isOwn(name) && name.endsWith('.lock'));
          return locks.map((name) => join(real, name)).filter((lock) => lock !== own);
        }),
      );
    },
  };
}
