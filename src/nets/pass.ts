/** How a net is run. */
import type { Noise } from '../core/noise';

/**
 * Whether a pass trains or evaluates; it matters to batch norm and to layers that draw noise alone.
 *
 * Every layer of a net is called with it, as the second argument of `call`.
 */
export interface Pass {
  /** batch statistics and noise on; default `false`, evaluation */
  readonly training?: boolean;
  /**
   * Whether a training pass moves the running statistics of batch norm; default `true`. The library's objectives
   * move them once a step, with the unlabeled examples where there are any.
   */
  readonly updateStatistics?: boolean;
  /**
   * How many examples the rows are of; default: each row is one. Rows of one example at each label are of one example, and
   * batch norm has no statistics of one.
   */
  readonly examples?: number;
  /**
   * Stream of the layers that draw; each takes a split of it by its own name. The library's objectives give one to
   * every training pass, another each step and for either part of the batch; evaluation has none.
   */
  readonly noise?: Noise;
}
