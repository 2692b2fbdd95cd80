/** The time limit of a run. */
import type { Listener, Run } from './run';

/** Ends a run behind the step at which its time is up, counted from here on. */
export function createTimeLimit(run: Run, seconds: number): Listener {
  const began = performance.now();
  return {
    step() {
      if (performance.now() - began >= 1000 * seconds) run.endings.add('time');
    },
  };
}
