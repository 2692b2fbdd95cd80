/** Known data sets out of a folder of their official files. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertOneOf } from '../../core/assert';
import { oneLine } from '../../core/describe';
import { messageOf } from '../../core/messageOf';
import { checked, readOptions } from '../../core/options';
import { bytesOf } from '../../core/typedArrays';
import { createDataset, type Dataset } from '../../data/dataset';
import { gunzip, isGzip } from '../../data/gzip';
import { entriesOf } from '../entries';
import { assertPath } from '../file';
import { regularFile } from '../writeWhole';
import type { DatasetFile, DatasetPart, KnownDataset } from './knownDataset';
import { DATASETS, type DatasetName, datasetNames } from './registry';

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

/** Names that a file may have: its own, or with the dot that some unpackers of IDX files write, packed or not. */
export const spellingsOf = (name: string): readonly string[] =>
  [...new Set([name, name.replace('-idx', '.idx')])].flatMap((spelling) => [spelling, `${spelling}.gz`]);

/**
 * Refuses a name that is no {@link DatasetName}.
 *
 * @throws RangeError naming those that are
 */
export const assertDatasetName = (where: string, name: DatasetName): void =>
  assertOneOf(where, 'name', name, datasetNames);

// Every message below starts with the function and names the path, so that one line says what to look at.
const refuse = (what: string, cause?: unknown): Error => new Error(`loadDataset: ${what}`, { cause });

/** Names in a folder: of everything, and of everything but folders, because some copies hold folders named like their files. */
const listing = async (
  dir: string,
): Promise<{ readonly names: readonly string[]; readonly files: readonly string[] }> => {
  try {
    const entries = await entriesOf('loadDataset', dir);
    const named = (of: typeof entries): readonly string[] => of.map(({ name }) => name);
    return { names: named(entries), files: named(entries.filter(({ is }) => is !== 'folder')) };
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

/** Finds the files in the folder, or in the folder of the published archive inside it. */
const locate = async (
  dir: string,
  wanted: readonly DatasetFile[],
  inner: string | undefined,
): Promise<ReadonlyMap<DatasetFile, FoundFile>> => {
  const present = await listing(dir);
  const spelled = (files: readonly string[]) =>
    wanted.map((file) => [file, spellingsOf(file.name).find((name) => files.includes(name))] as const);
  let [folder, found] = [dir, spelled(present.files)];
  if (inner !== undefined && present.names.includes(inner) && found.some(([, name]) => name === undefined)) {
    folder = join(dir, inner);
    found = spelled((await listing(folder)).files);
  }
  const missing = found.filter(([, name]) => name === undefined).map(([{ name }]) => name);
  if (missing.length > 0)
    throw refuse(`"${folder}" lacks ${missing.join(', ')}, needed each of them, plain or .gz`);
  return new Map(found.map(([file, name = '']) => [file, { ...file, path: join(folder, name) }]));
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
  for (const other of datasetNames) {
    const { train, test }: KnownDataset['files'] = DATASETS[other].files;
    const files = [...train, ...test].flat();
    if (other !== set && files.some((file) => file.name === name && file.sha256 === checksum))
      throw new Error(
        `it is the file of ${other}, needed that of ${set}: give another folder, or the name ${other}`,
      );
  }
};

/** Arrays of one kind, one behind the other. */
const joined = <A extends Uint8Array | Float32Array>(arrays: readonly A[]): A => {
  const [first] = arrays as readonly [A];
  const length = arrays.reduce((sum, array) => sum + array.length, 0);
  const all = new (first.constructor as new (length: number) => A)(length);
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
};

const loadParts = async (
  set: DatasetName,
  name: string,
  parts: readonly DatasetPart[],
  found: ReadonlyMap<DatasetFile, FoundFile>,
): Promise<Dataset> => {
  const { parse }: KnownDataset = DATASETS[set];
  const datasets: Dataset[] = [];
  // One after another: unpacking and parsing take memory of their own.
  for (const part of parts) {
    const files = part.map((file) => found.get(file) as FoundFile);
    const contents: Uint8Array[] = [];
    for (const file of files)
      contents.push(
        await about([file.path], async () => {
          const bytes = await readUnpacked(file);
          assertOwn(set, file, bytes);
          return bytes;
        }),
      );
    datasets.push(
      await about(
        files.map(({ path }) => path),
        async () => parse(name, contents),
      ),
    );
  }
  const [first, ...others] = datasets as [Dataset, ...Dataset[]];
  if (others.length === 0) return first;
  return createDataset({
    ...first,
    x: joined(datasets.map(({ x }) => x)),
    y: joined(datasets.map(({ y }) => y)),
  });
};

/**
 * Loads a data set from a folder.
 *
 * The folder holds the data set's official files, or the folder of its published archive does. Each may be packed, with
 * `.gz` behind its name, and IDX files may be named with a dot, `train-images.idx3-ubyte`. No file is unpacked to more than
 * its kind can hold.
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
  const { files, folder }: KnownDataset = DATASETS[name];
  const found = await locate(dir, [...files.train, ...files.test].flat(), folder);
  const train = await loadParts(name, `${name} train`, files.train, found);
  const test = await loadParts(name, `${name} test`, files.test, found);
  return { train, test };
}
