/** What has come of a download, on disk, so that an interrupted one can go on. */
import { constants } from 'node:fs';
import { type FileHandle, open, readFile, rm } from 'node:fs/promises';
import { messageOf } from '../../core/messageOf';
import { codeOf } from '../systemError';

/**
 * The beginning of a download.
 *
 * Pieces are written at their positions and read back through the same handle: two processes that fetch one file
 * write the same bytes to the same places, and neither loses its file when the other is done with it.
 */
export interface PartialFile {
  /** bytes that are there */
  readonly size: number;
  /** what the server called the version that they are of: an ETag or a date, where it gave one */
  readonly version: string | undefined;
  /** Begins anew, with a file of its own. */
  restart(version: string | undefined): Promise<void>;
  /** Adds a piece at the end. */
  append(piece: Uint8Array): Promise<void>;
  /** All bytes that are there. */
  read(): Promise<Uint8Array>;
  /** Takes it off the disk. */
  remove(): Promise<void>;
  /** Lets go of the file, which stays. */
  close(): Promise<void>;
}

const worded = async <T>(path: string, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (cause) {
    throw new Error(`"${path}" cannot be written (${messageOf(cause)})`, { cause });
  }
};

// A link would have the bytes written elsewhere. Windows, which has no such flag, lets few users make one.
const NO_LINK = constants.O_NOFOLLOW ?? 0;

/** Reads no link, and waits for no pipe. */
const READ_OWN = constants.O_RDONLY | NO_LINK | (constants.O_NONBLOCK ?? 0);

/** Opens a file of our own: what is a link, a pipe, a device, or has a second name is none. */
const openOwn = async (path: string): Promise<FileHandle> => {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT | NO_LINK, 0o644).catch(
    (cause: unknown) => {
      if (codeOf(cause) === 'ELOOP') throw new Error('it is a symbolic link', { cause });
      throw cause;
    },
  );
  const entry = await handle.stat();
  if (entry.isFile() && entry.nlink <= 1) return handle;
  await handle.close();
  throw new Error(entry.isFile() ? 'it has a second name' : 'it is not a regular file');
};

const openToUpdate = (path: string): Promise<FileHandle> => worded(path, openOwn(path));

/** Writes a small file whole. */
const writeOwn = async (path: string, text: string): Promise<void> => {
  const handle = await openToUpdate(path);
  try {
    await worded(path, handle.truncate());
    await worded(path, handle.writeFile(text, 'latin1'));
  } finally {
    await handle.close();
  }
};

// Sent back as a header: anything but printable ASCII is none that a server gave.
const readVersion = async (path: string): Promise<string | undefined> => {
  const text = await readFile(path, { encoding: 'latin1', flag: READ_OWN }).catch(() => '');
  return /^[\x20-\x7e]{1,1000}$/.test(text) ? text : undefined;
};

/**
 * Opens what has come so far, or nothing.
 *
 * @param path of the file; the server's name of its version is kept beside, in `path.version`
 * @throws Error in one line naming the path when it cannot be written, or is a link or not a regular file: what comes would
 * be written to another place than is said
 */
export async function openPartialFile(path: string): Promise<PartialFile> {
  const beside = `${path}.version`;
  let handle = await openToUpdate(path);
  let { size } = await handle.stat();
  let version = await readVersion(beside);
  const remove = async (): Promise<void> => {
    await rm(beside, { force: true });
    await rm(path, { force: true });
  };
  return {
    get size() {
      return size;
    },
    get version() {
      return version;
    },
    remove,
    async restart(newVersion) {
      await handle.close();
      await remove();
      handle = await openToUpdate(path);
      size = 0;
      version = newVersion;
      if (newVersion !== undefined) await writeOwn(beside, newVersion);
    },
    async append(piece) {
      for (let done = 0; done < piece.length; ) {
        const { bytesWritten } = await worded(path, handle.write(piece, done, piece.length - done, size));
        done += bytesWritten;
        size += bytesWritten;
      }
    },
    async read() {
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; ) {
        const { bytesRead } = await handle.read(bytes, at, size - at, at);
        if (bytesRead === 0)
          throw new Error(`"${path}" ends at byte ${at}, needed ${size}: another program cut it`);
        at += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}
