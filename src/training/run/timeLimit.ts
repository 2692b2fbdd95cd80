/** The time limit of a run. */
import type { Listener, Run } from './run';

/** Ends a run after the step at which its time is up, counted from this call. */
export function createTimeLimit(run: Run, seconds: number): Listener {
  const began = performance.now();
  return {
    step() {
      if (performance.now() - began >= 1000 * seconds) run.endings.add('time');
    },
  };
}
