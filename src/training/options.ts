/** What a training run is made of. */
import type { Augment, BatchSource } from '../core/batch';
import type { Noise } from '../core/noise';
import type { ScalarOrSchedule } from '../core/schedules';
import type { Storage, StorageFolder } from '../files/storage';
import type { Model } from '../models/model';
import type { Objective, Phase } from '../models/objectives/objective';
import type { Callbacks } from './callbacks';
import type { EmaOptions } from './optimizer/ema';
import type { Optimizer } from './optimizer/optimizer';
import type { Execute } from './step';

/**
 * Weighting of the labelled and the unlabelled part of the loss.
 *
 * - `'mean'` (report Eq. 8): each part's mean with weight 1.
 * - `'dataset'` (Kingma 2014, per datum): N_l/N and N_u/N, with N = N_l + N_u examples in the whole set.
 *
 * These are different objectives under one name; the sizes of batches never matter.
 */
export type Weighting = 'mean' | 'dataset';

/** What becomes of a step whose loss or gradient is not finite. */
export type NonFinitePolicy = 'throw' | 'stop' | 'skip' | 'ignore';

/** Choices that a single step depends on. */
export interface StepOptions<M extends Model> {
  /**
   * what is maximised, e.g. `semiSupervised()` or `regularized()`; or the phases of a model that has several losses: a step
   * runs each on the same batch, and its terms are called `phase.term`
   */
  readonly objective: Objective<M> | readonly Phase<M>[];
  /** batches by step, e.g. of `createBatches`; a source that never settles holds the run up, and no signal or time limit ends it */
  readonly batches: BatchSource;
  /** the run's stream: every draw of every step comes from splits of it, by name and step */
  readonly noise: Noise;
  /**
   * default `createAdam()`, made and disposed by the run; phases with an optimizer of their own do not use it. An optimizer
   * that you pass stays yours, and keeps its moments and counts: another run of the same model begins where the last one
   * ended. With another model it is refused, unless a checkpoint replaces its moments. Dispose it after the run
   */
  readonly optimizer?: Optimizer;
  /** default `'mean'` (report Eq. 8) */
  readonly weighting?: Weighting;
  /**
   * α, at least 0, weight of the labelled-mean cross-entropy in either weighting; default Kingma 2014's 0.1·N of a sum over the
   * data: 0.1 under `'dataset'`, and 0.1·N/N_l under `'mean'`, the same relative to a labelled example's bound
   */
  readonly alpha?: ScalarOrSchedule;
  /**
   * standard deviation of a N(0, σ²) prior on every trainable variable: adds ½‖θ‖²/(σ²·N) to the loss; default none.
   * Kingma's code has σ = 1.
   */
  readonly parameterPrior?: number;
  /**
   * changes the inputs of a batch, of both parts or of each its own way, before the objective sees them. What it gives is not
   * looked at, so it can leave what the likelihood is a density of, as a brightness above 1 does a Bernoulli's: clip there
   */
  readonly augment?:
    | Augment
    | {
        /** for labelled inputs; default: as they are */
        readonly labeled?: Augment;
        /** for unlabelled inputs; default: as they are */
        readonly unlabeled?: Augment;
      };
  /** the greatest global norm of the gradients of a step: longer ones are shortened, their direction kept; default none */
  readonly clipNorm?: number;
  /** whether the history has the global norm of the gradients, as `gradientNorm`; default where `clipNorm` is given */
  readonly gradientNorm?: boolean;
  /**
   * what becomes of a step whose loss or gradient is NaN or infinite. Its update is left out on the device at once, so
   * that no weight is ever NaN; it is noticed when the terms are read, at the end of every epoch, and ahead of every
   * checkpoint but that of a fault of the batches.
   *
   * - `'throw'` (default): an error names the terms and the step; the model has its last good weights.
   * - `'stop'`: the run ends as `'diverged'`, with a checkpoint.
   * - `'skip'`: the run goes on; the share of steps left out stands in the history as `skipped`.
   * - `'ignore'`: nothing is looked at, which saves a few kernels a step.
   */
  readonly nonFinite?: NonFinitePolicy;
  /** runs the steps; default `executeEagerly` */
  readonly execute?: Execute;
  /**
   * ends the run between two steps; what was done is kept. It waits for a callback, validation, write or batch that is under way,
   * and for ever where one never settles
   */
  readonly signal?: AbortSignal;
}

/** When to stop before the last epoch. */
export interface EarlyStopping {
  /** column of the history, e.g. `'validation.accuracy'` */
  readonly monitor: string;
  /** which is better: its largest value (`'max'`) or its smallest (`'min'`) */
  readonly mode: 'max' | 'min';
  /** epochs without an improvement after which the run stops; 0 is as 1 */
  readonly patience: number;
  /** an improvement must exceed this; default 0 */
  readonly minDelta?: number;
}

/** Where and when checkpoints are written. */
export interface CheckpointOptions {
  /**
   * one file, which each checkpoint replaces, that of a former run too where there is no `resume`, e.g.
   * `file('run.safetensors')` of `ssvae/node`; or a folder, e.g. `folder('runs/m2')`, which keeps the last of them and the
   * best, and is refused where a former run has left its own
   */
  readonly storage: Storage | StorageFolder;
  /**
   * steps between checkpoints; default one epoch. One is written at the end too, when the run is aborted, and when a
   * callback, the validation or the source of the batches throws.
   */
  readonly every?: number;
  /**
   * how many of the last a folder keeps, beside that of the best epoch where there is early stopping; default 3. The
   * newer of two may be damaged by what no program can prevent, and then the older is there.
   */
  readonly keep?: number;
}

/** Which checkpoint a run goes on from: the newest (`true` and `'latest'`), or one of a folder by its name. */
export type Resume = boolean | 'latest' | (string & {});

/** Choices of a whole run. */
export interface TrainOptions<M extends Model> extends StepOptions<M> {
  /**
   * passes over the unlabelled examples (over the labelled ones where there are no others); in one of them the labelled
   * examples come again and again, and `passes` of `onTrainBegin` says how often
   */
  readonly epochs: number;
  /**
   * called by name as the run goes, and awaited: one that never settles holds the run up, and neither `signal` nor `timeLimit`
   * ends it
   */
  readonly callbacks?: Callbacks | readonly Callbacks[];
  /**
   * measures the model after each epoch, on examples held out from training; its numbers stand in the history as
   * `validation.…`. For example `(model) => evaluateClassifier(model, held)`.
   */
  readonly validate?: (model: M) => Promise<object>;
  /** epochs between validations; the last epoch has one in any case. Default 1. */
  readonly validateEvery?: number;
  /** stops when a column of the history no longer improves; the model is left with the weights of its best epoch, unless the run is to go on (aborted, out of time) */
  readonly earlyStopping?: EarlyStopping;
  /**
   * an exponential moving average of all weights, updated at every step: validation, `onEpochEnd`, the best weights and
   * the model that a finished run leaves have the average in the weights' place; default none
   */
  readonly ema?: EmaOptions;
  /** steps between readings of the terms for the history, at least one an epoch; default 1, more where reading a device is slow */
  readonly logEvery?: number;
  /**
   * seconds that this call may take: the run then ends behind the step under way, as if aborted, and a resumed one goes
   * on; default none
   */
  readonly timeLimit?: number;
  /** where everything is kept that the run needs to go on as if never stopped; default: nowhere */
  readonly checkpoint?: CheckpointOptions;
  /**
   * goes on from the newest checkpoint where there is one (`'latest'`, or `true`), or from one of a folder by its name,
   * with the same settings; more epochs are no other. A checkpoint that is damaged or another run's is refused, and an
   * older one that can be used is named. Default `false`
   */
  readonly resume?: Resume;
}
