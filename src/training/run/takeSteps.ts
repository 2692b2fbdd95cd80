/** The core of a run: its steps, callbacks and listeners. */
import type { Model } from '../../models/model';
import type { Checkpoints } from '../checkpoint/checkpoints';
import type { Ema } from '../optimizer/ema';
import type { RunSettings } from '../settings';
import type { Execute } from '../step';
import type { StepResult } from '../takeStep';
import { stepsOf } from '../trainingSteps';
import { closeEpoch } from './closeEpoch';
import { createEarlyStopping } from './earlyStopping';
import { createReadings } from './readings';
import type { Listener, Run } from './run';
import { createSaves } from './saves';
import { createTimeLimit } from './timeLimit';
import { createWarnings } from './warnings';

/** Returns a function that gives the seconds since its last call. */
const createLaps = (): (() => number) => {
  let last = performance.now();
  return () => {
    const [now, before] = [performance.now(), last];
    last = now;
    return (now - before) / 1000;
  };
};

/**
 * Takes the steps of a run until the last one is done or a listener ends it.
 *
 * @param run to advance
 * @param settings of the run
 * @param ema moving average of the weights
 * @param checkpoints of the run
 */
export async function takeSteps<M extends Model>(
  run: Run,
  settings: RunSettings<M>,
  ema: Ema | undefined,
  checkpoints: Checkpoints,
): Promise<void> {
  const { batches, epochs, callbacks, signal, timeLimit, earlyStopping } = settings;
  const { stepsPerEpoch } = batches;
  const [from, last] = [run.progress.step, epochs * stepsPerEpoch];
  const lap = createLaps();
  const readings = createReadings(run, settings);
  const listeners: readonly Listener[] = [
    createSaves(run, settings, checkpoints),
    createEarlyStopping(run, earlyStopping),
    createTimeLimit(run, timeLimit),
    createWarnings(run, settings),
  ];
  const isToEnd = (): boolean => run.endings.size > 0 || signal?.aborted === true;

  /** Calls `onEpochBegin` before the first step of an epoch. */
  const beginEpoch = async (): Promise<void> => {
    const { step } = run.progress;
    if (step < last && step % stepsPerEpoch === 0 && !isToEnd())
      await callbacks.onEpochBegin(step / stepsPerEpoch);
  };
  const endEpoch = async (): Promise<void> => {
    await closeEpoch(run, settings, ema);
    for (const listener of listeners) await listener.epochEnd?.();
  };
  const afterStep = async ({ step, epoch, read }: StepResult): Promise<void> => {
    await callbacks.onBatchEnd({ step, epoch, read });
    if ((step + 1) % stepsPerEpoch === 0) await endEpoch();
    for (const listener of listeners) await listener.step?.();
    await beginEpoch();
  };
  const execute: Execute = (work) => {
    run.consistent = false;
    return settings.execute(work);
  };

  // An error at the end of an epoch, such as in its validation, leaves a checkpoint whose epoch is still open.
  if (from > 0 && from % stepsPerEpoch === 0 && run.progress.history.at(-1)?.step !== from) await endEpoch();
  for (const listener of listeners) await listener.begin?.();
  await beginEpoch();
  const range = { from, to: isToEnd() ? from : last, ema };
  // The run checks the signal itself, after all callbacks of a step.
  for await (const done of stepsOf({ ...settings, execute, signal: undefined }, range)) {
    const sums = await readings.sumsWith(done);
    const { progress } = run;
    run.progress = { ...progress, step: done.step + 1, seconds: progress.seconds + lap(), sums };
    run.consistent = true;
    try {
      await afterStep(done);
    } catch (error) {
      if (run.consistent)
        await readings.look(done).catch((second) => {
          throw new Error(`${String(error)}; and ${String(second)}`, { cause: error });
        });
      throw error;
    }
    if (isToEnd()) {
      await readings.look(done);
      break;
    }
  }
}
