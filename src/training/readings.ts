/** Terms of steps as they are read, and what becomes of those that are not finite. */
import { addTo, type Sums } from './history';
import { finiteOnly, nonFiniteError } from './nonFinite';
import type { NonFinitePolicy } from './options';
import type { StepResult } from './trainingSteps';

/** What a reading came to. */
export interface Reading {
  /** the sums with the terms of the step */
  readonly sums: Sums;
  /** whether the run is to end: a step was not finite, and the policy is `'stop'` */
  readonly diverged: boolean;
}

/**
 * Reads terms into the sums of an epoch.
 *
 * @param nonFinite what becomes of steps that are not finite
 * @param phases updates in each step
 * @param from the first step
 * @returns reads a step
 */
export function createReadings(
  nonFinite: NonFinitePolicy,
  phases: number,
  from: number,
): (step: StepResult, sums: Sums) => Promise<Reading> {
  // Where the terms were read last, and how many updates had been left out by then.
  let seen = { step: from, skipped: 0 };
  return async ({ step, read, skipped }, sums) => {
    const values = await read();
    const missed = (await skipped()) - seen.skipped;
    if (missed > 0 && nonFinite === 'throw') throw nonFiniteError(values, seen.step, step);
    const share = missed / (phases * (step + 1 - seen.step));
    seen = { step: step + 1, skipped: seen.skipped + missed };
    return {
      sums: addTo(sums, nonFinite === 'skip' ? { ...finiteOnly(values), skipped: share } : values),
      diverged: missed > 0 && nonFinite === 'stop',
    };
  };
}
