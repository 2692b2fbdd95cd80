/** Contract of objectives: what a model is trained to maximize. */
import { scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { Batch, ShownCovariates, UnlabeledBatch } from '../../core/batch';
import type { Noise } from '../../core/noise';
import { finiteAt, type ScalarOrSchedule, type Schedule } from '../../core/schedules';
import type { NumberOrScalar } from '../../core/weightedSum';
import type { Json } from '../../files/json';
import { assertBackend } from '../../host/backendTraits';
import type { BoundContext, LabelInference, Model } from '../model';

/** What an objective may depend on, apart from model and batch. */
export interface ObjectiveContext {
  /** 0, 1, 2, … */
  readonly step: number;
  /** the step's own stream: an objective that splits it by name draws the same numbers whenever the step is run */
  readonly noise: Noise;
}

/** The step at which {@link scheduled} reads schedules, where a recorder sets it. */
export const SCHEDULE_STEP = /* @__PURE__ */ Symbol('schedule step');

/**
 * The context of a recorder's trial. It runs a step as if it were a later one, beyond the end of a run, where a schedule
 * may have no value.
 */
export interface TrialContext extends ObjectiveContext {
  readonly [SCHEDULE_STEP]?: number;
}

/** A schedule that an objective has read. */
interface ReadSchedule {
  readonly schedule: Schedule;
  readonly name: string;
}

/** Schedules that were read, by the key of their tensor's values. */
const schedulesRead = /* @__PURE__ */ new WeakMap<object, ReadSchedule>();

/** The schedule that a tensor is a value of, by the key of the tensor's values: a recorder feeds it anew at each step. */
export const scheduleOf = (dataId: object): ReadSchedule | undefined => schedulesRead.get(dataId);

/**
 * The value of a number or schedule at a step: a number as it is, a schedule as a scalar tensor. An objective that reads its
 * schedules this way can be recorded.
 *
 * The number 0 leaves a term out. A schedule weighs its term at every step, by 0 too: the term must be finite there, since
 * 0 · ∞ is NaN.
 *
 * @param context of the objective
 * @param value a number, or a schedule of it
 * @param name of the value, for messages
 * @returns the number, or a float32 scalar tensor; a step frees it with its other tensors
 * @throws RangeError when a schedule returns anything but a finite number; `name` is named
 * @example scheduled({ step: 10, noise }, linearWarmup({ steps: 100 }), 'beta') // a scalar tensor of 0.1
 */
export function scheduled(context: ObjectiveContext, value: ScalarOrSchedule, name: string): NumberOrScalar {
  assertBackend('scheduled');
  const { step, [SCHEDULE_STEP]: at = step }: TrialContext = context;
  const now = finiteAt('scheduled', value, at, name);
  if (typeof value !== 'function') return now;
  const tensor = scalar(now);
  schedulesRead.set(tensor.dataId, { schedule: value, name });
  return tensor;
}

/** One part of a batch: who computes its terms, and how its bound is computed. */
export interface Part extends ObjectiveContext {
  /** name of the objective, for messages */
  readonly where: string;
  readonly bound: BoundContext;
}

/** A part of a batch, and what the model infers of it. */
export interface InferredPart<B extends UnlabeledBatch = UnlabeledBatch> {
  readonly batch: B;
  readonly part: Part;
  readonly inference: LabelInference;
}

/** What a batch knows of its examples beside inputs and labels, for the context of a bound. */
export const knownOf = ({
  covariates,
  observed,
}: UnlabeledBatch): Pick<BoundContext, 'covariates' | 'observed'> => ({
  ...(covariates && { covariates }),
  ...(observed && { observed }),
});

/** Named terms, [B] each in nats; a batch statistic is a scalar. Larger is better. */
export type Terms = Readonly<Record<string, Tensor>>;

/**
 * Terms of either part of a batch.
 *
 * Each part should hold `objective`, what the step maximizes without the cross-entropy, and `elbo`, the plain bound, for the
 * history alone. The labeled part holds `crossEntropy` too, which the step weights with α. Other names are free, and go to
 * the history.
 *
 * The step needs one term among `labeled.objective`, `labeled.crossEntropy` and `unlabeled.objective` that has a weight. An
 * objective without a bound, such as `supervised`, holds the cross-entropy alone.
 */
export interface ObjectiveTerms {
  /** terms of the labeled examples; absent where the batch has none */
  readonly labeled?: Terms;
  /** terms of the unlabeled examples; absent where the batch has none */
  readonly unlabeled?: Terms;
}

/**
 * Weighting of the labeled and the unlabeled part of the loss.
 *
 * - `'mean'` (report Eq. 8): each part's mean with weight 1.
 * - `'dataset'` (Kingma 2014, per datum): N_l/N and N_u/N, with N = N_l + N_u examples in the whole set.
 *
 * These are different objectives under one name. Batch sizes never matter.
 */
export type Weighting = 'mean' | 'dataset';

/** Its values. */
export const WEIGHTINGS: readonly Weighting[] = ['mean', 'dataset'];

/** What an objective's check knows of the data. */
export interface FittedData {
  /** whether batches tell which values of x are known: others are missing */
  readonly observed: boolean;
  /** covariates of all examples that are shown, where the source of the batches holds them */
  readonly covariates?: ShownCovariates;
}

/** A function from model and batch to named terms. Between steps, nothing that it reads may change except its arguments. */
export interface Objective<M extends Model = Model> {
  (model: M, batch: Batch, context: ObjectiveContext): ObjectiveTerms;
  /** its settings: a run resumes only with the same; optional in an objective of your own */
  readonly spec?: Json;
  /** the only part of a batch that it has terms of: batches without it are refused before the first step. Default: either part */
  readonly part?: 'labeled' | 'unlabeled';
  /**
   * how its parts are weighed where both are there and the option `weighting` of a run is not; default `'mean'`. It is not read where
   * a run has several phases: one weighting is for all of them
   */
  readonly weighting?: Weighting;
  /**
   * Refuses a model that it does not fit, or that does not fit the data, before the first step; optional in an objective of
   * your own.
   */
  assertModel?(where: string, model: Model, data?: FittedData): void;
}

/** One of several losses of a model, over some of its variables (an adversary's, say); a step runs them in order. */
export interface Phase<M extends Model = Model> {
  /** the name of its terms and of its part of the optimizer's state; different for each phase */
  readonly name: string;
  /** names of the variables that it moves */
  readonly variables: readonly string[];
  /** what it maximizes */
  readonly objective: Objective<M>;
  /**
   * What moves its variables, e.g. `createAdam({ learningRate })`: an `Optimizer` of the trainer, of this phase alone. It stays
   * yours. Default: the run's optimizer.
   */
  readonly optimizer?: {
    /** moves each variable that has a gradient */
    apply(variables: Terms, gradients: Terms, step: number, applied?: Tensor): void;
    /** its settings, which a resumed run must have too */
    readonly spec?: Json;
    /** its state as it is */
    readonly state: {
      /** tensors by name */
      readonly tensors: Terms;
      /** counts by name */
      readonly counts: Readonly<Record<string, number>>;
    };
    /** puts a state in place */
    restore(state: Required<Phase>['optimizer']['state'], variables?: Terms): void;
    /** frees the state */
    dispose(): void;
  };
}
