/** A contender's process, as the parent sees it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import type { Contender } from './contenders';
import type { Ready, Timed, Unable } from './protocol';
import type { Workload } from './workloads';

/** The Python of the benchmark. */
export const PYTHON = process.env.SSVAE_PYTHON ?? 'bench/.venv/bin/python';

/** What is printed on standard error is shown where a process ends without a word. */
const LAST_WORDS = 2000;

const hasTaskset = process.platform === 'linux' && spawnSync('taskset', ['-V']).status === 0;

/** The command before the command: only as many processors as there may be threads. */
const pinned = (threads: number | null): readonly string[] =>
  hasTaskset && threads !== null && threads < availableParallelism()
    ? ['taskset', '-c', threads === 1 ? '0' : `0-${threads - 1}`]
    : [];

const environment = (threads: number | null): NodeJS.ProcessEnv => {
  const { env } = process;
  if (threads === null) return env;
  const count = String(threads);
  return {
    ...env,
    OMP_NUM_THREADS: count,
    MKL_NUM_THREADS: count,
    TF_NUM_INTRAOP_THREADS: count,
    TF_NUM_INTEROP_THREADS: count,
  };
};

/** A contender that has built its step. */
export interface Running {
  readonly ready: Ready;
  /** takes steps, and tells how long each took, or why there will be no more */
  run(steps: number): Promise<Timed | Unable>;
  /** ends the process */
  stop(): void;
}

async function* linesOf(child: ChildProcess): AsyncGenerator<Ready | Timed | Unable> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk).slice(-LAST_WORDS);
  });
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    // A framework may print a word of its own.
    if (line.startsWith('{')) yield JSON.parse(line);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  const last = errors.trim().split('\n').at(-1) ?? '';
  yield { unable: `its process ended (${child.exitCode ?? child.signalCode}): ${last}` };
}

/** A process that is spoken to line by line. */
export interface Process {
  /** its next line, or why there is none */
  next<T>(): Promise<T | Unable>;
  tell(line: string): void;
  /** ends its input, and with it the process */
  stop(): void;
  kill(): void;
}

/** Starts a program on as many processors as it may have threads. */
export function launch(program: readonly string[], threads: number | null): Process {
  const [command, ...args] = [...pinned(threads), ...program];
  const child = spawn(command as string, args, {
    env: environment(threads),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // The error of a command that cannot be run comes as an event; its lines then just end.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const lines = linesOf(child);
  return {
    next: async <T>() => (await lines.next()).value as T | Unable,
    tell: (line) => void child.stdin?.write(`${line}\n`),
    stop: () => void child.stdin?.end(),
    kill: () => void child.kill(),
  };
}

/**
 * Starts a contender and waits until it has built its step.
 *
 * @param worker the bundled `nodeWorker.ts`
 * @returns the contender, or why there is none
 */
export async function start(
  contender: Contender,
  workload: Workload,
  worker: string,
): Promise<Running | Unable> {
  const { threads } = contender;
  const given = contender.task(workload);
  if (given.runtime === 'python' && !existsSync(PYTHON))
    return { unable: `there is no ${PYTHON}; npm run bench:setup makes it` };
  const program =
    given.runtime === 'node' ? [process.execPath, worker] : [PYTHON, `bench/speed/python/${given.script}.py`];
  const { next, tell, stop, kill } = launch([...program, JSON.stringify(given.task)], threads);
  const ready = await next<Ready>();
  if ('unable' in ready) {
    kill();
    return ready;
  }
  return {
    ready,
    run(steps) {
      tell(`run ${steps}`);
      return next<Timed>();
    },
    stop,
  };
}
