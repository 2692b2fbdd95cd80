/** What a row of the family's table is made with. */
import {
  type BatchSource,
  cosineDecay,
  createAdam,
  createBatches,
  type Dataset,
  type Executor,
  type Model,
  type Objective,
  type Phase,
  type Split,
  train,
} from 'ssvae';
import { progressBar } from 'ssvae/node';
import type { FamilyLine } from './line';

/** What a run measures. */
export type Outcome = Pick<FamilyLine, 'labelsAlone' | 'accuracy' | 'elbo' | 'seconds' | 'parameters'>;

/** What is maximized; `steps` is the length of the run. */
export type ObjectiveOf<M extends Model> = (model: M, steps: number) => Objective<M> | readonly Phase<M>[];

/** How a run differs from the others. */
export interface RunOptions {
  /** shown beside the progress */
  readonly title: string;
  readonly epochs: number;
  /** examples of either kind in a batch; default 100 labeled and 128 unlabeled */
  readonly batchSize?: { readonly labeled: number; readonly unlabeled: number };
  /** default: those of the data set */
  readonly batches?: BatchSource;
}

/** Data, seed and training of a row. */
export interface Runner {
  readonly data: Dataset;
  readonly test: Dataset;
  /** the test examples that bounds are measured on */
  readonly some: Dataset;
  readonly seed: number;
  readonly epochs: number;
  readonly split: Split;
  /** trains a model, and gives the seconds */
  train<M extends Model>(model: M, objectiveOf: ObjectiveOf<M>, options: RunOptions): Promise<number>;
}

const RATE = 3e-3;

/** The training of a row: one rate, α and batch size for every model of a bound; phases have optimizers of their own. */
export const trainer =
  ({ data, split, seed }: Pick<Runner, 'data' | 'split' | 'seed'>, execute: Executor): Runner['train'] =>
  async (model, objectiveOf, { title, epochs, batchSize = { labeled: 100, unlabeled: 128 }, ...options }) => {
    const { batches = createBatches({ dataset: data, split, batchSize, seed }) } = options;
    const steps = epochs * batches.stepsPerEpoch;
    const objective = objectiveOf(model, steps);
    const { history } = await train(model as never, {
      objective: objective as never,
      batches,
      ...(!Array.isArray(objective) && {
        optimizer: createAdam({ learningRate: cosineDecay({ from: RATE, steps }) }),
      }),
      alpha: 50,
      epochs,
      seed,
      execute,
      callbacks: progressBar({ title }),
      onWarning: () => undefined,
    });
    return history.at(-1)?.seconds ?? 0;
  };
