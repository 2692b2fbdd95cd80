/** The known data sets, by the name that `loadDataset` takes. Adding one is its file and a line here. */
import { cifar10 } from './cifar10';
import { fashionMnist } from './fashionMnist';
import type { KnownDataset } from './knownDataset';
import { mnist } from './mnist';

/** What is known of each. */
export const DATASETS = {
  mnist,
  'fashion-mnist': fashionMnist,
  cifar10,
} as const satisfies Readonly<Record<string, KnownDataset>>;

/** Data sets that are known by name. */
export type DatasetName = keyof typeof DATASETS;

/** Names of the known data sets. */
export const datasetNames = Object.keys(DATASETS) as readonly DatasetName[];
