/** Parts of files that must stay as they are while a run reads them. */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { oneLine } from '../../core/describe';
import { naming } from '../systemError';

/** What tells whether a file has changed. */
export interface FileState {
  /** bytes */
  readonly size: number;
  /** time of the last change, milliseconds */
  readonly mtimeMs: number;
}

const placeOf = (where: string, path: string): string => `${where}: ${oneLine(path, 200)}`;

/** Refuses folders, pipes and devices: they have no bytes at places, and reading some of them never ends. */
const assertFile = (status: Stats): void => {
  if (!status.isFile()) throw new Error('it is not a regular file');
};

/**
 * Size and time of a file.
 *
 * @throws Error naming a file that is not there, or is none
 */
export const stateOf = (where: string, path: string): Promise<FileState> =>
  naming(placeOf(where, path), 'cannot be read', async () => {
    const status = await stat(path);
    assertFile(status);
    const { size, mtimeMs } = status;
    return { size, mtimeMs };
  });

/**
 * Opens a file to read it. A pipe in its place is refused: opening it would wait for a writer.
 *
 * @param place function and file, for messages
 * @throws Error naming a file that is not there, or is none
 */
export const openToRead = (place: string, path: string): Promise<FileHandle> =>
  naming(place, 'cannot be read', async () => {
    // Windows has no such flag.
    const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      assertFile(await handle.stat());
    } catch (error) {
      await handle.close();
      throw error;
    }
    return handle;
  });

/** Refuses a file that is not as it was. */
function assertUnchanged(where: string, path: string, now: FileState, then: FileState): void {
  if (now.size === then.size && now.mtimeMs === then.mtimeMs) return;
  const inWords = ({ size, mtimeMs }: FileState): string =>
    `${size} bytes of ${new Date(mtimeMs).toISOString()}`;
  throw new RangeError(
    `${placeOf(where, path)} has changed: it has ${inWords(now)}, needed ${inWords(then)}, as when its blocks were made`,
  );
}

/**
 * Bytes of a file.
 *
 * @param then what the file must still be
 * @param from first byte
 * @param to byte to stop before
 * @throws Error naming a file that is gone; RangeError naming one that has changed
 */
export async function readRange(
  where: string,
  path: string,
  then: FileState,
  from = 0,
  to = then.size,
): Promise<Uint8Array<ArrayBuffer>> {
  const place = placeOf(where, path);
  const handle = await openToRead(place, path);
  try {
    assertUnchanged(where, path, await handle.stat(), then);
    const bytes = new Uint8Array(to - from);
    for (let at = 0; at < bytes.length; ) {
      const { bytesRead } = await naming(place, 'cannot be read', () =>
        handle.read(bytes, at, bytes.length - at, from + at),
      );
      if (bytesRead === 0) throw new RangeError(`${place} ends at byte ${from + at}, needed ${to} bytes`);
      at += bytesRead;
    }
    // It may have been written to meanwhile.
    assertUnchanged(where, path, await handle.stat(), then);
    return bytes;
  } finally {
    await handle.close();
  }
}
