/** A training run in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import type { Ending } from '../ending';
import { buildPrograms } from '../programs';
import type { RepeatingBackend } from './backends';
import type { Message } from './run';

const SOURCE = 'test/support/kill/run.ts';
const built = await buildPrograms([SOURCE]);

/** Removes the program, once no run is to be started any more. */
export const removeRun = built.remove;

/** How a process ended. */
export interface RunEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** what the run came to, where it ended */
  readonly ended?: Ending;
  /** what the process wrote to standard error, as far as somebody read it */
  readonly errors: string;
}

/** A run under way. */
export interface RunProcess {
  readonly child: ChildProcess;
  readonly end: Promise<RunEnd>;
}

/**
 * Starts a run.
 *
 * @param backend of the run
 * @param path folder of its checkpoints
 * @param epochs of five steps
 * @param heard called with what the run says of its steps and saves
 */
export function startRun(
  backend: RepeatingBackend,
  path: string,
  epochs: number,
  heard: (message: Message, child: ChildProcess) => void = () => {},
): RunProcess {
  const child = fork(built.pathOf(SOURCE), [backend, path, String(epochs)], { execArgv: [], stdio: 'pipe' });
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  let ended: Ending | undefined;
  child.on('message', (message: Message) => {
    if (message.event === 'ended') ended = { weights: message.weights, result: message.result };
    heard(message, child);
  });
  const end = new Promise<RunEnd>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, errors, ...(ended && { ended }) }));
  });
  return { child, end };
}
