/** A run as a program: settings as JSON in, figures as JSON lines out. */
import { parseArgs } from 'node:util';
import { plainOf } from '../../core/assert';
import { describe, oneLine } from '../../core/describe';
import { messageOf } from '../../core/messageOf';
import { callable, checked, optional, readOptions, texts } from '../../core/options';
import { performRun, type Run } from './perform';
import { lookAt, openStudy } from './results';
import { type Allowed, everyRun, jsonOf, nameOf, runsOf, settingsOf } from './settings';
import { EXIT, workThrough } from './work';

/** Values that settings may have. */
export type Choices<Settings extends object> = {
  readonly [Name in keyof Settings]?: readonly Settings[Name][];
};

/** What a program of runs does. */
export interface RunProgramOptions<Settings extends object> {
  /**
   * a value for each setting. Settings that are left out have it, and those that are unknown or of another type are refused.
   * Default: settings are as given
   */
  readonly defaults?: Settings;
  /** the values that a setting may have, where they are a list, such as `{ method: ['m2', 'supervised'] }` */
  readonly choices?: Choices<Settings>;
  /** trains and measures. What it returns is kept as JSON beside the name and the settings */
  readonly run: Run<Settings>;
  /** the command line; default that of the process */
  readonly args?: readonly string[];
}

const rules = <Settings extends object>() => ({
  defaults: optional(
    checked<Settings>((where, name, value) => {
      plainOf(where, value, name);
    }),
  ),
  choices: checked<Choices<Settings>>((where, name, value) => {
    for (const [setting, values] of Object.entries(plainOf(where, value, name)))
      if (!Array.isArray(values))
        throw new TypeError(
          `${where}: ${name}.${oneLine(setting)} is ${describe(values)}, needed a list of values`,
        );
  }, {}),
  run: callable<Run<Settings>>(),
  args: texts(process.argv.slice(2)),
});

const FLAGS = {
  study: { type: 'string', default: 'runs/study' },
  index: { type: 'string' },
  all: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
} as const;

/** A mistake on the command line. */
class WrongSettings extends Error {}

/** What the command line asks for. */
function asked(args: readonly string[], allowed: Allowed) {
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...args],
      options: FLAGS,
      allowPositionals: true,
      tokens: true,
    });
    const flags = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    const repeated = flags.find((name, i) => flags.indexOf(name) !== i);
    if (repeated !== undefined) throw new Error(`--${repeated} is given twice, needed once`);
    const { study, index, all, list } = values;
    const [settings = '{}', surplus] = positionals;
    if (surplus !== undefined)
      throw new Error(
        `${oneLine(surplus)} is one argument too many, needed the settings alone; a folder is given by --study`,
      );
    const calls = [all && '--all', list && '--list', index !== undefined && '--index'].filter(Boolean);
    if (calls.length > 1) throw new Error(`${calls.join(' and ')} are given, needed one of them`);
    const given = jsonOf(settings);
    if (all || list) return { study, runs: everyRun(runsOf(given, allowed)), list };
    if (index === undefined) return { study, settings: settingsOf(given, allowed) };
    const { count, at } = runsOf(given, allowed);
    if (/^\d+$/.test(index) && Number(index) < count) return { study, settings: at(Number(index)) };
    throw new Error(`--index ${oneLine(index)} is not in the grid, needed 0 to ${count - 1}`);
  } catch (error) {
    throw new WrongSettings(messageOf(error).replace(/\s*\n\s*/g, ' '));
  }
}

/** The run of another process, which may end at any time. */
const isHeldElsewhere = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'HeldError';

const print = (line: object): void => console.log(JSON.stringify(line, shownAs));

/** Numbers that JSON has not, as texts: a line of figures ends no run. */
function shownAs(_: string, value: unknown): unknown {
  const isOther = typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value));
  return isOther ? String(value) : value;
}

/** A value that a function refuses, as every function of the library does before it computes. */
const isRefusal = (error: unknown): error is Error =>
  error instanceof Error && (error.name === 'TypeError' || error.name === 'RangeError');

/** Does what the command line asks for. */
async function codeOf<Settings extends object>(
  { run, args, ...allowed }: Allowed & { readonly run: Run<Settings>; readonly args: readonly string[] },
  signal: AbortSignal,
): Promise<number> {
  let figures = 0;
  const log = (line: object): void => {
    figures++;
    print(line);
  };
  try {
    const { study, settings, runs, list } = asked(args, allowed);
    if (list) {
      for (const one of runs) {
        const name = nameOf(one);
        const { result, damage } = await lookAt(study, name);
        print({ name, done: result !== undefined, ...(damage !== undefined && { damage }), settings: one });
      }
      return EXIT.done;
    }
    if (runs) return await workThrough(process.argv[1] as string, runs, { study, signal });
    await openStudy(study).catch((error) => {
      throw new WrongSettings(messageOf(error));
    });
    const result = await performRun(run, settings as Settings, { study, signal, log });
    if (result) print(result);
    return result ? EXIT.done : EXIT.callAgain;
  } catch (error) {
    if (error instanceof WrongSettings) {
      console.error(error.message);
      return EXIT.wrongSettings;
    }
    if (isRefusal(error) && figures === 0) {
      console.error(error);
      return EXIT.wrongSettings;
    }
    if (!isHeldElsewhere(error)) throw error;
    console.error(error.message);
    return EXIT.callAgain;
  }
}

/**
 * Makes a program of a run. A run is a function of its settings, and its name is their hash.
 *
 *   PROGRAM SETTINGS           does the run, or goes on where it was ended; a run that is done answers at once
 *   PROGRAM RUNS --index N     does run N of a grid, for arrays of jobs
 *   PROGRAM RUNS --all         does every run that has no result, each in a process of its own
 *   PROGRAM RUNS --list        shows the runs, which are done, and what is wrong with a damaged result
 *
 * `SETTINGS` is JSON, or `@FILE`. `RUNS` is a list of settings, or a list of values for each setting. `--study FOLDER` keeps results
 * and checkpoints (default `runs/study`), and may be shared by machines. Figures are printed as lines of JSON, the result as the last.
 *
 * The exit code is 0 where the result is there, 2 where settings are wrong or a function refuses them before the first figures, and
 * 1 after another error. It is 75 where the same
 * call goes on later: SIGTERM or SIGINT ended the run after a checkpoint, or another process has it.
 *
 * @param options defaults and choices of the settings, and what does a run
 * @returns the exit code, which the process has too
 * @throws TypeError or RangeError naming the option; and what `run` throws
 * @example await runProgram({ defaults: { seed: 1 }, run: async ({ seed }) => ({ half: seed / 2 }), args: ['{"seed":3}'] }) // 0
 */
export async function runProgram<Settings extends object>(
  options: RunProgramOptions<Settings>,
): Promise<number> {
  const read = readOptions('runProgram', options, rules<Settings>());
  const stop = new AbortController();
  const end = (): void => stop.abort();
  // A second signal ends the process at once.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  try {
    const code = await codeOf(read, stop.signal);
    process.exitCode = code;
    return code;
  } finally {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, end);
  }
}
