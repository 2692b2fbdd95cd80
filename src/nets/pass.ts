/** How a net is run. */

/** Whether a pass trains or evaluates; it matters to batch norm and dropout alone. */
export interface Pass {
  /** batch statistics and dropout on; default `false`, evaluation */
  readonly training?: boolean;
  /**
   * Whether a training pass moves the running statistics of batch norm; default `true`. The library's objectives
   * move them once a step, with the unlabelled examples where there are any.
   */
  readonly updateStatistics?: boolean;
}
