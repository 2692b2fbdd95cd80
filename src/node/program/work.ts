/** A worker without a queue: it goes through the runs of a study that have no result, each in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { lookAt } from './results';
import { type Given, nameOf } from './settings';

/** Codes that a program of a run ends with. */
export const EXIT = { done: 0, failed: 1, wrongSettings: 2, callAgain: 75 } as const;

/** Runs that other processes have are tried again after this time. */
const LOOK_EVERY_MS = 5000;

/** Starts the program of a run in a process of its own. */
export const startRun = (
  program: string,
  settings: object,
  study: string,
  stdout: 'inherit' | 'pipe' = 'inherit',
): ChildProcess =>
  spawn(process.execPath, [...process.execArgv, program, JSON.stringify(settings), '--study', study], {
    stdio: ['ignore', stdout, 'inherit'],
  });

/**
 * Does every run that has no result. Several workers, on one machine or many, may go through the same runs: a run belongs to one
 * process at a time, and the others pass it by.
 *
 * @param program path of the file that does one run
 * @param signal ends the run under way, and then the worker
 * @returns the code to end with
 */
export async function workThrough(
  program: string,
  runs: readonly Given[],
  { study, signal }: { readonly study: string; readonly signal: AbortSignal },
): Promise<number> {
  // Workers that begin together begin at different runs.
  const first = runs.length > 0 ? randomInt(runs.length) : 0;
  let open = [...runs.slice(first), ...runs.slice(0, first)];
  let code: number = EXIT.done;
  for (;;) {
    const held: Given[] = [];
    for (const settings of open) {
      const name = nameOf(settings);
      // Another worker may have done it since.
      const { result, damage } = await lookAt(study, name);
      if (damage !== undefined) {
        console.error(damage);
        code = EXIT.failed;
      }
      if (result || damage !== undefined) continue;
      if (signal.aborted) return EXIT.callAgain;
      const ended = await endOf(startRun(program, settings, study), signal);
      if (ended === EXIT.callAgain) held.push(settings);
      else if (ended !== EXIT.done) code = EXIT.failed;
    }
    if (held.length === 0) return code;
    open = held;
    await setTimeout(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** The code that a process ends with; SIGTERM when the signal is aborted. A process that was killed has failed. */
export async function endOf(child: ChildProcess, signal: AbortSignal): Promise<number> {
  const end = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', end);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return code ?? EXIT.failed;
  } finally {
    signal.removeEventListener('abort', end);
  }
}
