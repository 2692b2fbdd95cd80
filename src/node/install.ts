/** Files of a published source into a folder, each checked before it gets its name. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzip } from '../data/gzip';
import { type DownloadProgress, fetchBytes } from './fetchBytes';
import type { Source, SourceFile } from './sources';
import { readTar } from './tar';

/** How a source is fetched. */
export interface InstallOptions {
  /** replaces the source's own base URL; the files lie directly under it */
  readonly baseUrl?: string;
  /** replaces the global `fetch` */
  readonly fetch?: typeof globalThis.fetch;
  /** called as bytes come */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** aborts the download */
  readonly signal?: AbortSignal;
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );

// A packed file that somebody put there is as good: the loader reads both.
const exists = async (path: string): Promise<boolean> => (await isFile(path)) || (await isFile(`${path}.gz`));

// Beside first, then renamed: under its own name a file is whole or absent.
const writeWhole = async (path: string, bytes: Uint8Array): Promise<void> => {
  const beside = `${path}.${randomUUID()}.part`;
  try {
    const file = await open(beside, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
};

const assertChecksum = (
  url: URL,
  { checksum }: SourceFile,
  of: 'packed' | 'unpacked',
  bytes: Uint8Array,
): void => {
  if (checksum.of !== of) return;
  const hex = createHash(checksum.algorithm).update(bytes).digest('hex');
  if (hex !== checksum.hex) {
    throw new Error(
      `${url.href} has ${checksum.algorithm} ${hex} (${of}), needed ${checksum.hex}: damaged or another file`,
    );
  }
};

const unpack = async (
  url: URL,
  source: SourceFile,
  packed: Uint8Array,
): Promise<ReadonlyMap<string, Uint8Array>> => {
  assertChecksum(url, source, 'packed', packed);
  const bytes = await gunzip(packed, { maxBytes: source.maxBytes }).catch((cause: unknown) => {
    throw new Error(`${url.href} cannot be unpacked (${cause instanceof Error ? cause.message : cause})`, {
      cause,
    });
  });
  assertChecksum(url, source, 'unpacked', bytes);
  if (!source.file.endsWith('.tar.gz')) return new Map(source.unpacksTo.map((name) => [name, bytes]));
  const entries = new Map(readTar(bytes).map(({ name, data }) => [basename(name), data]));
  const missing = source.unpacksTo.filter((name) => !entries.has(name));
  if (missing.length > 0) throw new Error(`${url.href} lacks ${missing.join(', ')}, needed each of them`);
  return entries;
};

/**
 * Brings the files of a source into a folder; those that are there are left alone.
 *
 * @param source what is published
 * @param dir folder of the unpacked files, made when absent
 * @param options base URL, fetch, progress, signal
 * @throws Error in one line naming the URL when a file cannot be fetched, unpacked or does not match its checksum:
 * then none of its files is written
 */
export async function install(
  source: Source,
  dir: string,
  { baseUrl, ...options }: InstallOptions = {},
): Promise<void> {
  await mkdir(dir, { recursive: true });
  const base = baseUrl ?? source.baseUrl;
  for (const file of source.files) {
    const paths = file.unpacksTo.map((name) => join(dir, name));
    if ((await Promise.all(paths.map(exists))).every((present) => present)) continue;
    const url = new URL(file.file, base.endsWith('/') ? base : `${base}/`);
    const packed = await fetchBytes(url, { ...options, maxBytes: file.maxBytes });
    const unpacked = await unpack(url, file, packed);
    options.signal?.throwIfAborted();
    for (const name of file.unpacksTo)
      await writeWhole(join(dir, name), unpacked.get(name) ?? new Uint8Array());
  }
}
