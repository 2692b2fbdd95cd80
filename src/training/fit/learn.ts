/** One training run of `fit`. */
import type { SplitIndices } from '../../core/batch';
import type { Noise } from '../../core/noise';
import type { ScalarOrSchedule } from '../../core/schedules';
import { createBatches } from '../../data/batches';
import type { Dataset } from '../../data/dataset';
import type { Storage } from '../../files/storage';
import type { SemiSupervisedVae } from '../../models/model';
import { supervised } from '../../models/objectives/supervised';
import { predict } from '../../models/predict';
import type { HistoryRow, TrainResult } from '../history';
import { createAdam } from '../optimizer/adam';
import type { TrainOptions } from '../options';
import type { Execute } from '../step';
import { train } from '../train';
import type { Recipe } from './recipe';

/** What a run learns from. */
export type FitSource = 'labels alone' | 'labels and unlabeled data';

/** What every run of a fit shares. */
export interface Task<M extends SemiSupervisedVae> {
  readonly model: M;
  readonly data: Dataset;
  readonly split: SplitIndices;
  readonly recipe: Recipe;
  readonly seed: Noise;
  readonly execute: Execute | undefined;
  readonly signal: AbortSignal | undefined;
  /** keeps a checkpoint, from which a run that was ended goes on */
  readonly storage?: Storage | undefined;
  /** called after every step */
  readonly onStep: () => void;
}

/** What a run has learned. */
export interface Learned {
  readonly source: FitSource;
  readonly history: readonly HistoryRow[];
}

/** Rows of the history, where the steps divide into them; else one. */
const EPOCHS = 10;

/** What a training run of a fit has of its own. */
type Run = Pick<TrainOptions<SemiSupervisedVae>, 'objective' | 'batches' | 'epochs' | 'alpha' | 'seed'> & {
  readonly learningRate: ScalarOrSchedule;
};

/**
 * Trains the model from the weights that it has, with Adam and what every run of the fit shares.
 *
 * @throws the signal's reason where it ends the run
 */
export async function trainOnce<M extends SemiSupervisedVae>(
  { model, execute, signal, storage, onStep }: Task<M>,
  { learningRate, ...run }: Run,
): Promise<TrainResult> {
  const optimizer = createAdam({ learningRate });
  try {
    const result = await train<SemiSupervisedVae>(model, {
      ...run,
      optimizer,
      ...(execute && { execute }),
      ...(signal && { signal }),
      ...(storage && { checkpoint: { storage }, resume: true }),
      callbacks: { onBatchEnd: onStep },
      // Runs are compared with each other, and a worse one does not win.
      onWarning: () => undefined,
    });
    signal?.throwIfAborted();
    return result;
  } finally {
    optimizer.dispose();
  }
}

/** Trains the model on the labels alone, or on all data. */
export async function learn<M extends SemiSupervisedVae>(source: FitSource, task: Task<M>): Promise<Learned> {
  const { data, split, recipe, seed } = task;
  const alone = source === 'labels alone';
  const epochs = recipe.steps % EPOCHS === 0 ? EPOCHS : 1;
  const { history } = await trainOnce(task, {
    objective: alone ? supervised() : recipe.objective,
    batches: createBatches({
      dataset: data,
      split,
      batchSize: { ...recipe.batchSize, ...(alone && { unlabeled: 0 }) },
      seed,
      stepsPerEpoch: recipe.steps / epochs,
    }),
    epochs,
    alpha: recipe.alpha,
    learningRate: recipe.learningRate,
    seed,
  });
  return { source, history };
}

/** q(y|x) of each example of a data set, in rows of K, with its covariates where the model reads them. */
export const probabilitiesOf = async (
  model: SemiSupervisedVae,
  { x, covariates }: Dataset,
): Promise<Float32Array> =>
  (await predict(model, x, { ...(model.covariates && covariates && { covariates }) })).probabilities;

/** The training examples: the labeled, then the unlabeled. */
export const shownBy = ({ labeled, unlabeled }: SplitIndices): Int32Array =>
  Int32Array.from([...labeled, ...unlabeled]);
