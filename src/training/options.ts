/** The options of a training run. */
import type { Augment, BatchSource } from '../core/batch';
import type { Noise } from '../core/noise';
import type { ScalarOrSchedule } from '../core/schedules';
import type { Storage, StorageFolder } from '../files/storage';
import type { Model } from '../models/model';
import type { Objective, Phase, Weighting } from '../models/objectives/objective';
import type { Callbacks } from './callbacks';
import type { EmaOptions } from './optimizer/ema';
import type { Optimizer } from './optimizer/optimizer';
import type { Execute } from './step';

/** What happens to a step whose loss or gradient is not finite. */
export type NonFinitePolicy = 'throw' | 'stop' | 'skip' | 'ignore';

/** Options that a single step depends on. */
export interface StepOptions<M extends Model> {
  /**
   * what to maximize, e.g. `semiSupervised()` or `regularized()`. A model with several losses takes phases: a step runs each
   * on the same batch, and its terms are named `phase.term`
   */
  readonly objective: Objective<M> | readonly Phase<M>[];
  /** batches by step, e.g. of `createBatches`. If the source never settles, the run waits, and no signal or time limit ends it */
  readonly batches: BatchSource;
  /** the run's seed: every draw of a step comes from a split of it, by name and step */
  readonly seed: number | Noise;
  /**
   * default `createAdam()`, made and disposed by the run; phases with an optimizer of their own do not use it. An optimizer
   * that you pass stays yours, and keeps its moments and counts: another run of the same model begins where the last one
   * ended. With another model it is refused, unless a checkpoint replaces its moments. Dispose it after the run
   */
  readonly optimizer?: Optimizer;
  /** default: as the objective has it, such as `'dataset'` of `unsupervised()`; `'mean'` for others (report Eq. 8) */
  readonly weighting?: Weighting;
  /**
   * α, at least 0: weight of the cross-entropy, a mean over labeled examples in both weightings. The default is Kingma 2014's
   * 0.1·N of a sum over the data: 0.1 under `'dataset'` and 0.1·N/N_l under `'mean'`, the same relative to a labeled
   * example's bound
   */
  readonly alpha?: ScalarOrSchedule;
  /**
   * standard deviation of a N(0, σ²) prior on every trainable variable: adds ½‖θ‖²/(σ²·N) to the loss. Default none.
   * Kingma's code has σ = 1.
   */
  readonly parameterPrior?: number;
  /**
   * changes the inputs of a batch before the objective sees them: one function for both parts, or one for each. The values are
   * not validated, so they can leave the likelihood's support, such as a brightness above 1 under a Bernoulli: clip them
   */
  readonly augment?:
    | Augment
    | {
        /** for labeled inputs; default: unchanged */
        readonly labeled?: Augment;
        /** for unlabeled inputs; default: unchanged */
        readonly unlabeled?: Augment;
      };
  /** the largest global gradient norm of a step: longer gradients are scaled down. Default none */
  readonly clipNorm?: number;
  /** whether the history has the global gradient norm, as `gradientNorm`. Default: whether `clipNorm` is given */
  readonly gradientNorm?: boolean;
  /**
   * what happens to a step whose loss or gradient is NaN or infinite. The device skips its update at once, so no weight is
   * ever NaN. The host notices when it reads the terms, at the end of every epoch, and before every checkpoint except one
   * that a fault of the batches causes.
   *
   * - `'throw'` (default): an error names the terms and the step. The model has its last good weights.
   * - `'stop'`: the run ends as `'diverged'`, with a checkpoint.
   * - `'skip'`: the run continues. The history has the share of skipped updates as `skipped`.
   * - `'ignore'`: nothing is checked, which saves a few kernels a step.
   */
  readonly nonFinite?: NonFinitePolicy;
  /** runs the steps; default `executeEagerly` */
  readonly execute?: Execute;
  /**
   * ends the run between two steps and keeps what was done. It waits for a callback, validation, write or batch under way, and
   * waits forever if one never settles
   */
  readonly signal?: AbortSignal;
}

/** When to stop before the last epoch. */
export interface EarlyStopping {
  /** column of the history, e.g. `'validation.accuracy'` */
  readonly monitor: string;
  /** which is better: its largest value (`'max'`) or its smallest (`'min'`) */
  readonly mode: 'max' | 'min';
  /** epochs without an improvement after which the run stops; 0 means 1 */
  readonly patience: number;
  /** an improvement must exceed this; default 0 */
  readonly minDelta?: number;
}

/** Where and when checkpoints are written. */
export interface CheckpointOptions {
  /**
   * one file, e.g. `file('run.safetensors')` of `ssvae/node`: each checkpoint replaces it, and without `resume` so does a new
   * run. Or a folder, e.g. `folder('runs/m2')`: it keeps the last checkpoints and the best, and without `resume` it must hold
   * no checkpoints
   */
  readonly storage: Storage | StorageFolder;
  /**
   * steps between checkpoints. Default: one epoch. The run also writes one at its end, when it is aborted, and when a
   * callback, the validation or the batch source throws.
   */
  readonly every?: number;
  /**
   * how many of the last checkpoints a folder keeps, besides the best epoch's under early stopping. Default 3: if the newest
   * is damaged, an older one is left.
   */
  readonly keep?: number;
}

/** The checkpoint to resume from: the newest (`true` and `'latest'`), or one of a folder by its name. */
export type Resume = boolean | 'latest' | (string & {});

/** Options of a whole run. */
export interface TrainOptions<M extends Model> extends StepOptions<M> {
  /**
   * passes over the unlabeled examples, or over the labeled ones if there are no others. A pass repeats the labeled examples;
   * `passes` of `onTrainBegin` says how often
   */
  readonly epochs: number;
  /**
   * called by name during the run, and awaited. If one never settles, the run waits, and neither `signal` nor `timeLimit` ends
   * it
   */
  readonly callbacks?: Callbacks | readonly Callbacks[];
  /**
   * measures the model after each epoch, on held-out examples. The history has its numbers as `validation.…`. For example
   * `(model) => evaluateClassifier(model, held)`.
   */
  readonly validate?: (model: M) => Promise<object>;
  /** epochs between validations; the last epoch always has one. Default 1. */
  readonly validateEvery?: number;
  /**
   * stops when a column of the history no longer improves. The model gets the weights of its best epoch, unless the run can
   * continue (aborted, out of time)
   */
  readonly earlyStopping?: EarlyStopping;
  /**
   * an exponential moving average of all weights, updated at every step. Validation, `onEpochEnd`, the best weights and the
   * model after a finished run use the average. Default none
   */
  readonly ema?: EmaOptions;
  /** steps between two readings of the terms for the history, at least one an epoch. Default 1; raise it if reading the device is slow */
  readonly logEvery?: number;
  /**
   * seconds that this call may take. The run then ends after the current step, as if aborted, and can be resumed. Default none
   */
  readonly timeLimit?: number;
  /**
   * takes a warning, at most one a call, where unlabeled examples seem to harm the classifier: where the cross-entropy of the
   * labeled examples rises, or steps and α are too few for the bound alone on many values and few labels. Default
   * `console.warn`; `() => undefined` for none
   */
  readonly onWarning?: (warning: string) => void;
  /** where to write checkpoints, from which a run continues as if it had never stopped. Default: nowhere */
  readonly checkpoint?: CheckpointOptions;
  /**
   * continues from the newest checkpoint if there is one (`'latest'` or `true`), or from one of a folder by its name. The
   * settings must be the same, except that there may be more epochs and another `nonFinite`. With no more epochs than are done,
   * no step is taken, and the result is the checkpoint's. A checkpoint that is damaged or of another run raises an error,
   * which names an older one that can be used. Default `false`
   */
  readonly resume?: Resume;
}
