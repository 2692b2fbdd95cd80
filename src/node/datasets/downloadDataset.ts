/** Known data sets from where they are published. */
import { join } from 'node:path';
import { messageOf } from '../../core/messageOf';
import {
  abortSignal,
  callable,
  checked,
  type NumberRange,
  number,
  optional,
  readOptions,
  text,
} from '../../core/options';
import { absolute, assertPath } from '../file';
import { type InstallOptions, install } from './install';
import { assertDatasetName, loadDataset, type TrainAndTest } from './loadDataset';
import { DATASETS, type DatasetName } from './registry';

/** How a data set is downloaded. */
export interface DownloadDatasetOptions extends InstallOptions {
  /** folder that keeps what has been downloaded; each set has a folder of its name inside */
  readonly cacheDir: string;
}

/** What a timer takes. */
const MILLISECONDS: NumberRange = {
  needed: 'milliseconds from 1 to 2 ** 31 - 1',
  holds: (value) => value >= 1 && value < 2 ** 31,
};

const RATE: NumberRange = { needed: 'a number of at least 0', holds: (value) => value >= 0 };

/**
 * Downloads a data set, unless it is in the cache, and loads it.
 *
 * It fetches the official files and compares them with the checksums of the data set. A file gets its name only when it is
 * whole. A download that was interrupted stays as `NAME.part`, and the next call resumes it. A download that is too slow is
 * given up. Sizes and labels of cached files are checked whenever they are loaded.
 *
 * @param name which data set
 * @param options cache, base URL of a mirror, fetch, progress, signal, longest silence, least rate
 * @returns training and test examples, images in bytes
 * @throws RangeError when the name is not a known set; Error in one line naming the URL and what to do when a file
 * is not available or is not the official one; the signal's reason when it is aborted
 * @example (await downloadDataset('mnist', { cacheDir: 'data' })).train.count // 60000
 */
export async function downloadDataset(
  name: DatasetName,
  options: DownloadDatasetOptions,
): Promise<TrainAndTest> {
  assertDatasetName('downloadDataset', name);
  const { cacheDir, ...how } = readOptions('downloadDataset', options, {
    cacheDir: checked(assertPath),
    baseUrl: optional(text()),
    fetch: optional(callable()),
    onProgress: optional(callable()),
    signal: optional(abortSignal),
    silence: optional(number(MILLISECONDS)),
    leastRate: optional(number(RATE)),
  });
  // A program may change its working folder while the files come.
  const dir = absolute('downloadDataset', join(cacheDir, name));
  try {
    await install(DATASETS[name].source, dir, how);
  } catch (cause) {
    how.signal?.throwIfAborted();
    throw new Error(
      `downloadDataset: ${messageOf(cause)}; try again, give another baseUrl, or put the files into "${dir}"`,
      { cause },
    );
  }
  try {
    return await loadDataset(name, { dir });
  } catch (cause) {
    throw new RangeError(
      `downloadDataset: ${messageOf(cause)}; remove the files in "${dir}", and the next call fetches them again`,
      { cause },
    );
  }
}
