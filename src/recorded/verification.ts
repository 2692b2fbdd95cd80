/** Checks that a graph computes what the step computes operation by operation. */
import { tidy } from '@tensorflow/tfjs-core';
import type { Noise } from '../core/noise';
import type { NativeBackend } from '../host/native/tensorflow';
import type { Model } from '../models/model';
import type { StepWork } from '../training/step';
import { drawAgain } from './drawnNoise';
import { numbersOf } from './plan';
import { type Recording, take } from './recording';
import { type Trial, tryStep } from './trial';
import { Unrecordable } from './unrecordable';

/** The longest gap between two trials of a recording, in runs: the trials then cost less than a hundredth of the runs. */
const LONGEST_GAP = 2048;

/** When a recording is tried again: at its first run, and then after random gaps that grow, so that no period goes unseen for long. */
export const createTrialTimes = (noise: Noise): (() => boolean) => {
  let [gap, left] = [1, 1];
  return () => {
    left -= 1;
    if (left > 0) return false;
    gap = Math.min(LONGEST_GAP, 2 * gap);
    left = 1 + Math.floor(gap * noise.next());
    return true;
  };
};

/** Relative difference of two losses beyond which a graph is refused: float32, in another order of summation. */
const TOLERANCE = 1e-3;

/** Refuses a graph that gives another loss than a trial, by default the one that it was made from. */
export const assertAgrees = ({ plan, graph, groups, ema }: Recording, trial = plan.trial): void => {
  const { lossValue } = trial;
  const loss = tidy(() =>
    graph.lossOf({
      batch: trial.batch,
      noise: drawAgain(trial.draws, trial.noise),
      numbers: numbersOf(plan, trial.scheduleStep),
      // Nothing is updated, so the numbers of the update do not matter.
      update: [...groups.flatMap(() => [1, 0, 1]), ...(ema ? [0] : [])],
    }),
  );
  if (!(Math.abs(loss - lossValue) <= TOLERANCE * Math.max(1, Math.abs(lossValue))))
    throw new Unrecordable(`the graph gives a loss of ${loss}, and its operations one by one ${lossValue}`);
};

/** Another trial of a step at its own place; none where it throws. */
const tryIfItCan = <M extends Model>(backend: NativeBackend, work: StepWork<M>): Trial | undefined => {
  const { step } = work.context;
  try {
    return tryStep(backend, work, { step, scheduleStep: step, index: 0 });
  } catch {
    return undefined;
  }
};

/**
 * Tries the step of a recording once more, as it is now, and compares the losses. A value that was constant in the first
 * trials may have changed since: a variable of the program, or a weight that the host reads.
 *
 * @throws Unrecordable where the graph gives another loss
 */
export const tryAgain = <M extends Model>(
  backend: NativeBackend,
  recording: Recording,
  work: StepWork<M>,
): void => {
  const { step } = work.context;
  const trial = tryIfItCan(backend, work);
  if (!trial) return;
  try {
    // A loss that is not finite shows nothing.
    if (!Number.isFinite(trial.lossValue)) return;
    take(recording);
    assertAgrees(recording, trial);
  } catch (error) {
    if (!(error instanceof Unrecordable)) throw error;
    throw new Unrecordable(
      `something has changed by step ${step} that no trial saw change: ${error.message}; some steps before may have used the old value`,
    );
  } finally {
    for (const tensor of Object.values(trial.batch)) tensor.dispose();
  }
};
