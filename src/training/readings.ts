/** Terms of steps as they are read, and what becomes of steps that are not finite. */
import { addTo, type Sums } from './history';
import { finiteOnly, nonFiniteError } from './nonFinite';
import type { NonFinitePolicy } from './options';
import type { StepResult } from './trainingSteps';

/** What a reading came to. */
export interface Reading {
  /** the sums with what was read */
  readonly sums: Sums;
  /** whether the run is to end: a step was not finite, and the policy is `'stop'` */
  readonly diverged: boolean;
}

/** Readings of a run's steps. */
export interface Readings {
  /** Reads the terms of a step, and looks at the steps since the last look. */
  read(step: StepResult, sums: Sums): Promise<Reading>;
  /** Looks whether the steps since the last look were finite; reads no terms. */
  look(step: StepResult, sums: Sums): Promise<Reading>;
}

/**
 * Reads steps into the sums of an epoch.
 *
 * @param nonFinite what becomes of steps that are not finite
 * @param phases updates in each step
 * @param from the first step
 */
export function createReadings(nonFinite: NonFinitePolicy, phases: number, from: number): Readings {
  // Steps that have been looked at, and updates left out in them.
  let seen = { steps: from, skipped: 0 };
  const look: Readings['look'] = async ({ step, read, skipped, inputsInWords }, sums) => {
    const steps = step + 1;
    if (nonFinite === 'ignore' || steps === seen.steps) return { sums, diverged: false };
    const missed = (await skipped()) - seen.skipped;
    if (missed > 0 && nonFinite === 'throw') {
      const { range, suspects } = await inputsInWords();
      // Later on, weights are as likely a cause as inputs of which nothing is strange.
      const hints = suspects.length > 0 || seen.steps === from ? [range, ...suspects] : [];
      throw nonFiniteError(await read(), seen.steps, step, hints);
    }
    const updates = phases * (steps - seen.steps);
    seen = { steps, skipped: seen.skipped + missed };
    return {
      sums: nonFinite === 'skip' ? addTo(sums, { skipped: missed }, updates) : sums,
      diverged: missed > 0 && nonFinite === 'stop',
    };
  };
  return {
    look,
    async read(step, sums) {
      const values = await step.read();
      return look(step, addTo(sums, nonFinite === 'skip' ? finiteOnly(values) : values));
    },
  };
}
