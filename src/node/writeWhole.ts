/** Files that are whole or absent. */
import { randomUUID } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file half-written that has lain untouched for this long is of a process that was killed. */
const ABANDONED_AFTER_MS = 60 * 60 * 1000;

/** Whether a name is that of a file being written beside another. */
export const isBeside = (name: string): boolean =>
  /\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/.test(name);

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

/** Takes away what killed processes left half-written in a folder. */
const removeAbandoned = async (path: string): Promise<void> => {
  for (const name of await readdir(path).catch(() => [])) {
    if (!isBeside(name)) continue;
    const beside = join(path, name);
    // Another process may rename or remove it meanwhile.
    const age = await stat(beside).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    // One that this process may not remove is no fault of what has just been written.
    if (age > ABANDONED_AFTER_MS) await rm(beside, { force: true }).catch(() => undefined);
  }
};

/**
 * Writes a file beside its name, flushes it to the disk and renames it: under its own name there is the former content
 * or the new, whole. Several such writes may be under way. What a killed process left beside is taken away after an hour.
 *
 * @param path of the file; its folder is there
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.${randomUUID()}.tmp`;
  try {
    const handle = await open(beside, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await flushFolder(dirname(path));
  await removeAbandoned(dirname(path));
}
