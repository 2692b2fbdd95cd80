import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { downloadDataset } from '../../src/node/download';
import type { DownloadProgress } from '../../src/node/fetchBytes';
import { install } from '../../src/node/install';
import { type Source, sources } from '../../src/node/sources';
import { readTar } from '../../src/node/tar';
import { cifarBatch, sharedData, tinyIdx } from './officialFiles';
import { tarFile } from './tarFile';

let cacheDir = '';
let server: Server | undefined;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'ssvae-download-'));
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
  server = undefined;
  await rm(cacheDir, { recursive: true, force: true });
});

const serve = async (listener: RequestListener): Promise<string> => {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
};

/** Serves these bytes by name and counts the requests. */
const files = (contents: Readonly<Record<string, Uint8Array>>) => {
  const asked: string[] = [];
  const listener: RequestListener = ({ url = '' }, response) => {
    const name = url.slice(1);
    asked.push(name);
    const bytes = contents[name];
    if (bytes === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  };
  return { asked, listener };
};

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

const labels = tinyIdx['train-labels-idx1-ubyte'];
const tiny: Source = {
  baseUrl: 'http://127.0.0.1:9/',
  files: [
    {
      file: 'labels.gz',
      unpacksTo: ['labels'],
      checksum: { of: 'unpacked', algorithm: 'sha256', hex: sha256(labels) },
      maxBytes: 1000,
    },
  ],
};

const refusal = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(Error);
  expect((error as Error).message).not.toContain('\n');
  return (error as Error).message;
};

test('a file is fetched once, checked, unpacked and kept; however it was packed', async () => {
  const { asked, listener } = files({ 'labels.gz': gzipSync(labels, { level: 1 }) });
  const baseUrl = await serve(listener);
  const progress: DownloadProgress[] = [];
  await install(tiny, cacheDir, { baseUrl, onProgress: (step) => progress.push(step) });
  await install(tiny, cacheDir, { baseUrl });
  expect(asked).toEqual(['labels.gz']);
  expect(new Uint8Array(await readFile(join(cacheDir, 'labels')))).toEqual(labels);
  const { length } = gzipSync(labels, { level: 1 });
  expect(progress.at(-1)).toEqual({ file: 'labels.gz', received: length, total: length });
  expect(await readdir(cacheDir)).toEqual(['labels']);
});

test('another file under the right name is refused, and nothing is kept', async () => {
  const other = gzipSync(new Uint8Array(10));
  const baseUrl = await serve(files({ 'labels.gz': other }).listener);
  expect(await refusal(install(tiny, cacheDir, { baseUrl }))).toBe(
    `${baseUrl}labels.gz has sha256 ${sha256(new Uint8Array(10))} (unpacked), needed ${sha256(labels)}: damaged or another file`,
  );
  expect(await readdir(cacheDir)).toEqual([]);
});

test('a page that is no gzip, a file too large and a name that is not there are refused', async () => {
  const page = await serve(files({ 'labels.gz': new TextEncoder().encode('<html>') }).listener);
  expect(await refusal(install(tiny, cacheDir, { baseUrl: page }))).toBe(
    `${page}labels.gz cannot be unpacked (gunzip: bytes are no gzip (6 bytes), needed the magic number 1f 8b)`,
  );
  const [small] = tiny.files;
  const narrow = { ...tiny, files: small === undefined ? [] : [{ ...small, maxBytes: 5 }] };
  expect(await refusal(install(narrow, cacheDir, { baseUrl: page }))).toBe(
    `${page}labels.gz sends more than 5 bytes, which is not the file`,
  );
  expect(await refusal(install(tiny, cacheDir, { baseUrl: `${page}elsewhere` }))).toBe(
    `${page}elsewhere/labels.gz answered 404 Not Found`,
  );
  expect(await readdir(cacheDir)).toEqual([]);
});

test('a connection that breaks off is told from one that cannot be made', async () => {
  const baseUrl = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write(new Uint8Array(10), () => setTimeout(() => response.destroy(), 20));
  });
  expect(await refusal(install(tiny, cacheDir, { baseUrl }))).toMatch(
    /labels\.gz broke off after 10 bytes \(terminated/,
  );
  const closed = tiny.baseUrl;
  expect(
    await refusal(
      install(tiny, cacheDir, {
        fetch: () => Promise.reject(new TypeError('fetch failed', { cause: new Error('offline') })),
      }),
    ),
  ).toBe(`${closed}labels.gz cannot be reached (fetch failed: offline)`);
  expect(await readdir(cacheDir)).toEqual([]);
});

test('offline, the message names the URL and what to do', async () => {
  const gone = await serve(() => undefined);
  await new Promise((resolve) => server?.close(resolve));
  server = undefined;
  const line = await refusal(downloadDataset('mnist', { cacheDir, baseUrl: gone }));
  expect(line).toContain(
    `downloadDataset: ${gone}train-images-idx3-ubyte.gz cannot be reached (fetch failed: connect ECONNREFUSED`,
  );
  expect(line).toContain(
    `; try again, give another baseUrl, or put the files into "${join(cacheDir, 'mnist')}"`,
  );
});

test('the official checksums are asked for: a well-formed file with other content is refused', async () => {
  const contents = Object.fromEntries(
    Object.entries(tinyIdx).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]),
  );
  const baseUrl = await serve(files(contents).listener);
  const line = await refusal(downloadDataset('fashion-mnist', { cacheDir, baseUrl }));
  expect(line).toContain(
    'needed c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888: damaged or another file',
  );
  expect(await readdir(join(cacheDir, 'fashion-mnist'))).toEqual([]);
});

test('what is in the cache, packed or not, is loaded without a request', async () => {
  const dir = join(cacheDir, 'mnist');
  await install({ baseUrl: '', files: [] }, dir);
  const { 'train-labels-idx1-ubyte': byHand, ...rest } = tinyIdx;
  for (const [name, bytes] of Object.entries(rest)) await writeFile(join(dir, name), bytes);
  await writeFile(join(dir, 'train-labels-idx1-ubyte.gz'), gzipSync(byHand));
  const fetch = () => Promise.reject(new Error('asked'));
  expect((await downloadDataset('mnist', { cacheDir, fetch })).train.count).toBe(3);
});

test('an aborted download throws the reason and keeps nothing', async () => {
  const abort = new AbortController();
  const baseUrl = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write(new Uint8Array(10));
  });
  const reason = new Error('enough');
  const onProgress = () => abort.abort(reason);
  await expect(
    downloadDataset('mnist', { cacheDir, baseUrl, signal: abort.signal, onProgress }),
  ).rejects.toBe(reason);
  expect(await readdir(join(cacheDir, 'mnist'))).toEqual([]);
});

const batches = Object.fromEntries(
  [
    'data_batch_1.bin',
    'data_batch_2.bin',
    'data_batch_3.bin',
    'data_batch_4.bin',
    'data_batch_5.bin',
    'test_batch.bin',
  ].map((name, i) => [name, cifarBatch([i])]),
);

const archiveOf = (contents: Readonly<Record<string, Uint8Array>>): Uint8Array =>
  gzipSync(
    tarFile([
      { name: 'cifar-10-batches-bin/', type: '5', data: new Uint8Array() },
      ...Object.entries(contents).map(([name, data]) => ({
        name: `cifar-10-batches-bin/${name}`,
        type: '0',
        data,
      })),
    ]),
  );

const cifarSource = (archive: Uint8Array): Source => ({
  ...sources.cifar10,
  files: sources.cifar10.files.map((file) => ({
    ...file,
    checksum: { of: 'packed', algorithm: 'md5', hex: md5(archive) },
  })),
});

test('an archive is checked as it is published, and its files come out by name', async () => {
  const archive = archiveOf({ ...batches, 'readme.html': new TextEncoder().encode('hello') });
  const baseUrl = await serve(files({ 'cifar-10-binary.tar.gz': archive }).listener);
  await install(cifarSource(archive), join(cacheDir, 'cifar10'), { baseUrl });
  const { train, test: held } = await downloadDataset('cifar10', { cacheDir, baseUrl });
  expect([Array.from(train.y), Array.from(held.y)]).toEqual([[0, 1, 2, 3, 4], [5]]);
  expect((await readdir(join(cacheDir, 'cifar10'))).sort()).toEqual(Object.keys(batches));
  const line = await refusal(downloadDataset('cifar10', { cacheDir: join(cacheDir, 'other'), baseUrl }));
  expect(line).toContain(`has md5 ${md5(archive)} (packed), needed c32a1d4ab5d03f1284b67883e8d87530`);
});

test('an archive without one of its files is refused, and none of the others is kept', async () => {
  const { 'data_batch_4.bin': _, ...rest } = batches;
  const archive = archiveOf(rest);
  const baseUrl = await serve(files({ 'cifar-10-binary.tar.gz': archive }).listener);
  expect(await refusal(install(cifarSource(archive), cacheDir, { baseUrl }))).toBe(
    `${baseUrl}cifar-10-binary.tar.gz lacks data_batch_4.bin, needed each of them`,
  );
  expect(await readdir(cacheDir)).toEqual([]);
});

test('a damaged or truncated tar archive is refused in one line', () => {
  const archive = tarFile([{ name: 'a', type: '0', data: new Uint8Array(700).fill(3) }]);
  expect(readTar(archive)).toEqual([{ name: 'a', data: new Uint8Array(700).fill(3) }]);
  expect(() => readTar(archive.subarray(0, 1000))).toThrow(
    'readTar: archive ends at byte 1000, needed 1212 for "a"',
  );
  const damaged = archive.slice();
  damaged[0] = 98;
  expect(() => readTar(damaged)).toThrow(
    'readTar: header at byte 0 does not match its checksum, needed an undamaged archive',
  );
  expect(() => readTar(new Uint8Array(1024).fill(120))).toThrow(
    'readTar: size at byte 0 is no octal number, needed a tar header',
  );
  expect(() => readTar(new Uint8Array(1024))).toThrow(
    'readTar: archive of 1024 bytes holds no file, needed at least one',
  );
});

test('the published MNIST and Fashion-MNIST match their checksums, repacked as they may be', async (context) => {
  const data = sharedData('mnist', 'fashion-mnist');
  if (data === undefined)
    return context.skip('data set absent: set SSVAE_DATA to a folder with mnist and fashion-mnist');
  for (const name of ['mnist', 'fashion-mnist'] as const) {
    const contents: Record<string, Uint8Array> = {};
    for (const { file } of sources[name].files) contents[file] = await readFile(join(data, name, file));
    const baseUrl = await serve(files(contents).listener);
    const { train, test: held } = await downloadDataset(name, { cacheDir, baseUrl });
    expect([train.count, held.count]).toEqual([60_000, 10_000]);
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  }
  server = undefined;
});
