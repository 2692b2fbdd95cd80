/** Files of a published source into a folder, each checked before it gets its name. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../core/messageOf';
import { gunzip } from '../../data/gzip';
import { naming } from '../systemError';
import { makeFolder, writeWhole } from '../writeWhole';
import { type FetchOptions, fetchBytes } from './fetchBytes';
import type { Source, SourceFile } from './knownDataset';
import { spellingsOf } from './loadDataset';
import { openPartialFile, type PartialFile } from './partialFile';
import { type RemoteFile, remoteFile } from './remoteFile';
import { readTar } from './tar';

/** How a source is fetched. */
export interface InstallOptions extends FetchOptions {
  /**
   * replaces the source's own base URL; the files lie directly under it. User and password in it are sent as a header, a
   * query goes with each file, and no message shows them
   */
  readonly baseUrl?: string;
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );

// A packed file that somebody put there is as good, and so is one under its other name: the loader reads them all.
const exists = async (dir: string, name: string): Promise<boolean> =>
  (await Promise.all(spellingsOf(name).map((spelling) => isFile(join(dir, spelling))))).includes(true);

const assertChecksum = (
  { shown }: RemoteFile,
  { checksum }: SourceFile,
  of: 'packed' | 'unpacked',
  bytes: Uint8Array,
): void => {
  if (checksum.of !== of) return;
  const hex = createHash(checksum.algorithm).update(bytes).digest('hex');
  if (hex !== checksum.hex) {
    throw new Error(
      `${shown} has ${checksum.algorithm} ${hex} (${of}), needed ${checksum.hex}: damaged or another file`,
    );
  }
};

// Names of an archive are never paths of ours: its files are found by them, and written under the source's own names.
const nameOf = (path: string): string => path.split('/').at(-1) ?? '';
const isInside = (path: string): boolean => !path.startsWith('/') && !path.split(/[/\\]/).includes('..');

const unpack = async (
  remote: RemoteFile,
  source: SourceFile,
  packed: Uint8Array,
): Promise<ReadonlyMap<string, Uint8Array>> => {
  assertChecksum(remote, source, 'packed', packed);
  const worded = async <T>(work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw new Error(`${remote.shown} cannot be unpacked (${messageOf(cause)})`, { cause });
    }
  };
  const bytes = await worded(() => gunzip(packed, { maxBytes: source.maxBytes }));
  assertChecksum(remote, source, 'unpacked', bytes);
  if (!source.file.endsWith('.tar.gz')) return new Map(source.unpacksTo.map((name) => [name, bytes]));
  const archived = await worded(() => readTar(bytes));
  const entries = new Map(
    archived.flatMap(({ name, data }) => (isInside(name) ? [[nameOf(name), data] as const] : [])),
  );
  const missing = source.unpacksTo.filter((name) => !entries.has(name));
  if (missing.length > 0) throw new Error(`${remote.shown} lacks ${missing.join(', ')}, needed each of them`);
  return entries;
};

/** The files that a download unpacks to; one that goes on from an interrupted try and turns out wrong begins anew. */
const fetchUnpacked = async (
  remote: RemoteFile,
  source: SourceFile,
  partial: PartialFile,
  options: InstallOptions,
): Promise<ReadonlyMap<string, Uint8Array>> => {
  const { bytes, resumed } = await fetchBytes(remote, partial, { ...options, maxBytes: source.maxBytes });
  try {
    return await unpack(remote, source, bytes);
  } catch (error) {
    await partial.restart(undefined);
    // Two halves of different files: the whole, fetched at once, may well be right.
    if (resumed) return fetchUnpacked(remote, source, partial, options);
    throw error;
  }
};

const installFile = async (
  remote: RemoteFile,
  source: SourceFile,
  dir: string,
  options: InstallOptions,
): Promise<void> => {
  const partial = await openPartialFile(join(dir, `${source.file}.part`));
  let installed = false;
  try {
    const unpacked = await fetchUnpacked(remote, source, partial, options);
    options.signal?.throwIfAborted();
    for (const name of source.unpacksTo)
      await writeWhole(join(dir, name), unpacked.get(name) ?? new Uint8Array());
    installed = true;
  } finally {
    await partial.close();
    if (installed || partial.size === 0) await partial.remove();
  }
};

/**
 * Brings the files of a source into a folder; those that are there are left alone.
 *
 * A download is kept as it comes, in `NAME.part`: after an interruption the next call asks for the rest of it, where
 * the server offers that.
 *
 * @param source what is published
 * @param dir folder of the unpacked files, made when absent
 * @param options base URL, fetch, progress, signal, longest silence, least rate
 * @throws Error in one line naming the URL when a file cannot be fetched, unpacked or does not match its checksum:
 * then none of its files is written
 */
export async function install(
  source: Source,
  dir: string,
  { baseUrl, ...options }: InstallOptions = {},
): Promise<void> {
  await naming(dir, 'cannot be made', () => makeFolder(dir));
  for (const file of source.files) {
    const present = await Promise.all(file.unpacksTo.map((name) => exists(dir, name)));
    if (!present.includes(false)) continue;
    await installFile(remoteFile(file.file, baseUrl ?? source.baseUrl), file, dir, options);
  }
}
