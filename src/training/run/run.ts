/** The state of a run in progress, and its listeners. */
import type { Checkpoints } from '../checkpoint/checkpoints';
import type { Progress } from '../checkpoint/runState';

/** Reasons for a run to end before its last step; if several apply, the first is reported. */
export const ENDINGS = ['diverged', 'early', 'aborted', 'time'] as const;

/** A run in progress. */
export interface Run {
  progress: Progress;
  /**
   * Whether weights, optimizers and progress belong to the same step. An error within a step may have moved some of them, and
   * then no checkpoint is written.
   */
  consistent: boolean;
  /** reasons to end before the next step */
  readonly endings: Set<(typeof ENDINGS)[number]>;
}

/** A part of a run that is called at its events, in turn with the others. */
export interface Listener {
  /** before the first step, after the epochs of a checkpoint are closed */
  begin?(): void | Promise<void>;
  /** after each step, when it is part of the progress and its epoch is closed */
  step?(): void | Promise<void>;
  /** after an epoch, when its row is in the history */
  epochEnd?(): void | Promise<void>;
}

/** Does work after whose failure no checkpoint may be written. */
export async function guarding<T>(run: Run, work: () => Promise<T>): Promise<T> {
  run.consistent = false;
  const result = await work();
  run.consistent = true;
  return result;
}

/** Writes a checkpoint. A failed write is not tried again. */
export const save = (run: Run, checkpoints: Checkpoints): Promise<void> =>
  guarding(run, () => checkpoints.save(run.progress));
