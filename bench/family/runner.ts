/** What a row of the family's table is made with. */
import { rm } from 'node:fs/promises';
import {
  type BatchSource,
  type Classifier,
  cosineDecay,
  createAdam,
  createBatches,
  type Dataset,
  type Executor,
  evaluateClassifier,
  type Model,
  type Objective,
  type Phase,
  type Split,
  subset,
  type TrainOptions,
  train,
  type Weighting,
} from 'ssvae';
import { file, progressBar } from 'ssvae/node';
import type { FamilyLine } from './line';

/** What a row measures. */
export type Outcome = Omit<FamilyLine, 'model' | 'labels' | 'seed' | 'epochs' | 'backend'>;

/** What a run has to show. */
export interface Trained {
  readonly seconds: number;
  /** accuracy on the validation examples after each tenth of the epochs, where someone classifies */
  readonly curve: readonly number[];
}

/** What is maximized; `steps` is the length of the run. */
export type ObjectiveOf<M extends Model> = (model: M, steps: number) => Objective<M> | readonly Phase<M>[];

/** How a run differs from the others. */
export interface RunOptions {
  /** shown beside the progress */
  readonly title: string;
  readonly epochs: number;
  /** examples of either kind in a batch; default 100 labeled and 128 unlabeled */
  readonly batchSize?: { readonly labeled: number; readonly unlabeled: number };
  /** weight of the classification loss; default 50 */
  readonly alpha?: number;
  /** default: that of the objective */
  readonly weighting?: Weighting;
  /** where Adam's rate starts; default 3e-3 */
  readonly rate?: number;
  /** default: the weights are not averaged */
  readonly ema?: TrainOptions<Model>['ema'];
  /** default: images are not changed */
  readonly augment?: TrainOptions<Model>['augment'];
  /** default: those of the data set */
  readonly batches?: BatchSource;
  /** who classifies, for the curve; default: the curve is empty */
  readonly classifier?: Classifier | undefined;
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
  /** trains a model; a run that was interrupted goes on from its last checkpoint in runs/family */
  train<M extends Model>(model: M, objectiveOf: ObjectiveOf<M>, options: RunOptions): Promise<Trained>;
}

/** The indices from `from` to before `to`. */
export const range = (from: number, to: number): Int32Array =>
  Int32Array.from({ length: to - from }, (_, i) => from + i);

/** Batches for a model without labels: every example but those of validation, each once in an epoch. */
export const batchesWithoutLabels = ({
  data,
  split,
  seed,
}: Pick<Runner, 'data' | 'split' | 'seed'>): BatchSource =>
  createBatches({
    dataset: data,
    split: {
      labeled: new Int32Array(),
      unlabeled: Int32Array.from([...split.labeled, ...split.unlabeled]),
      validation: split.validation,
    },
    batchSize: { labeled: 0, unlabeled: 128 },
    seed,
  });

/** The training of a row: one rate, α and batch size for every model of a bound; phases have optimizers of their own. */
export const trainer =
  ({ data, split, seed }: Pick<Runner, 'data' | 'split' | 'seed'>, execute: Executor): Runner['train'] =>
  async (model, objectiveOf, { title, epochs, alpha = 50, rate = 3e-3, ...options }) => {
    const { batchSize = { labeled: 100, unlabeled: 128 }, weighting, ema, augment } = options;
    const { batches = createBatches({ dataset: data, split, batchSize, seed }), classifier } = options;
    const steps = epochs * batches.stepsPerEpoch;
    const objective = objectiveOf(model, steps);
    const path = `runs/family/${`${title} ${seed} ${epochs}`.replace(/[^a-z0-9]+/gi, '-')}.safetensors`;
    const { history } = await train(model as never, {
      objective: objective as never,
      batches,
      ...(!Array.isArray(objective) && {
        optimizer: createAdam({ learningRate: cosineDecay({ from: rate, steps }) }),
      }),
      ...(weighting && { weighting }),
      ...(ema && { ema }),
      ...(augment && { augment }),
      ...(batches.counts.labeled > 0 && { alpha }),
      epochs,
      seed,
      execute,
      ...(classifier && {
        validate: () => evaluateClassifier(classifier, subset(data, split.validation)),
        validateEvery: Math.max(1, Math.floor(epochs / 10)),
      }),
      checkpoint: { storage: file(path) },
      resume: true,
      callbacks: progressBar({ title }),
      onWarning: () => undefined,
    });
    await rm(path, { force: true });
    return {
      seconds: Math.round(history.at(-1)?.seconds ?? 0),
      curve: history.flatMap((row) => row['validation.accuracy'] ?? []),
    };
  };
