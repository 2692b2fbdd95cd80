/** Known data sets out of a folder of their official files. */

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertOneOf } from '../core/assert';
import { oneLine } from '../core/describe';
import { messageOf } from '../core/messageOf';
import { checked, readOptions } from '../core/options';
import { bytesOf } from '../core/typedArrays';
import { type CifarRecords, parseCifar10 } from '../data/cifar';
import { createDataset, type Dataset } from '../data/dataset';
import { gunzip, isGzip } from '../data/gzip';
import { idxDataset } from '../data/idx';
import { assertPath } from './file';
import { idxChecksums } from './idxChecksums';
import { regularFile } from './writeWhole';

/** Data sets that are known by name. */
export type DatasetName = 'mnist' | 'fashion-mnist' | 'cifar10';

/** Examples to train on and examples to measure with. */
export interface TrainAndTest {
  /** the official training set */
  readonly train: Dataset;
  /** the official test set: nothing is chosen by it */
  readonly test: Dataset;
}

/** Where the files are. */
export interface LoadDatasetOptions {
  /** folder that holds the official files, packed (`.gz`) or not */
  readonly dir: string;
}

/** A file of a known data set. */
interface DatasetFile {
  /** official name, unpacked */
  readonly name: string;
  /** more than it can hold, unpacked; a download is held to it too */
  readonly maxBytes: number;
}

interface Files {
  readonly train: readonly DatasetFile[];
  readonly test: readonly DatasetFile[];
}

const MEBIBYTE = 2 ** 20;

const idxFiles: Files = {
  train: [
    { name: 'train-images-idx3-ubyte', maxBytes: 64 * MEBIBYTE },
    { name: 'train-labels-idx1-ubyte', maxBytes: MEBIBYTE },
  ],
  test: [
    { name: 't10k-images-idx3-ubyte', maxBytes: 64 * MEBIBYTE },
    { name: 't10k-labels-idx1-ubyte', maxBytes: MEBIBYTE },
  ],
};

const cifarFile = (name: string): DatasetFile => ({ name, maxBytes: 32 * MEBIBYTE });

/** Official files of each set. */
export const datasetFiles: Readonly<Record<DatasetName, Files>> = {
  mnist: idxFiles,
  'fashion-mnist': idxFiles,
  cifar10: {
    train: [1, 2, 3, 4, 5].map((batch) => cifarFile(`data_batch_${batch}.bin`)),
    test: [cifarFile('test_batch.bin')],
  },
};

/** Names that a file may have: its own, or with the dot that some unpackers of IDX files write, packed or not. */
export const spellingsOf = (name: string): readonly string[] =>
  [...new Set([name, name.replace('-idx', '.idx')])].flatMap((spelling) => [spelling, `${spelling}.gz`]);

/** The folder inside the archive that CIFAR-10 is published as. */
const CIFAR_FOLDER = 'cifar-10-batches-bin';

/**
 * Refuses a name that is no {@link DatasetName}.
 *
 * @throws RangeError naming those that are
 */
export const assertDatasetName = (where: string, name: DatasetName): void =>
  assertOneOf(where, 'name', name, Object.keys(datasetFiles) as DatasetName[]);

// Every message below starts with the function and names the path, so that one line says what to look at.
const refuse = (what: string, cause?: unknown): Error => new Error(`loadDataset: ${what}`, { cause });

/** Names in a folder: of everything, and of what is no folder itself, as some copies hold folders named like their files. */
const listing = async (
  dir: string,
): Promise<{ readonly names: readonly string[]; readonly files: readonly string[] }> => {
  try {
    const entries = await readdir(dir, { withFileTypes: true });
    const named = (of: typeof entries): readonly string[] => of.map(({ name }) => name);
    return { names: named(entries), files: named(entries.filter((entry) => !entry.isDirectory())) };
  } catch (cause) {
    throw refuse(
      `dir is "${oneLine(dir, 300)}", which cannot be read (${oneLine(messageOf(cause), 300)}), needed a folder`,
      cause,
    );
  }
};

/** A file of a data set, where it is. */
interface FoundFile extends DatasetFile {
  readonly path: string;
}

const locate = async (dir: string, wanted: readonly DatasetFile[]): Promise<readonly FoundFile[]> => {
  const present = await listing(dir);
  const inside = present.names.includes(CIFAR_FOLDER) && wanted.some(({ name }) => name === 'test_batch.bin');
  const folder = inside && !present.files.includes('test_batch.bin') ? join(dir, CIFAR_FOLDER) : dir;
  const { files } = folder === dir ? present : await listing(folder);
  const found = wanted.map((file) => ({
    ...file,
    as: spellingsOf(file.name).find((name) => files.includes(name)),
  }));
  const missing = found.filter(({ as }) => as === undefined).map(({ name }) => name);
  if (missing.length > 0)
    throw refuse(`"${folder}" lacks ${missing.join(', ')}, needed each of them, plain or .gz`);
  return found.map(({ as = '', ...file }) => ({ ...file, path: join(folder, as) }));
};

const readUnpacked = async ({ path, maxBytes }: FoundFile): Promise<Uint8Array> => {
  const { size = 0 } = (await regularFile(path)) ?? {};
  if (size > maxBytes) throw new RangeError(`the file has ${size} bytes, needed at most ${maxBytes}`);
  const bytes = await readFile(path);
  return isGzip(bytes) ? gunzip(bytes, { maxBytes }) : bytesOf(bytes);
};

// Errors of parsers and unpacking know no path; here they get one.
const about = async <T>(paths: readonly string[], work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    throw refuse(`"${paths.join('", "')}": ${messageOf(cause)}`, cause);
  }
};

/** Refuses the official file of another data set: MNIST and Fashion-MNIST name and shape their files alike. */
const assertOwn = (set: DatasetName, { name }: DatasetFile, bytes: Uint8Array): void => {
  const checksum = createHash('sha256').update(bytes).digest('hex');
  for (const [other, checksums] of Object.entries(idxChecksums))
    if (other !== set && Object.entries(checksums).some(([file, hex]) => file === name && hex === checksum))
      throw new Error(
        `it is the file of ${other}, needed that of ${set}: give another folder, or the name ${other}`,
      );
};

/** What the classes of each set are called, as the makers of the set call them. */
const CLASS_NAMES: Readonly<Record<DatasetName, readonly string[]>> = {
  mnist: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  'fashion-mnist': [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  cifar10: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
};

const loadIdx = async (name: string, found: readonly FoundFile[], set: DatasetName): Promise<Dataset> => {
  const files: Uint8Array[] = [];
  for (const file of found)
    files.push(
      await about([file.path], async () => {
        const bytes = await readUnpacked(file);
        assertOwn(set, file, bytes);
        return bytes;
      }),
    );
  const [images = new Uint8Array(), labels = new Uint8Array()] = files;
  return about(
    found.map(({ path }) => path),
    async () => idxDataset({ name, images, labels, classNames: CLASS_NAMES[set] }),
  );
};

const loadCifar = async (name: string, found: readonly FoundFile[]): Promise<Dataset> => {
  const parts: CifarRecords[] = [];
  // One after another, as unpacking and sorting of pixels take room beside what comes of them.
  for (const file of found)
    parts.push(await about([file.path], async () => parseCifar10(await readUnpacked(file))));
  const count = parts.reduce((sum, { y }) => sum + y.length, 0);
  const shape = [32, 32, 3];
  const x = new Uint8Array(count * 32 * 32 * 3);
  const y = new Uint8Array(count);
  let at = 0;
  for (const part of parts) {
    x.set(part.x, at * 32 * 32 * 3);
    y.set(part.y, at);
    at += part.y.length;
  }
  return createDataset({ name, x, y, shape, classes: 10, classNames: CLASS_NAMES.cifar10 });
};

/**
 * Loads a data set from a folder.
 *
 * MNIST and Fashion-MNIST: four IDX files; CIFAR-10: `data_batch_1.bin` … `data_batch_5.bin` and `test_batch.bin`,
 * there or in `cifar-10-batches-bin`. Each may be packed, with `.gz` behind its name, and IDX files may be named with a dot,
 * `train-images.idx3-ubyte`. No file is unpacked to more than its kind can hold.
 *
 * @param name which data set
 * @param options the folder
 * @returns training and test examples, images in bytes
 * @throws RangeError when the name is none of these; Error in one line when the folder cannot be read, files are
 * missing (all are named), or one is damaged or the official one of another set
 * @example (await loadDataset('mnist', { dir: 'data/mnist' })).train.count // 60000
 */
export async function loadDataset(name: DatasetName, options: LoadDatasetOptions): Promise<TrainAndTest> {
  assertDatasetName('loadDataset', name);
  const { dir } = readOptions('loadDataset', options, { dir: checked(assertPath) });
  const files = datasetFiles[name];
  const found = await locate(dir, [...files.train, ...files.test]);
  const load = name === 'cifar10' ? loadCifar : loadIdx;
  const train = await load(`${name} train`, found.slice(0, files.train.length), name);
  const test = await load(`${name} test`, found.slice(files.train.length), name);
  return { train, test };
}
