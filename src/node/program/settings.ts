/** The settings of runs: their names, and the runs of a grid. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, oneLine } from '../../core/describe';
import { canonical, isRecord, own } from '../../files/json';

/** The settings of a run, as JSON has them. */
export type Given = Readonly<Record<string, unknown>>;

/** The name of a run: a hash of its settings, the same whatever their order. */
export const nameOf = (settings: object): string =>
  createHash('sha256').update(canonical(settings)).digest('hex').slice(0, 16);

/** JSON as the command line gives it: a text, or `@FILE` with the path of its file. */
export function jsonOf(text: string): unknown {
  const path = text.startsWith('@') ? text.slice(1) : undefined;
  try {
    return JSON.parse(path === undefined ? text : readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(
      `settings are ${oneLine(text)}, needed JSON, or @FILE with JSON in it (${oneLine((error as Error).message)})`,
    );
  }
}

/** A record of settings, as JSON has it. */
const assertRecord = (value: unknown): Given => {
  if (isRecord(value)) return value;
  throw new Error(`settings are ${describe(value)}, needed a record such as {"seed":1}`);
};

/** What settings may be. */
export interface Allowed {
  /** a value for each; without them settings are as given */
  readonly defaults?: object | undefined;
  /** the values that some may have */
  readonly choices?: object;
}

/**
 * Settings with defaults in place of those that are left out.
 *
 * @throws Error naming the first that is unknown, of another type, or none of its choices
 */
export function settingsOf(value: unknown, { defaults, choices = {} }: Allowed): Given {
  const given = assertRecord(value);
  for (const [name, setting] of Object.entries(given)) {
    const some = own(choices as Readonly<Record<string, readonly unknown[]>>, name);
    if (some && !some.includes(setting))
      throw new Error(
        `settings.${oneLine(name)} is ${describe(setting)}, needed one of ${some.map(describe).join(', ')}`,
      );
  }
  if (defaults === undefined) return given;
  const known = defaults as Given;
  for (const [name, setting] of Object.entries(given)) {
    const usual = own(known, name);
    if (usual === undefined)
      throw new Error(`settings.${oneLine(name)} is unknown, needed one of ${Object.keys(known).join(', ')}`);
    if (typeof setting !== typeof usual || Array.isArray(setting) !== Array.isArray(usual))
      throw new Error(
        `settings.${oneLine(name)} is ${describe(setting)}, needed a value like ${JSON.stringify(usual)}`,
      );
  }
  return { ...known, ...given };
}

/**
 * The settings of several runs.
 *
 * @param value a list of settings, or a grid: a list of values for each setting, of which there is a run for every combination
 * @throws Error naming what is neither
 */
export function runsOf(value: unknown, allowed: Allowed): readonly Given[] {
  if (Array.isArray(value)) return value.map((one) => settingsOf(one, allowed));
  let runs: readonly Given[] = [{}];
  for (const [name, values] of Object.entries(assertRecord(value))) {
    if (!Array.isArray(values))
      throw new Error(
        `settings.${oneLine(name)} is ${describe(values)}, needed a list of values, as the settings are a grid`,
      );
    runs = runs.flatMap((run) => values.map((setting) => ({ ...run, [name]: setting })));
  }
  return runs.map((run) => settingsOf(run, allowed));
}
