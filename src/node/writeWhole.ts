/** Files that are whole or absent. */
import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { codeOf, isMissing } from './systemError';

/** A file half-written that has not been touched for this long belongs to a killed process. */
const ABANDONED_AFTER_MS = 60 * 60 * 1000;

/** Names of files that only the library makes: half-written files, and those that say whom a place belongs to. */
const OWN = /^\.ssvae-[\da-f-]+\.(?:tmp|lock)$/;

/** Whether a file is one of the library's own, beside the files of the user. */
export const isOwn = (name: string): boolean => OWN.test(name);

/** Path of a new file in a folder, to be renamed or removed soon; one that is left behind is removed after an hour. */
export const besideIn = (folder: string): string => join(folder, `.ssvae-${randomUUID()}.tmp`);

/**
 * The file that a path leads to. Links are followed on the way too, and where nothing is there yet: a place has one path,
 * however it is reached, and keeps that path once it is written.
 */
export async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    // A file may be on the way: what is to lie in it is refused by those who make it.
    if (!isMissing(error) && codeOf(error) !== 'ENOTDIR') throw error;
  }
  const around = dirname(path);
  if (around === path) return path;
  const folder = await targetOf(around);
  const link = await readlink(path).catch(() => undefined);
  return link === undefined ? join(folder, basename(path)) : targetOf(resolve(folder, link));
}

/**
 * Refuses what the system makes up, links to open files among it: some of it can be replaced, and some waits for ever.
 * Shared memory holds ordinary files.
 */
export function assertNotOfSystem(path: string): void {
  if (/^\/(dev(?!\/shm(\/|$))|proc|sys)\//.test(path))
    throw new Error('it is a file of the system, needed one of your own');
}

/**
 * The regular file at a path, `undefined` where nothing is there.
 *
 * @throws Error where something else is: a folder, a device, a pipe, which would be waited for
 */
export async function regularFile(path: string): Promise<Stats | undefined> {
  const found = await stat(path).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    return undefined;
  });
  if (found && !found.isFile())
    throw new Error(
      `it is ${found.isDirectory() ? 'a folder' : 'not a regular file'}, needed the path of a file`,
    );
  return found;
}

/** The mode of the regular file at a path, `undefined` where nothing is there; files of the system are refused. */
export async function modeOf(path: string): Promise<number | undefined> {
  assertNotOfSystem(path);
  const found = await regularFile(path);
  return found && found.mode & 0o7777;
}

/**
 * Makes a folder, and those on the way to it.
 *
 * @throws Error in the words of the system, or that the folder is one of the system, where Node may try for ever
 */
export async function makeFolder(path: string): Promise<void> {
  assertNotOfSystem(path);
  assertNotOfSystem(await targetOf(path));
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const { path: first } = error as { readonly path?: string };
    if (!isMissing(error) || first === undefined) throw error;
    // So Node speaks of a read-only place. Asked for the first folder alone it says what is wrong.
    await mkdir(first);
    await mkdir(path, { recursive: true });
  }
}

/** Whether a file is mounted by itself, as the system tells: it can be written, and nothing can be renamed to it. */
const isMounted = async (path: string): Promise<boolean> => {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  // The fifth field is the place, in which blanks and backslashes stand as octal numbers.
  const places = mounts.split('\n').map((line) => line.split(' ')[4] ?? '');
  return places.some(
    (place) =>
      place.replaceAll(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))) ===
      path,
  );
};

/**
 * Refuses a file that may be written and cannot be replaced.
 *
 * @param path of the file itself, no link to it; it need not be there
 */
export async function assertReplaceable(path: string): Promise<void> {
  const [found, around] = await Promise.all(
    [path, dirname(path)].map((place) => stat(place).catch(() => undefined)),
  );
  if (found === undefined || around === undefined) return;
  const self = process.geteuid?.() ?? 0;
  const isSticky = (around.mode & 0o1000) !== 0;
  if (isSticky && self !== 0 && ![found.uid, around.uid].includes(self))
    throw new Error('it is of another user, in a folder where only that user may replace it');
  if (await isMounted(path))
    throw new Error('it is mounted by itself, and cannot be replaced: needed a mount of its folder');
}

/** What file systems say that cannot flush: some network and FUSE ones, and folders that may not be opened. */
const CANNOT_FLUSH = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EACCES', 'EPERM', 'EISDIR'];

const flush = async (handle: FileHandle): Promise<void> => {
  await handle.sync().catch((error: unknown) => {
    if (!CANNOT_FLUSH.includes(codeOf(error) ?? '')) throw error;
  });
};

// The rename itself is on disk only when its folder is. Windows cannot open folders and needs no such thing.
const flushFolder = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r').catch((error: unknown) => {
    if (!CANNOT_FLUSH.includes(codeOf(error) ?? '')) throw error;
  });
  if (folder === undefined) return;
  try {
    await flush(folder);
  } finally {
    await folder.close();
  }
};

/** Removes what killed processes left half-written in a folder. */
const removeAbandoned = async (path: string): Promise<void> => {
  for (const name of await readdir(path).catch(() => [])) {
    if (!isOwn(name) || !name.endsWith('.tmp')) continue;
    const beside = join(path, name);
    // Another process may rename or remove it meanwhile. Clocks differ: a time far ahead is as old as one far back.
    const age = await stat(beside).then(
      ({ mtimeMs }) => Math.abs(Date.now() - mtimeMs),
      () => 0,
    );
    // One that this process may not remove is not a fault of what has just been written.
    if (age > ABANDONED_AFTER_MS) await rm(beside, { force: true }).catch(() => undefined);
  }
};

/** Writes a file beside its target, flushes it, and renames it. */
const writeBeside = async (target: string, bytes: Uint8Array, mode: number | undefined): Promise<void> => {
  const beside = besideIn(dirname(target));
  try {
    const handle = await open(beside, 'wx', mode);
    try {
      // The mode of a new file is cut by the process's mask, that of the former file was not.
      if (mode !== undefined) await handle.chmod(mode).catch(() => undefined);
      await handle.writeFile(bytes);
      await flush(handle);
    } finally {
      await handle.close();
    }
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw error;
  }
};

/**
 * Writes a file beside its name, flushes it to the disk and renames it: under its own name there is the former content
 * or the new, whole. A link stays a link, and its target is replaced; the former file's mode stays. Several such writes
 * may be under way. What a killed process left beside is removed after an hour.
 *
 * @param path of the file; its folder is there
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await modeOf(path);
  const target = await targetOf(path);
  const mode = await modeOf(target);
  await writeBeside(target, bytes, mode).catch((error: unknown) => {
    // A process that was suspended for over an hour finds its half-written file removed.
    if (!isMissing(error)) throw error;
    return writeBeside(target, bytes, mode);
  });
  await flushFolder(dirname(target));
  await removeAbandoned(dirname(target));
}
