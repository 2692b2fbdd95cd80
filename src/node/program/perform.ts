/** One run: done before, done now, or not done yet. */
import { isPlain } from '../../core/assert';
import { describe, oneLine } from '../../core/describe';
import type { Storage } from '../../files/storage';
import { file } from '../file';
import { checkpointOf, keepResult, type RunResult, readResult } from './results';
import { nameOf } from './settings';

/** What a run has beside its settings. */
export interface RunContext {
  /** hash of the settings, the name of its result and its checkpoint */
  readonly name: string;
  /** folder of the study, for files that a run leaves beside its result: give them its name */
  readonly study: string;
  /** for `checkpoint: { storage }` of `train`, beside `resume: true`. It is removed when the result is kept */
  readonly storage: Storage;
  /** for `signal` of `train`: aborted when the program gets SIGTERM or SIGINT */
  readonly signal: AbortSignal;
  /** shows figures, such as a row of the history: a line of JSON that begins with the name */
  log(figures: object): void;
}

/**
 * Does a run. Where the signal ended it before its last step it gives `undefined`, or throws the signal's reason: the next call goes
 * on from its checkpoint.
 */
export type Run<Settings extends object> = (
  settings: Settings,
  context: RunContext,
) => Promise<object | undefined>;

/** What JSON would change or refuse: its path and what it is. */
function lostIn(value: unknown, path: string, around: readonly unknown[]): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return undefined;
  const isList = Array.isArray(value);
  if (!(isList || (typeof value === 'object' && isPlain(value))) || around.includes(value))
    return `${path} is ${describe(value)}`;
  for (const [key, part] of Object.entries(value)) {
    // A part that is undefined is left out, as everywhere.
    if (part === undefined && !isList) continue;
    const lost = lostIn(part, isList ? `${path}[${key}]` : `${path}.${oneLine(key)}`, [...around, value]);
    if (lost !== undefined) return lost;
  }
  return undefined;
}

/** Refuses a result that JSON does not give back, while the run has its checkpoint. */
function assertKept(measured: unknown): void {
  const needed =
    'needed a record that JSON keeps, such as { accuracy: 0.91 }; the run goes on from its checkpoint';
  if (typeof measured !== 'object' || measured === null || !isPlain(measured))
    throw new Error(`runProgram: run gives ${describe(measured)}, ${needed}`);
  for (const taken of ['name', 'settings'])
    if (taken in measured)
      throw new Error(
        `runProgram: result.${taken} is ${describe((measured as Record<string, unknown>)[taken])}, needed another key: the kept result has the ${taken} of the run there; the run goes on from its checkpoint`,
      );
  const lost = lostIn(measured, 'result', []);
  if (lost !== undefined) throw new Error(`runProgram: ${lost}, ${needed}`);
}

/**
 * Does a run that has no result yet.
 *
 * @param study the folder that keeps results and checkpoints
 * @param log called with each line of figures
 * @returns the result; `undefined` where the signal ended the run
 */
export async function performRun<Settings extends object>(
  run: Run<Settings>,
  settings: Settings,
  {
    study,
    signal,
    log,
  }: { readonly study: string; readonly signal: AbortSignal; readonly log: (line: object) => void },
): Promise<RunResult | undefined> {
  const name = nameOf(settings);
  const done = await readResult(study, name);
  if (done) return done;
  const context: RunContext = {
    name,
    study,
    storage: file(checkpointOf(study, name)),
    signal,
    log(figures) {
      if ('name' in figures)
        throw new Error(
          `runProgram: log gets the name ${describe(figures.name)}, needed another key: each line begins with the name of the run`,
        );
      log({ name, ...figures });
    },
  };
  // A function that is not async may throw at once, or give the record itself.
  const running = (async () => run(settings, context))();
  const measured = await running.catch((error) => {
    if (!signal.aborted || error !== signal.reason) throw error;
    return undefined;
  });
  if (measured === undefined) return undefined;
  assertKept(measured);
  return keepResult(study, Object.assign({ name, settings }, measured, { name, settings }));
}
