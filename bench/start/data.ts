/** The data sets that `npm start` compares methods on. */
import { createNoise, type Dataset, digits } from 'ssvae';
import { downloadDataset, loadDataset } from 'ssvae/node';
import type { Settings } from './settings';

/** Examples to train on, and examples that nothing is chosen by. */
export interface Data {
  readonly train: Dataset;
  readonly test: Dataset;
}

const DIGITS = { train: 5000, test: 2000 };

/**
 * Draws, loads or downloads a data set.
 *
 * @param settings which, and where; the signal ends a download
 * @throws Error in one line where the files are missing, damaged or out of reach
 */
export async function loadData({
  dataset,
  data,
  seed,
  signal,
}: Pick<Settings, 'dataset' | 'data' | 'seed'> & { readonly signal: AbortSignal }): Promise<Data> {
  if (dataset === 'digits') {
    return {
      train: digits({ count: DIGITS.train, seed }),
      test: digits({ count: DIGITS.test, seed: createNoise(seed).split('test') }),
    };
  }
  if (data !== undefined) return loadDataset(dataset, { dir: data });
  let shown = '';
  return downloadDataset(dataset, {
    cacheDir: 'runs/data',
    signal,
    onProgress({ file, received, total }) {
      const line = `downloading ${file}${total ? ` ${Math.floor((10 * received) / total)}0 %` : ''}`;
      if (line !== shown) console.error(line);
      shown = line;
    },
  });
}
