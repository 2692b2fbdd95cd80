/** What one check works with: models that it makes, tensors and runs, all freed behind it. */
import { dispose, type Tensor, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import type { Batch, BatchSource } from '../core/batch';
import { createNoise } from '../core/noise';
import { createBatches } from '../data/batches';
import type { Dataset } from '../data/dataset';
import { gatherInputs, gatherLabels, subset } from '../data/gather';
import type { Known, Model, SemiSupervisedVae } from '../models/model';
import type { Objective, Phase } from '../models/objectives/objective';
import { createAdam } from '../training/optimizer/adam';
import type { TrainOptions } from '../training/options';
import { train } from '../training/train';
import type { CheckedExamples } from './examples';

/** A model under test, and what is known of it. */
export interface Subject<M extends Model> {
  /** what the model is trained to maximize */
  readonly objective: Objective<M> | readonly Phase<M>[];
  /** what it is checked on */
  readonly examples: CheckedExamples;
  /** beginnings of the names of variables that training leaves alone */
  readonly untouched: readonly string[];
  /** how far values may stray */
  readonly tolerance: number;
  /** a model with the weights of a seed, freed when the check ends */
  make(seed?: number): M;
  /** frees tensors when the check ends, and gives them back */
  own<T extends Tensor>(tensor: T): T;
}

/** Arguments of a model's functions, for some of the examples. */
export interface Inputs {
  /** [B, …] */
  readonly x: Tensor;
  /** one-hot, [B, K] */
  readonly y: Tensor2D;
  /** [B, Z]; [B, 1] where the model has no codes */
  readonly z: Tensor;
  /** [B, C], where the examples have some */
  readonly covariates?: Tensor;
  /** B class indices */
  readonly labels: number[];
}

/** Examples in the batches that most checks look at. */
export const ROWS = 5;

/** Steps of the short runs: one more than the checkpoint that they are resumed from. */
export const STEPS = 3;

const indicesOf = (from: number, to: number): Int32Array =>
  Int32Array.from({ length: to - from }, (_, i) => from + i);

/** Indices of the labeled and of the unlabeled examples. */
export const partsOf = ({ labeled, unlabeled }: CheckedExamples) => ({
  labeled: indicesOf(0, labeled),
  unlabeled: indicesOf(labeled, labeled + unlabeled),
});

/** Covariates of some of the examples, N × C in rows, where they have some: for what takes plain arrays. */
export const covariatesAt = (
  dataset: Dataset,
  rows: Int32Array = indicesOf(0, dataset.count),
): { readonly covariates?: Float32Array } => {
  const { covariates } = subset(dataset, rows);
  return covariates ? { covariates } : {};
};

/** The same as a tensor. */
const knownAt = <M extends Model>(subject: Subject<M>, rows: Int32Array): Known => {
  const { covariates } = covariatesAt(subject.examples.dataset, rows);
  if (covariates === undefined) return {};
  return { covariates: subject.own(tensor2d(covariates, [rows.length, covariates.length / rows.length])) };
};

/** Arguments anew, examples `from` to before `to`: a function that spoils what it is given spoils it for itself alone. */
export function inputsOf<M extends Model>(subject: Subject<M>, model: M, from = 0, to = from + ROWS): Inputs {
  const { dataset } = subject.examples;
  const rows = indicesOf(from, to);
  const { latent = 1 } = model as Partial<SemiSupervisedVae>;
  // One stream for each example, so that an example has its code in any batch.
  const codes = Array.from(rows, (row) => Array.from(createNoise(row).split('code').normals(latent)));
  return {
    x: subject.own(gatherInputs(dataset, rows)),
    y: subject.own(gatherLabels(dataset, rows)),
    z: subject.own(tensor2d(codes.flat(), [rows.length, latent])),
    ...knownAt(subject, rows),
    labels: Array.from(rows, (row) => dataset.y[row] as number),
  };
}

/** A batch of the first examples of either part; a part of 0 is left out. */
export function batchOf<M extends Model>(
  subject: Subject<M>,
  count: { readonly labeled: number; readonly unlabeled: number } = subject.examples,
): Batch {
  const { dataset } = subject.examples;
  const { labeled, unlabeled } = partsOf(subject.examples);
  const [known, unknown] = [labeled.subarray(0, count.labeled), unlabeled.subarray(0, count.unlabeled)];
  const x = (indices: Int32Array): Tensor => subject.own(gatherInputs(dataset, indices));
  return {
    ...(count.labeled > 0 && {
      labeled: { x: x(known), y: subject.own(gatherLabels(dataset, known)), ...knownAt(subject, known) },
    }),
    ...(count.unlabeled > 0 && { unlabeled: { x: x(unknown), ...knownAt(subject, unknown) } }),
  };
}

/** Batches of all examples, each of all that there are of a part; a part without indices is left out. */
export function batchesOf<M extends Model>(
  { examples }: Subject<M>,
  split: { readonly labeled: Int32Array; readonly unlabeled: Int32Array } = partsOf(examples),
): BatchSource {
  const { dataset } = examples;
  const batchSize = { labeled: split.labeled.length, unlabeled: split.unlabeled.length };
  return createBatches({ dataset, split, batchSize, seed: 5, stepsPerEpoch: STEPS });
}

/** Phases as they are, but for optimizers of their own: those would carry their state from one run to the next. */
const withoutOptimizers = <M extends Model>(
  objective: Subject<M>['objective'],
): Objective<M> | readonly Phase<M>[] =>
  typeof objective === 'function'
    ? objective
    : objective.map(({ optimizer: _, ...phase }): Phase<M> => phase);

/**
 * Trains a model for a few steps.
 *
 * @param options what is not as in every short run
 */
export async function trainOn<M extends Model>(
  subject: Subject<M>,
  model: M,
  options: Partial<TrainOptions<M>> = {},
): Promise<void> {
  // The usual 1e-8 would make a full step out of the rounding of a gradient that is 0, and two like runs on a GPU differ.
  const optimizer = createAdam({ epsilon: 1e-3 });
  try {
    await train(model, {
      objective: withoutOptimizers(subject.objective),
      batches: batchesOf(subject),
      epochs: 1,
      seed: 3,
      optimizer,
      // The run is short, whatever the model.
      onWarning: () => undefined,
      ...options,
    });
  } finally {
    optimizer.dispose();
  }
}

/**
 * Runs a check, and frees what it made, whether it fails or not.
 *
 * @param create makes a model
 * @param known what the subject is besides
 * @param check what is run
 */
export async function withSubject<M extends Model>(
  create: (seed: number) => M,
  known: Omit<Subject<M>, 'make' | 'own'>,
  check: (subject: Subject<M>) => Promise<void>,
): Promise<void> {
  const models: M[] = [];
  const tensors: Tensor[] = [];
  try {
    await check({
      ...known,
      make(seed = 1) {
        const model = create(seed);
        models.push(model);
        return model;
      },
      own(tensor) {
        tensors.push(tensor);
        return tensor;
      },
    });
  } finally {
    dispose(tensors.filter(({ isDisposed }) => !isDisposed));
    for (const model of models) freeQuietly(model);
  }
}

/** Frees a model; whether it can be freed, once and again, is what checks of its own look at. */
export function freeQuietly(model: Model): void {
  try {
    model.dispose();
  } catch {
    // As above.
  }
}
