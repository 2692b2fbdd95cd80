// Runs in processes of their own, so many at a time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

/** Where runs are done, and until when. */
interface Place {
  /** path of the program of a run */
  readonly program: string;
  readonly study: string;
  readonly signal: AbortSignal;
}

/** Calls a program once. */
async function called(settings: object, { program, study, signal }: Place) {
  const args = [...process.execArgv, program, JSON.stringify(settings), '--study', study];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = () => child.kill('SIGTERM');
  signal.addEventListener('abort', end);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, 'close');
  signal.removeEventListener('abort', end);
  return { code, line: output.trim().split('\n').at(-1) ?? '' };
}

/** The result of a run; a run that ends with 75 is called again. */
async function resultOf(settings: object, place: Place) {
  for (;;) {
    place.signal.throwIfAborted();
    const { code, line } = await called(settings, place);
    if (code === 0) return JSON.parse(line);
    if (code !== 75) throw new Error(`the run ended with ${code}`);
    await setTimeout(1000);
  }
}

/** Does runs that are asked for at once, each when a worker is free. */
export function inProcesses(workers: number, place: Place) {
  let free: Promise<unknown>[] = Array.from({ length: workers }, () => Promise.resolve());
  return (settings: object) => {
    const [first = Promise.resolve(), ...others] = free;
    const outcome = first.then(() => resultOf(settings, place));
    free = [...others, outcome.catch(() => undefined)];
    return outcome;
  };
}
