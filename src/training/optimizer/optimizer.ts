/** The contract of optimizers. */
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Json } from '../../files/json';

/** State of an optimizer, which can be saved and restored bit for bit. */
export interface OptimizerState {
  /** tensors by name */
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** counts by name */
  readonly counts: Readonly<Record<string, number>>;
}

/** Moves variables along gradients. */
export interface Optimizer {
  /**
   * Moves each variable that has a gradient, and leaves the others and their moments alone.
   *
   * @param variables by name
   * @param gradients of the loss, by the same names; the caller disposes them
   * @param step 0, 1, 2, …; schedules are read at it
   * @param applied scalar, 1 or 0; with 0 only counts may change (the gradients are then 0). Default 1
   */
  apply(
    variables: Readonly<Record<string, Variable>>,
    gradients: Readonly<Record<string, Tensor>>,
    step: number,
    applied?: Tensor,
  ): void;
  /** its settings: a run resumes only with the same ones; an optimizer of your own may leave them out */
  readonly spec?: Json;
  /** the current state; its tensors belong to the optimizer */
  readonly state: OptimizerState;
  /**
   * Restores a state; copies its tensors.
   *
   * @param state that {@link Optimizer.state} gave
   * @param variables that it is going to move, by name; a state that does not fit them raises an error and changes nothing
   */
  restore(state: OptimizerState, variables?: Readonly<Record<string, Variable>>): void;
  /** Frees the state; a run cannot use the optimizer any more. */
  dispose(): void;
  /** whether it has been disposed: a run then stops before its next step; an optimizer of your own may leave it out */
  readonly isDisposed?: boolean;
}
