/** Known data sets out of a folder of their official files. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertOneOf, recordOf } from '../core/assert';
import { bytesOf } from '../core/bytesOf';
import { messageOf } from '../core/messageOf';
import { parseCifar10 } from '../data/cifar';
import { createDataset, type Dataset } from '../data/dataset';
import { gunzip, isGzip } from '../data/gzip';
import { idxDataset } from '../data/idx';

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

interface Files {
  readonly train: readonly string[];
  readonly test: readonly string[];
}

const idxFiles: Files = {
  train: ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte'],
  test: ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'],
};

/** Official names of the files of each set, unpacked. */
export const datasetFiles: Readonly<Record<DatasetName, Files>> = {
  mnist: idxFiles,
  'fashion-mnist': idxFiles,
  cifar10: { train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`), test: ['test_batch.bin'] },
};

/** The folder inside the archive that CIFAR-10 is published as. */
const CIFAR_FOLDER = 'cifar-10-batches-bin';

/**
 * Refuses a name that is no {@link DatasetName}.
 *
 * @throws RangeError naming those that are
 */
export const assertDatasetName = (where: string, name: DatasetName): void =>
  assertOneOf(where, 'name', name, ['mnist', 'fashion-mnist', 'cifar10']);

// Every message below starts with the function and names the path, so that one line says what to look at.
const refuse = (what: string, cause?: unknown): Error => new Error(`loadDataset: ${what}`, { cause });

const listing = async (dir: string): Promise<readonly string[]> => {
  try {
    return await readdir(dir);
  } catch (cause) {
    throw refuse(`dir is "${dir}", which cannot be read (${messageOf(cause)}), needed a folder`, cause);
  }
};

const locate = async (dir: string, files: readonly string[]): Promise<readonly string[]> => {
  const present = await listing(dir);
  const inside = present.includes(CIFAR_FOLDER) && files.includes('test_batch.bin');
  const folder = inside && !present.includes('test_batch.bin') ? join(dir, CIFAR_FOLDER) : dir;
  const names = folder === dir ? present : await listing(folder);
  const found = files.map((file) => [file, `${file}.gz`].find((name) => names.includes(name)));
  const missing = files.filter((_, i) => found[i] === undefined);
  if (missing.length > 0)
    throw refuse(`"${folder}" lacks ${missing.join(', ')}, needed each of them, plain or .gz`);
  return found.map((name) => join(folder, name ?? ''));
};

const readUnpacked = async (path: string): Promise<Uint8Array> => {
  const bytes = await readFile(path);
  return isGzip(bytes) ? gunzip(bytes) : bytesOf(bytes);
};

// Errors of parsers and unpacking know no path; here they get one.
const about = async <T>(paths: readonly string[], work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    throw refuse(`"${paths.join('", "')}": ${messageOf(cause)}`, cause);
  }
};

const loadIdx = (name: string, paths: readonly string[]): Promise<Dataset> =>
  about(paths, async () => {
    const [images = new Uint8Array(), labels = new Uint8Array()] = await Promise.all(paths.map(readUnpacked));
    return idxDataset({ name, images, labels });
  });

const loadCifar = async (name: string, paths: readonly string[]): Promise<Dataset> => {
  const parts = await Promise.all(
    paths.map((path) => about([path], async () => parseCifar10(await readUnpacked(path)))),
  );
  const sizes = parts.map(({ y }) => y.length);
  const count = sizes.reduce((sum, size) => sum + size, 0);
  const shape = [32, 32, 3];
  const x = new Uint8Array(count * 32 * 32 * 3);
  const y = new Uint8Array(count);
  let at = 0;
  for (const part of parts) {
    x.set(part.x, at * 32 * 32 * 3);
    y.set(part.y, at);
    at += part.y.length;
  }
  return createDataset({ name, x, y, shape, classes: 10 });
};

/**
 * Loads a data set from a folder.
 *
 * MNIST and Fashion-MNIST: four IDX files; CIFAR-10: `data_batch_1.bin` … `data_batch_5.bin` and `test_batch.bin`,
 * there or in `cifar-10-batches-bin`. Each may be packed, with `.gz` behind its name.
 *
 * @param name which data set
 * @param options the folder
 * @returns training and test examples, images in bytes
 * @throws RangeError when the name is none of these; Error in one line when the folder cannot be read, files are
 * missing (all are named) or one is damaged
 * @example (await loadDataset('mnist', { dir: 'data/mnist' })).train.count // 60000
 */
export async function loadDataset(name: DatasetName, options: LoadDatasetOptions): Promise<TrainAndTest> {
  assertDatasetName('loadDataset', name);
  const { dir } = recordOf('loadDataset', options);
  const files = datasetFiles[name];
  const paths = await locate(dir, [...files.train, ...files.test]);
  const load = name === 'cifar10' ? loadCifar : loadIdx;
  const train = await load(`${name} train`, paths.slice(0, files.train.length));
  const test = await load(`${name} test`, paths.slice(files.train.length));
  return { train, test };
}
