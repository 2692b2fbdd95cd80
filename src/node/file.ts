/** Files as storage. */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { reasonOf } from '../core/backend';
import { describe } from '../core/shape';
import type { Storage } from '../core/storage';
import { isMissing } from './missing';
import { writeWhole } from './writeWhole';

/**
 * A file on disk, for models and checkpoints.
 *
 * Written beside, flushed to the disk, and renamed: whoever reads sees the former content or the new, whole. Folders
 * on the way are made.
 *
 * @param path of the file, from the working directory
 * @returns a storage of that file
 * @throws TypeError when the path is none; the storage's `read` an Error where something else than a file is there
 * @example await saveModel(model, file('runs/m2.safetensors'))
 */
export function file(path: string): Storage {
  if (typeof path !== 'string' || path === '')
    throw new TypeError(`file: path is ${describe(path)}, needed the path of a file`);
  const target = resolve(path);
  return {
    name: path,
    async read() {
      try {
        return new Uint8Array(await readFile(target));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw new Error(`file: ${path} cannot be read (${reasonOf(error)})`, { cause: error });
      }
    },
    async write(bytes) {
      await mkdir(dirname(target), { recursive: true });
      await writeWhole(target, bytes);
    },
  };
}
