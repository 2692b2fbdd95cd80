/** Parts of files that must stay as they are while a run reads them. */
import { open, stat } from 'node:fs/promises';
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

/**
 * Size and time of a file.
 *
 * @throws Error naming a file that is not there
 */
export const stateOf = (where: string, path: string): Promise<FileState> =>
  naming(placeOf(where, path), 'cannot be read', async () => {
    const { size, mtimeMs } = await stat(path);
    return { size, mtimeMs };
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
  const handle = await naming(place, 'cannot be read', () => open(path));
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
