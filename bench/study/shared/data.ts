/** Data of the study: the split of a label seed, and the batches of a run. */
import {
  type BatchesOptions,
  type BatchSource,
  createBatches,
  type Dataset,
  type Split,
  splitDataset,
} from 'ssvae';
import type { Settings } from './settings';

/** Examples held out from training for choosing settings. */
const VALIDATION = 5000;

/** Labelled, unlabelled and validation examples of a label seed. */
export const splitOf = (train: Dataset, labels: number, seed: number): Split =>
  splitDataset(train, {
    labeled: labels,
    validation: VALIDATION,
    everyClass: true,
    seed,
  });

/** Batches of a run; without unlabelled examples where the method does not look at them, over as many steps. */
export const batchesOf = (
  { method, batchSize, binarize }: Settings,
  { dataset, split, seed }: Pick<BatchesOptions, 'dataset' | 'split' | 'seed'>,
): BatchSource =>
  createBatches({
    dataset,
    split,
    seed,
    binarize: binarize ?? 'none',
    batchSize: method === 'labels-only' ? { ...batchSize, unlabeled: 0 } : batchSize,
    stepsPerEpoch: Math.floor(split.unlabeled.length / batchSize.unlabeled),
  });
