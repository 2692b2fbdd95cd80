import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { link, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { downloadDataset } from '../../../src/node/datasets/downloadDataset';
import type { DownloadProgress } from '../../../src/node/datasets/fetchBytes';
import { install } from '../../../src/node/datasets/install';
import type { Source } from '../../../src/node/datasets/knownDataset';
import { DATASETS } from '../../../src/node/datasets/registry';
import { readTar } from '../../../src/node/datasets/tar';
import { cifarBatch, sharedData, tinyIdx } from './officialFiles';
import { tarFile } from './tarFile';

let cacheDir = '';
let server: Server | undefined;
const servers: Server[] = [];
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'ssvae-download-'));
});
afterEach(async () => {
  for (const started of servers.splice(0)) {
    started.closeAllConnections();
    await new Promise((resolve) => started.close(resolve));
  }
  server = undefined;
  await rm(cacheDir, { recursive: true, force: true });
});

const serve = async (listener: RequestListener): Promise<string> => {
  server = createServer(listener);
  servers.push(server);
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

test('a fetch that gives no response is told of', async () => {
  const fetch = (async () => ({})) as never;
  await expect(downloadDataset('mnist', { cacheDir, fetch })).rejects.toThrow(
    /^downloadDataset: .*train-images-idx3-ubyte.gz cannot be fetched: fetch gives Object, needed a Response; try again/,
  );
});

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

test('a page that is not gzip, a file too large and a name that is not there are refused', async () => {
  const page = await serve(files({ 'labels.gz': new TextEncoder().encode('<html>') }).listener);
  expect(await refusal(install(tiny, cacheDir, { baseUrl: page }))).toBe(
    `${page}labels.gz cannot be unpacked (gunzip: bytes are not gzip (6 bytes), needed the magic number 1f 8b)`,
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
  // Cut when the bytes have come: a busy machine may see the end of a connection before it reads what came.
  let cutOff = (): void => undefined;
  const baseUrl = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 100 }).write(new Uint8Array(10));
    cutOff = () => response.destroy();
  });
  expect(await refusal(install(tiny, cacheDir, { baseUrl, onProgress: () => cutOff() }))).toMatch(
    /labels\.gz broke off after 10 of 100 bytes \(terminated/,
  );
  expect(await readdir(cacheDir)).toEqual(['labels.gz.part']);
  await rm(join(cacheDir, 'labels.gz.part'));
  const silent = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 100 }).flushHeaders();
    setTimeout(() => response.destroy(), 20);
  });
  expect(await refusal(install(tiny, cacheDir, { baseUrl: silent }))).toMatch(
    /labels\.gz broke off after 0 of 100 bytes \(terminated/,
  );
  await rm(join(cacheDir, 'labels.gz.part'), { force: true });
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
  // The name that other unpackers write.
  await rename(join(dir, 't10k-images-idx3-ubyte'), join(dir, 't10k-images.idx3-ubyte'));
  await rename(join(dir, 'train-labels-idx1-ubyte.gz'), join(dir, 'train-labels.idx1-ubyte.gz'));
  expect((await downloadDataset('mnist', { cacheDir, fetch })).test.count).toBe(2);
});

test('an aborted download throws the reason and keeps what has come', async () => {
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
  expect(await readdir(join(cacheDir, 'mnist'))).toEqual(['train-images-idx3-ubyte.gz.part']);
});

const packedLabels = new Uint8Array(gzipSync(labels, { level: 1 }));

interface Asked {
  readonly range?: string;
  readonly ifRange?: string;
}

/** A server that sends ranges of one version of a file, and breaks off its first answer after `cut` bytes. */
const rangeServer = (
  bytes: Uint8Array,
  { cut = 20, version = {} }: { cut?: number; version?: Readonly<Record<string, string>> } = {},
) => {
  const asked: Asked[] = [];
  const names = Object.values(version);
  let cutOff = (): void => undefined;
  const listener: RequestListener = ({ headers }, response) => {
    const ifRange = headers['if-range']?.toString();
    asked.push({ ...(headers.range && { range: headers.range }), ...(ifRange && { ifRange }) });
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    const whole = from === 0 || (ifRange !== undefined && !names.includes(ifRange));
    if (whole) response.writeHead(200, { ...version, 'content-length': bytes.length });
    else if (from >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      return;
    } else {
      const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
      response.writeHead(206, { ...version, 'content-range': range, 'content-length': bytes.length - from });
    }
    if (asked.length > 1 || cut >= bytes.length) response.end(bytes.subarray(whole ? 0 : from));
    else {
      response.write(bytes.subarray(0, cut));
      cutOff = () => response.destroy();
    }
  };
  return { asked, listener, cutOff: () => cutOff() };
};

const installed = async (): Promise<void> => {
  expect(new Uint8Array(await readFile(join(cacheDir, 'labels')))).toEqual(labels);
  expect(await readdir(cacheDir)).toEqual(['labels']);
};

test.each([
  ['its ETag', { etag: '"one"' }, { ifRange: '"one"' }],
  [
    'its date, where the ETag is weak',
    { etag: 'W/"one"', 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' },
    { ifRange: 'Mon, 01 Jan 2024 00:00:00 GMT' },
  ],
  ['nothing, where the server names no version', {}, {}],
])('an interrupted download goes on where it stopped, asked by %s', async (_, version, condition) => {
  const { asked, listener, cutOff } = rangeServer(packedLabels, { version });
  const baseUrl = await serve(listener);
  expect(await refusal(install(tiny, cacheDir, { baseUrl, onProgress: cutOff }))).toContain(
    `broke off after 20 of ${packedLabels.length} bytes`,
  );
  expect(new Uint8Array(await readFile(join(cacheDir, 'labels.gz.part')))).toEqual(
    packedLabels.subarray(0, 20),
  );
  const progress: DownloadProgress[] = [];
  await install(tiny, cacheDir, { baseUrl, onProgress: (step) => progress.push(step) });
  expect(asked).toEqual([{}, { range: 'bytes=20-', ...condition }]);
  const { length } = packedLabels;
  expect(progress.at(-1)).toEqual({ file: 'labels.gz', received: length, total: length });
  await installed();
});

test('a file that has changed since, or a server without ranges, is fetched from the start', async () => {
  await writeFile(join(cacheDir, 'labels.gz.part'), new Uint8Array(20));
  await writeFile(join(cacheDir, 'labels.gz.part.version'), '"old"');
  const { asked, listener } = rangeServer(packedLabels, { version: { etag: '"new"' }, cut: 1000 });
  await install(tiny, cacheDir, { baseUrl: await serve(listener) });
  expect(asked).toEqual([{ range: 'bytes=20-', ifRange: '"old"' }]);
  await rm(join(cacheDir, 'labels'));
  await writeFile(join(cacheDir, 'labels.gz.part'), new Uint8Array(20));
  await install(tiny, cacheDir, { baseUrl: await serve(files({ 'labels.gz': packedLabels }).listener) });
  await installed();
});

test('a beginning of another file fails the checksum, and the whole is fetched once more', async () => {
  await writeFile(join(cacheDir, 'labels.gz.part'), new Uint8Array(20).fill(7));
  const { asked, listener } = rangeServer(packedLabels, { cut: 1000 });
  await install(tiny, cacheDir, { baseUrl: await serve(listener) });
  expect(asked).toEqual([{ range: 'bytes=20-' }, {}]);
  await installed();
});

test('a whole file that an interruption left unopened is not fetched again', async () => {
  await writeFile(join(cacheDir, 'labels.gz.part'), packedLabels);
  const { asked, listener } = rangeServer(packedLabels);
  await install(tiny, cacheDir, { baseUrl: await serve(listener) });
  expect(asked).toEqual([{ range: `bytes=${packedLabels.length}-` }]);
  await installed();
});

test('an answer with another range than the one asked for is not taken', async () => {
  await writeFile(join(cacheDir, 'labels.gz.part'), packedLabels.subarray(0, 20));
  const baseUrl = await serve(({ headers }, response) => {
    if (headers.range === undefined) response.writeHead(200).end(packedLabels);
    else response.writeHead(206, { 'content-range': 'bytes 10-29/100' }).end(packedLabels.subarray(10, 30));
  });
  await install(tiny, cacheDir, { baseUrl });
  await installed();
});

test('two downloads of one file at once both end well', async () => {
  const baseUrl = await serve((_, response) => {
    response.writeHead(200, { 'content-length': packedLabels.length });
    response.write(packedLabels.subarray(0, 20), () =>
      setTimeout(() => response.end(packedLabels.subarray(20)), 30 * Math.random()),
    );
  });
  await Promise.all([1, 2, 3].map(() => install(tiny, cacheDir, { baseUrl })));
  await installed();
});

test('a body beyond the limit is refused before it comes, or cut off as soon as it is', async () => {
  let sent = 0;
  const endless = (response: ServerResponse): void => {
    const more = (): void => {
      if (response.destroyed) return;
      sent += 65_536;
      response.write(new Uint8Array(65_536), () => setImmediate(more));
    };
    more();
  };
  const claims = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 10 ** 12 });
    endless(response);
  });
  const message = (base: string): string =>
    `${base}labels.gz sends more than 1000 bytes, which is not the file`;
  expect(await refusal(install(tiny, cacheDir, { baseUrl: claims }))).toBe(message(claims));
  server?.closeAllConnections();
  const silent = await serve((_, response) => {
    response.writeHead(200).write(new Uint8Array(10), () => setTimeout(() => endless(response), 20));
  });
  expect(await refusal(install(tiny, cacheDir, { baseUrl: silent }))).toBe(message(silent));
  const pause = () => new Promise((resolve) => setTimeout(resolve, 100));
  await pause();
  const before = sent;
  await pause();
  expect(sent).toBe(before);
  expect(await readdir(cacheDir)).toEqual([]);
});

test('a server that falls silent is given up after a time', async () => {
  const mute = await serve(() => undefined);
  expect(await refusal(install(tiny, cacheDir, { baseUrl: mute, silence: 50 }))).toBe(
    `${mute}labels.gz cannot be reached (nothing came for 0.05 s)`,
  );
  const stalls = await serve(
    (_, response) => void response.writeHead(200).write(packedLabels.subarray(0, 20)),
  );
  expect(await refusal(install(tiny, cacheDir, { baseUrl: stalls, silence: 1000 }))).toBe(
    `${stalls}labels.gz broke off after 20 bytes (nothing came for 1 s)`,
  );
});

test.each([
  ['a host without an address', new Error('getaddrinfo ENOTFOUND example'), 'getaddrinfo ENOTFOUND example'],
  [
    'a host none of whose addresses answers',
    Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }),
    'ECONNREFUSED',
  ],
])('%s is told in one line, with the URL and what to do', async (_, cause, reason) => {
  const fetch = () => Promise.reject(new TypeError('fetch failed', { cause }));
  const dir = join(cacheDir, 'mnist');
  expect(await refusal(downloadDataset('mnist', { cacheDir, fetch }))).toBe(
    `downloadDataset: ${DATASETS.mnist.source.baseUrl}train-images-idx3-ubyte.gz cannot be reached (fetch failed: ${reason}); try again, give another baseUrl, or put the files into "${dir}"`,
  );
});

test('a base that is not a URL is named', async () => {
  expect(await refusal(downloadDataset('mnist', { cacheDir, baseUrl: 'data' }))).toContain(
    'downloadDataset: baseUrl is "data", which is not a URL; try again',
  );
});

test.each(['labels.gz.part', 'labels.gz.part.version'])(
  'a %s that is a link is refused, and what it points to stays',
  async (name) => {
    const precious = join(cacheDir, 'precious');
    await writeFile(precious, 'precious');
    const { listener } = rangeServer(packedLabels, { version: { etag: '"one"' }, cut: 1000 });
    const baseUrl = await serve(listener);
    const path = join(cacheDir, name);
    const writtenAnew = name.endsWith('.version');
    for (const [make, reason] of [
      [() => symlink(precious, path), 'it is a symbolic link'],
      [() => symlink(join(cacheDir, 'new'), path), 'it is a symbolic link'],
      [() => link(precious, path), 'it has a second name'],
    ] as const) {
      await make();
      // That of a version is taken away with its link ahead of a new download.
      if (writtenAnew) await install(tiny, cacheDir, { baseUrl });
      else
        expect(await refusal(install(tiny, cacheDir, { baseUrl }))).toBe(
          `"${path}" cannot be written (${reason})`,
        );
      expect(await readFile(precious, 'utf8')).toBe('precious');
      for (const left of ['labels', name]) await rm(join(cacheDir, left), { force: true });
      expect(await readdir(cacheDir)).toEqual(['precious']);
    }
  },
);

test('a pipe in the place of a file is refused, and not waited for', async () => {
  const baseUrl = await serve(files({ 'labels.gz': packedLabels }).listener);
  const path = join(cacheDir, 'labels.gz.part');
  execFileSync('mkfifo', [path]);
  expect(await refusal(install(tiny, cacheDir, { baseUrl }))).toBe(
    `"${path}" cannot be written (it is not a regular file)`,
  );
  await rm(path);
  execFileSync('mkfifo', [`${path}.version`]);
  await install(tiny, cacheDir, { baseUrl });
  expect(await readdir(cacheDir)).toEqual(['labels']);
});

const SECRETS = /s3cret|t0ken|alice/;

test('user and password of a base URL are sent as a header, its query with each file, and neither is shown', async () => {
  const asked: (string | undefined)[] = [];
  let status = 200;
  const plain = await serve(({ headers, url }, response) => {
    asked.push(`${url} ${headers.authorization}`);
    response.writeHead(status).end(packedLabels);
  });
  const { host } = new URL(plain);
  const baseUrl = `http://alice:s3cret%20word@${host}/dir?sig=t0ken#part`;
  await install(tiny, cacheDir, { baseUrl });
  const basic = `Basic ${Buffer.from('alice:s3cret word').toString('base64')}`;
  expect(asked).toEqual([`/dir/labels.gz?sig=t0ken ${basic}`]);
  await rm(join(cacheDir, 'labels'));
  status = 403;
  const line = await refusal(install(tiny, cacheDir, { baseUrl }));
  expect(line).toBe(`http://${host}/dir/labels.gz?… answered 403 Forbidden`);
  const fetch = (url: unknown) => Promise.reject(new TypeError(`no way to ${url}`));
  const told = await refusal(downloadDataset('mnist', { cacheDir, baseUrl, fetch }));
  expect(told).toContain(`(no way to http://${host}/dir/train-images-idx3-ubyte.gz?…)`);
  expect(told).not.toMatch(SECRETS);
});

test.each([
  'alice:s3cret@host/dir',
  'http//alice:s3cret@host?key=t0ken',
  '//host/a?t0ken',
  'data:s3cret@host',
])('a base that is not a URL is named without what may be secret: %s', async (baseUrl) => {
  const line = await refusal(downloadDataset('mnist', { cacheDir, baseUrl }));
  expect(line).toMatch(/baseUrl is ".*….*", which is not a URL/);
  expect(line).not.toMatch(SECRETS);
});

test('a server that dribbles is given up, though it is never silent', async () => {
  const dribbles = await serve((_, response) => {
    response.writeHead(200, { 'content-length': 500 });
    const timer = setInterval(() => response.write(new Uint8Array(1)), 20);
    response.on('close', () => clearInterval(timer));
  });
  expect(await refusal(install(tiny, cacheDir, { baseUrl: dribbles, silence: 1000 }))).toMatch(
    /labels\.gz broke off after \d+ of 500 bytes \(\d+ bytes came in [\d.]+ s, needed 1000 a second\)$/,
  );
  await rm(join(cacheDir, 'labels.gz.part'));
  const slow = await serve((_, response) => {
    response.writeHead(200, { 'content-length': packedLabels.length });
    let at = 0;
    const timer = setInterval(() => {
      if (at < packedLabels.length) response.write(packedLabels.subarray(at, ++at));
      else response.end();
    }, 20);
    response.on('close', () => clearInterval(timer));
  });
  await install(tiny, cacheDir, { baseUrl: slow, silence: 1000, leastRate: 10 });
  await installed();
});

test('a relative cache stays where it was when the working folder is changed meanwhile', async () => {
  const before = process.cwd();
  process.chdir(cacheDir);
  try {
    const fetch = () => {
      process.chdir(before);
      return Promise.reject(new Error('offline'));
    };
    const dir = join(process.cwd(), 'kept', 'mnist');
    expect(await refusal(downloadDataset('mnist', { cacheDir: 'kept', fetch }))).toContain(`"${dir}"`);
    expect(await readdir(cacheDir, { recursive: true })).toEqual(['kept', 'kept/mnist']);
  } finally {
    process.chdir(before);
  }
});

test('settings of a download that mean nothing are refused', async () => {
  for (const [options, message] of [
    [{ silence: 0 }, 'silence is 0, needed milliseconds from 1 to 2 ** 31 - 1'],
    [{ silence: Number.POSITIVE_INFINITY }, 'silence is Infinity, needed milliseconds from 1 to 2 ** 31 - 1'],
    [{ leastRate: -1 }, 'leastRate is -1, needed a number of at least 0'],
  ] as const)
    expect(await refusal(downloadDataset('mnist', { cacheDir, ...options }))).toBe(
      `downloadDataset: ${message}`,
    );
});

test('a cache among the files of the system is refused, and not waited for', async () => {
  expect(await refusal(downloadDataset('mnist', { cacheDir: '/proc/1/kept' }))).toMatch(
    /^downloadDataset: \/proc\/1\/kept\/mnist cannot be made \(it is a file of the system, needed one of your own\)/,
  );
});

test('what cannot be written is named by its path', async () => {
  await mkdir(join(cacheDir, 'labels.gz.part'));
  const baseUrl = await serve(files({ 'labels.gz': packedLabels }).listener);
  expect(await refusal(install(tiny, cacheDir, { baseUrl }))).toMatch(
    /labels\.gz\.part" cannot be written \(EISDIR/,
  );
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
  ...DATASETS.cifar10.source,
  files: DATASETS.cifar10.source.files.map((file) => ({
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

test('a damaged archive is named by its URL', async () => {
  const archive = new Uint8Array(gzipSync(new Uint8Array(1024).fill(7)));
  const baseUrl = await serve(files({ 'cifar-10-binary.tar.gz': archive }).listener);
  expect(await refusal(install(cifarSource(archive), cacheDir, { baseUrl }))).toMatch(
    /^http:.*\/cifar-10-binary\.tar\.gz cannot be unpacked \(readTar: size at byte 0 is not an octal number/,
  );
  expect(await readdir(cacheDir)).toEqual([]);
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

test('entries of an archive that point elsewhere, link, or are not expected are passed over', async () => {
  const dir = join(cacheDir, 'a', 'b');
  const evil = cifarBatch([9]);
  const bad = [
    { name: '../../data_batch_1.bin', type: '0', data: evil },
    { name: `${cacheDir}/data_batch_2.bin`, type: '0', data: evil },
    { name: 'cifar-10-batches-bin/../../test_batch.bin', type: '0', data: evil },
    { name: '..\\data_batch_5.bin', type: '0', data: evil },
    { name: 'cifar-10-batches-bin/data_batch_3.bin', type: '2', data: evil },
    { name: 'data_batch_4.bin', type: '1', data: evil },
    { name: 'data_batch_4.bin', type: '5', data: new Uint8Array() },
    { name: 'notes.txt', type: '0', data: evil },
  ];
  const good = Object.entries(batches).map(([name, data]) => ({ name: `x/${name}`, type: '0', data }));
  for (const members of [
    [...bad, ...good],
    [...good, ...bad],
  ]) {
    const archive = new Uint8Array(gzipSync(tarFile(members)));
    const baseUrl = await serve(files({ 'cifar-10-binary.tar.gz': archive }).listener);
    await install(cifarSource(archive), dir, { baseUrl });
    for (const [name, data] of Object.entries(batches))
      expect(new Uint8Array(await readFile(join(dir, name)))).toEqual(data);
    const everything = await readdir(cacheDir, { recursive: true });
    expect(everything.sort()).toEqual(
      ['a', 'a/b', ...Object.keys(batches).map((name) => `a/b/${name}`)].sort(),
    );
    await rm(dir, { recursive: true });
    server?.closeAllConnections();
  }
  const alone = new Uint8Array(gzipSync(tarFile(bad)));
  const baseUrl = await serve(files({ 'cifar-10-binary.tar.gz': alone }).listener);
  expect(await refusal(install(cifarSource(alone), dir, { baseUrl }))).toContain(
    `lacks ${Object.keys(batches).join(', ')}, needed each of them`,
  );
  expect(await readdir(cacheDir, { recursive: true })).toEqual(['a', 'a/b']);
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
    'readTar: size at byte 0 is not an octal number, needed a tar header',
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
    for (const { file } of DATASETS[name].source.files)
      contents[file] = await readFile(join(data, name, file));
    const baseUrl = await serve(files(contents).listener);
    const { train, test: held } = await downloadDataset(name, { cacheDir, baseUrl });
    expect([train.count, held.count]).toEqual([60_000, 10_000]);
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  }
  server = undefined;
});
