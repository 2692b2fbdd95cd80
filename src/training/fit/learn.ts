/** One training run of `fit`. */
import type { SplitIndices } from '../../core/batch';
import type { Noise } from '../../core/noise';
import { createBatches } from '../../data/batches';
import type { Dataset } from '../../data/dataset';
import type { StoredArray } from '../../files/safetensors';
import type { SemiSupervisedVae } from '../../models/model';
import { readTensors } from '../../models/modelFile';
import { supervised } from '../../models/objectives/supervised';
import type { HistoryRow } from '../history';
import { createAdam } from '../optimizer/adam';
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
  /** called after every step */
  readonly onStep: () => void;
}

/** What a run has learned. */
export interface Learned {
  readonly source: FitSource;
  readonly weights: Readonly<Record<string, StoredArray>>;
  readonly history: readonly HistoryRow[];
}

/** Rows of the history, where the steps divide into them; else one. */
const EPOCHS = 10;

/**
 * Trains the model from the weights that it has.
 *
 * @throws the signal's reason where it ends the run
 */
export async function learn<M extends SemiSupervisedVae>(source: FitSource, task: Task<M>): Promise<Learned> {
  const { model, data, split, recipe, seed, execute, signal, onStep } = task;
  const alone = source === 'labels alone';
  const epochs = recipe.steps % EPOCHS === 0 ? EPOCHS : 1;
  const optimizer = createAdam({ learningRate: recipe.learningRate });
  try {
    const { history } = await train<SemiSupervisedVae>(model, {
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
      optimizer,
      seed,
      ...(execute && { execute }),
      ...(signal && { signal }),
      callbacks: { onBatchEnd: onStep },
      // Runs are compared with each other, and a worse one does not win.
      onWarning: () => undefined,
    });
    signal?.throwIfAborted();
    return { source, weights: await readTensors(model.variables), history };
  } finally {
    optimizer.dispose();
  }
}

/** The training examples: the labeled, then the unlabeled. */
export const shownBy = ({ labeled, unlabeled }: SplitIndices): Int32Array =>
  Int32Array.from([...labeled, ...unlabeled]);
