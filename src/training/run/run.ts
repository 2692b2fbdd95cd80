/** A run as it goes on, and what takes part in it. */
import type { Checkpoints } from '../checkpoint/checkpoints';
import type { Progress } from '../checkpoint/runState';

/** Why a run ends before its last step. If several hold, the first of them is reported. */
export const ENDINGS = ['diverged', 'early', 'aborted', 'time'] as const;

/** A run as it is now. */
export interface Run {
  progress: Progress;
  /**
   * Whether weights, optimizers and progress are all of one step: a fault within a step may have moved some of them, and
   * nothing is saved of that.
   */
  consistent: boolean;
  /** why the run is to end before its next step */
  readonly endings: Set<(typeof ENDINGS)[number]>;
}

/** A concern of a run. The loop calls each of them in turn. */
export interface Listener {
  /** before the first step, once the epochs of a checkpoint are closed */
  begin?(): void;
  /** after each step, once it is part of the progress and its epoch is closed */
  step?(): void | Promise<void>;
  /** after an epoch, once its row is in the history */
  epochEnd?(): void | Promise<void>;
}

/** Does work that leaves nothing to be saved where it fails. */
export async function guarding<T>(run: Run, work: () => Promise<T>): Promise<T> {
  run.consistent = false;
  const result = await work();
  run.consistent = true;
  return result;
}

/** Writes a checkpoint; one that cannot be written is not tried again. */
export const save = (run: Run, checkpoints: Checkpoints): Promise<void> =>
  guarding(run, () => checkpoints.save(run.progress));
