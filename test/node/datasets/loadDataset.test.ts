import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadDataset } from '../../../src/node/datasets/loadDataset';
import { DATASETS } from '../../../src/node/datasets/registry';
import { cifarBatch, idxFile, sharedData, tinyIdx } from './officialFiles';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ssvae-datasets-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const put = async (files: Readonly<Record<string, Uint8Array>>, into = dir): Promise<void> => {
  await mkdir(into, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(into, name), bytes);
};

/** A new folder of files. */
const placed = async (files: Readonly<Record<string, Uint8Array>>): Promise<string> => {
  const folder = await mkdtemp(join(dir, 'files-'));
  await put(files, folder);
  return folder;
};

const packedIdx = (): Record<string, Uint8Array> =>
  Object.fromEntries(Object.entries(tinyIdx).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]));

test('loads IDX files, packed or not, the same', async () => {
  await put(tinyIdx);
  const plain = await loadDataset('mnist', { dir });
  expect([plain.train.name, plain.train.count, plain.train.shape, plain.train.classes]).toEqual([
    'mnist train',
    3,
    [2, 2, 1],
    10,
  ]);
  expect([plain.test.name, plain.test.count]).toEqual(['mnist test', 2]);
  expect(Array.from(plain.train.x.subarray(4, 8))).toEqual([4, 5, 6, 7]);
  expect(Array.from(plain.test.y)).toEqual([9, 8]);
  const packed = join(dir, 'packed');
  await put(packedIdx(), packed);
  expect(plain.train.classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  const fashion = await loadDataset('fashion-mnist', { dir: packed });
  const { classNames = [] } = fashion.train;
  expect([classNames.length, classNames[0], classNames[9]]).toEqual([10, 'T-shirt/top', 'Ankle boot']);
  expect(fashion).toEqual({
    train: { ...plain.train, name: 'fashion-mnist train', classNames },
    test: { ...plain.test, name: 'fashion-mnist test', classNames },
  });
});

test.skipIf(process.platform === 'win32')('does not wait for a pipe in place of a file', async () => {
  const { 'train-images-idx3-ubyte': _, ...rest } = tinyIdx;
  await put(rest);
  execFileSync('mkfifo', [join(dir, 'train-images-idx3-ubyte')]);
  await expect(loadDataset('mnist', { dir })).rejects.toThrow(
    /^loadDataset: ".*train-images-idx3-ubyte": it is not a regular file, needed the path of a file$/,
  );
});

test('refuses the official files of the other set of the same names, packed or not', async () => {
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const { train, test: held } = DATASETS.mnist.files;
  const known = (parts: typeof train) =>
    parts.map((part) =>
      part.map((file) => ({ ...file, sha256: sha256(tinyIdx[file.name as keyof typeof tinyIdx]) })),
    );
  const set = { ...DATASETS.mnist, files: { train: known(train), test: known(held) } };
  vi.spyOn(DATASETS, 'mnist', 'get').mockReturnValue(set);
  for (const files of [tinyIdx, packedIdx()]) {
    const folder = await placed(files);
    await expect(loadDataset('fashion-mnist', { dir: folder })).rejects.toThrow(
      /^loadDataset: ".*train-images-idx3-ubyte(.gz)?": it is the file of mnist, needed that of fashion-mnist: give another folder, or the name mnist$/,
    );
    expect((await loadDataset('mnist', { dir: folder })).train.count).toBe(3);
  }
  vi.restoreAllMocks();
});

test('takes IDX files by the name with a dot, packed or not, and no folder for one of them', async () => {
  const plain = await loadDataset('mnist', { dir: await placed(tinyIdx) });
  const dotted = Object.fromEntries(
    Object.entries(tinyIdx).map(([name, bytes]) => [name.replace('-idx', '.idx'), bytes]),
  );
  const packed = Object.fromEntries(
    Object.entries(dotted).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]),
  );
  for (const files of [dotted, packed])
    expect(await loadDataset('mnist', { dir: await placed(files) })).toEqual(plain);
  // The copy that is most often downloaded by hand has folders of the official names beside the files.
  const beside = await placed(dotted);
  for (const name of Object.keys(tinyIdx)) await mkdir(join(beside, name));
  expect(await loadDataset('mnist', { dir: beside })).toEqual(plain);
});

test.each([
  ['mnist', 't10k-labels-idx1-ubyte', 1],
  ['mnist', 'train-images-idx3-ubyte', 64],
  ['cifar10', 'data_batch_3.bin', 32],
] as const)('of %s, %s is not unpacked beyond %i MiB', async (name, file, most) => {
  const files = name === 'mnist' ? tinyIdx : cifarFiles;
  const bomb = gzipSync(new Uint8Array((most + 8) * 2 ** 20), { level: 1 });
  const { [file as keyof typeof files]: _, ...others } = files as Record<string, Uint8Array>;
  const from = await placed({ ...others, [`${file}.gz`]: bomb });
  expect(await refusal(name, from)).toBe(
    `loadDataset: "${join(from, file)}.gz": gunzip: bytes unpack to more than ${most * 2 ** 20} bytes, needed at most maxBytes`,
  );
  const plain = await placed(files);
  await truncate(join(plain, file), 2 ** 40);
  expect(await refusal(name, plain)).toBe(
    `loadDataset: "${join(plain, file)}": the file has ${2 ** 40} bytes, needed at most ${most * 2 ** 20}`,
  );
});

const cifarFiles = {
  ...Object.fromEntries(
    [1, 2, 3, 4, 5].map((batch) => [`data_batch_${batch}.bin`, cifarBatch([batch, batch - 1])]),
  ),
  'test_batch.bin': cifarBatch([9]),
};

test('loads CIFAR-10 in the order of its batches, from the folder or from the one inside it', async () => {
  await put(cifarFiles, join(dir, 'cifar-10-batches-bin'));
  const { train, test: held } = await loadDataset('cifar10', { dir });
  expect([train.shape, train.count, held.count]).toEqual([[32, 32, 3], 10, 1]);
  expect([train.classNames?.[0], held.classNames?.[9]]).toEqual(['airplane', 'truck']);
  expect(Array.from(train.y)).toEqual([1, 0, 2, 1, 3, 2, 4, 3, 5, 4]);
  // Red, green and blue planes of class k hold k, k + 10 and k + 20.
  expect(Array.from(train.x.subarray(8 * 3072, 8 * 3072 + 6))).toEqual([5, 15, 25, 5, 15, 25]);
  const direct = await loadDataset('cifar10', { dir: join(dir, 'cifar-10-batches-bin') });
  expect(direct.train).toEqual(train);
});

const refusal = async (name: 'mnist' | 'cifar10', from = dir): Promise<string> => {
  const error = await loadDataset(name, { dir: from }).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(Error);
  const { message } = error as Error;
  expect(message).not.toContain('\n');
  return message;
};

test('a missing folder is named', async () => {
  expect(await refusal('mnist', join(dir, 'nowhere'))).toMatch(
    /^loadDataset: dir is ".*nowhere", which cannot be read \(ENOENT.*\), needed a folder$/,
  );
});

test('all missing files are named', async () => {
  await put({ 'train-images-idx3-ubyte': tinyIdx['train-images-idx3-ubyte'] });
  expect(await refusal('mnist')).toBe(
    `loadDataset: "${dir}" lacks train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, needed each of them, plain or .gz`,
  );
  expect(await refusal('cifar10')).toContain('lacks data_batch_1.bin, data_batch_2.bin, data_batch_3.bin');
});

test.each([
  [
    'a truncated file',
    't10k-images-idx3-ubyte',
    tinyIdx['t10k-images-idx3-ubyte'].subarray(0, 20),
    'parseIdx: bytes are truncated: 20, needed 24',
  ],
  [
    'counts that differ',
    't10k-labels-idx1-ubyte',
    idxFile([1], [9]),
    'idxDataset: labels have shape [1], needed [2]',
  ],
  [
    'a damaged gzip',
    'train-images-idx3-ubyte',
    gzipSync(tinyIdx['train-images-idx3-ubyte']).subarray(0, 25),
    'gunzip: bytes are damaged or truncated',
  ],
])('%s is refused with its path', async (_, name, bytes, message) => {
  await put({ ...tinyIdx, [name]: bytes });
  const line = await refusal('mnist');
  expect(line).toContain(message);
  expect(line).toContain(join(dir, name.replace('labels-idx1', 'images-idx3')));
});

test('a damaged CIFAR batch is refused with its path alone', async () => {
  await put({ ...cifarFiles, 'data_batch_3.bin': new Uint8Array(100) });
  expect(await refusal('cifar10')).toBe(
    `loadDataset: "${join(dir, 'data_batch_3.bin')}": parseCifar10: bytes are 100, needed a multiple of 3073, at least one record`,
  );
});

test('a name that is no data set is refused', async () => {
  // @ts-expect-error: a name that does not exist
  await expect(loadDataset('imagenet', { dir })).rejects.toThrow(
    'loadDataset: name is "imagenet", needed one of "mnist", "fashion-mnist", "cifar10"',
  );
});

test('loads the published MNIST and Fashion-MNIST', async (context) => {
  const data = sharedData('mnist', 'fashion-mnist');
  if (data === undefined)
    return context.skip('data set absent: set SSVAE_DATA to a folder with mnist and fashion-mnist');
  for (const name of ['mnist', 'fashion-mnist'] as const) {
    const { train, test: held } = await loadDataset(name, { dir: join(data, name) });
    expect([train.count, held.count, train.shape]).toEqual([60_000, 10_000, [28, 28, 1]]);
    const counts = new Array<number>(10).fill(0);
    for (const k of held.y) counts[k] = (counts[k] as number) + 1;
    // Published: MNIST's test digits by class, and Fashion-MNIST's thousand of each.
    expect(counts).toEqual(
      name === 'mnist' ? [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009] : new Array(10).fill(1000),
    );
  }
});
