/** The contract of optimizers: what moves variables along gradients, with a state that is written and put back. */
import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Json } from '../../files/json';

/** State of an optimizer, to be written and put back to the bit. */
export interface OptimizerState {
  /** tensors by name */
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** counts by name */
  readonly counts: Readonly<Record<string, number>>;
}

/** What moves variables along gradients. */
export interface Optimizer {
  /**
   * Moves each variable that has a gradient; the others, and their moments, stay as they are.
   *
   * @param variables by name
   * @param gradients of the loss, by the same names; disposed by whoever made them
   * @param step 0, 1, 2, …; schedules are read at it
   * @param applied scalar, 1, or 0 where nothing may change but counts (the gradients are then 0); default 1
   */
  apply(
    variables: Readonly<Record<string, Variable>>,
    gradients: Readonly<Record<string, Tensor>>,
    step: number,
    applied?: Tensor,
  ): void;
  /** its settings: a run is resumed only with the same; one's own optimizer may do without */
  readonly spec?: Json;
  /** the state as it is; its tensors stay the optimizer's */
  readonly state: OptimizerState;
  /**
   * Puts a state in place; tensors are copied.
   *
   * @param state that {@link Optimizer.state} gave
   * @param variables that it is going to move, by name: a state that does not fit them is refused, and nothing is changed
   */
  restore(state: OptimizerState, variables?: Readonly<Record<string, Variable>>): void;
  /** Frees the state; a run cannot use the optimizer any more. */
  dispose(): void;
  /** whether it has been disposed: a run then stops before its next step; an optimizer of your own may leave it out */
  readonly isDisposed?: boolean;
}
