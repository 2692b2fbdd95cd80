/** Reads the terms of steps, and handles steps that are not finite. */
import type { Model } from '../../models/model';
import { addTo, type Sums } from '../history';
import type { RunSettings } from '../settings';
import type { StepResult } from '../takeStep';
import { assertTermOf } from './earlyStopping';
import { finiteOnly, nonFiniteError } from './nonFinite';
import { guarding, type Run } from './run';

/** Reads the steps of a run. */
export interface Readings {
  /** The sums of the epoch, with the step's terms if they are due. */
  sumsWith(done: StepResult): Promise<Sums>;
  /** Checks the steps since the last check, if nothing else would; reads no terms. */
  look(done: StepResult): Promise<void>;
}

/** Adds the terms of steps to the sums of an epoch; ends a run that diverges. */
export function createReadings<M extends Model>(run: Run, settings: RunSettings<M>): Readings {
  const { nonFinite, phases, logEvery, batches, checkpoint, earlyStopping } = settings;
  const from = run.progress.step;
  // Steps checked so far, and the updates skipped in them.
  let seen = { steps: from, skipped: 0 };

  const look = async ({ step, read, skipped, inputSummary }: StepResult, sums: Sums): Promise<Sums> => {
    const steps = step + 1;
    if (nonFinite === 'ignore' || steps === seen.steps) return sums;
    const missed = (await skipped()) - seen.skipped;
    if (missed > 0 && nonFinite === 'throw') {
      const { range, suspects } = await inputSummary();
      // Later on, the weights are as likely a cause as ordinary inputs.
      const hints = suspects.length > 0 || seen.steps === from ? [range, ...suspects] : [];
      throw nonFiniteError(await read(), seen.steps, step, hints);
    }
    if (missed > 0 && nonFinite === 'stop') run.endings.add('diverged');
    const updates = phases.length * (steps - seen.steps);
    seen = { steps, skipped: seen.skipped + missed };
    return nonFinite === 'skip' ? addTo(sums, { skipped: missed }, updates) : sums;
  };

  const read = async (done: StepResult, sums: Sums): Promise<Sums> => {
    const values = await done.read();
    const found = await look(done, addTo(sums, nonFinite === 'skip' ? finiteOnly(values) : values));
    if (done.step === 0 && nonFinite !== 'skip') assertTermOf(Object.keys(found), earlyStopping);
    return found;
  };

  return {
    async sumsWith(done) {
      const { sums } = run.progress;
      const ends = (done.step + 1) % batches.stepsPerEpoch === 0;
      const saves = checkpoint !== undefined && (done.step + 1) % checkpoint.every === 0;
      // Read at least once an epoch, or its history row would be empty (`skipped` does not count).
      const unread = Object.keys(sums).every((name) => name === 'skipped');
      if (done.step % logEvery === 0 || (ends && unread)) return read(done, sums);
      return ends || saves ? look(done, sums) : sums;
    },
    look: (done) =>
      guarding(run, async () => {
        const sums = await look(done, run.progress.sums);
        if (sums !== run.progress.sums) run.progress = { ...run.progress, sums };
      }),
  };
}
