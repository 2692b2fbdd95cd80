/** Contract of objectives: what a model is trained to maximize. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Batch, UnlabeledBatch } from '../../core/batch';
import type { Noise } from '../../core/noise';
import { type ScalarOrSchedule, type Schedule, valueAt } from '../../core/schedules';
import type { Json } from '../../files/json';
import type { BoundContext, Model } from '../model';

/** What an objective may depend on beside model and batch. */
export interface ObjectiveContext {
  /** 0, 1, 2, … */
  readonly step: number;
  /** the step's own stream: an objective that splits it by name draws the same numbers whenever the step is run */
  readonly noise: Noise;
  /**
   * The value of a schedule at the step, where an executor records steps: it is then told apart from numbers that never
   * change. {@link scheduled} asks it where it is there.
   */
  at?(schedule: Schedule, name: string): number;
}

/**
 * The value of a number or schedule at a step. Objectives that read their schedules by it can be recorded.
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
 * Each part should hold `objective` (what the step maximizes, without the cross-entropy) and `elbo` (the plain bound, for
 * history and charts only). The labeled part also holds `crossEntropy`, which the step weights with α. Other names are
 * free, and go to the history.
 *
 * What the step needs is less: one term among `labeled.objective`, `labeled.crossEntropy` and `unlabeled.objective` that
 * has a weight. An objective without a bound, such as `supervised`, holds the cross-entropy alone.
 */
export interface ObjectiveTerms {
  /** terms of the labeled examples; absent where the batch has none */
  readonly labeled?: Terms;
  /** terms of the unlabeled examples; absent where the batch has none */
  readonly unlabeled?: Terms;
}

/** A function from model and batch to named terms; it must read nothing that changes between steps but its arguments. */
export interface Objective<M extends Model = Model> {
  (model: M, batch: Batch, context: ObjectiveContext): ObjectiveTerms;
  /** its settings: a run is resumed only with the same; your own objective may do without */
  readonly spec?: Json;
  /** Refuses a model that it cannot be computed of, before the first step; your own objective may do without. */
  assertModel?(where: string, model: Model): void;
}

/** One of several losses of a model, over some of its variables (an adversary's, say); a step runs them in order. */
export interface Phase<M extends Model = Model> {
  /** what its terms and its part of the optimizer's state are called; no two of a model are called alike */
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
