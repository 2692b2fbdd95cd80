/** Contract of objectives: what a model is trained to maximize. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Batch, UnlabeledBatch } from '../../core/batch';
import type { Noise } from '../../core/noise';
import { type ScalarOrSchedule, type Schedule, valueAt } from '../../core/schedules';
import type { Json } from '../../files/json';
import type { BoundContext, Model } from '../model';

/** What an objective may depend on, apart from model and batch. */
export interface ObjectiveContext {
  /** 0, 1, 2, … */
  readonly step: number;
  /** the step's own stream: an objective that splits it by name draws the same numbers whenever the step is run */
  readonly noise: Noise;
  /**
   * The value of a schedule at the step, set by an executor that records steps, so that it can tell schedules from
   * constants. {@link scheduled} calls it where it is set.
   */
  at?(schedule: Schedule, name: string): number;
}

/**
 * The value of a number or schedule at a step. An objective that reads its schedules by this function can be recorded.
 *
 * @param context of the objective
 * @param value a number, or a schedule of it
 * @param name of the value, for messages
 * @throws RangeError when a schedule returns anything but a finite number; `name` is named
 * @example scheduled({ step: 10, noise }, linearWarmup({ steps: 100 }), 'beta') // 0.1
 */
export const scheduled = (context: ObjectiveContext, value: ScalarOrSchedule, name: string): number =>
  typeof value === 'function' && context.at ? context.at(value, name) : valueAt(value, context.step, name);

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

/** A function from model and batch to named terms. Between steps, nothing that it reads may change except its arguments. */
export interface Objective<M extends Model = Model> {
  (model: M, batch: Batch, context: ObjectiveContext): ObjectiveTerms;
  /** its settings: a run resumes only with the same; optional in an objective of your own */
  readonly spec?: Json;
  /** Refuses a model that it does not fit, before the first step; optional in an objective of your own. */
  assertModel?(where: string, model: Model): void;
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
