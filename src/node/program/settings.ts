/** The settings of runs: their names, and the runs of a grid. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, oneLine } from '../../core/describe';
import { canonical, isRecord, own, parseStoredJson } from '../../files/json';

/** The settings of a run, as JSON has them. */
export type Given = Readonly<Record<string, unknown>>;

/** The name of a run: a hash of its settings, the same whatever their order. */
export const nameOf = (settings: object): string =>
  createHash('sha256').update(canonical(settings)).digest('hex').slice(0, 16);

/** JSON as the command line gives it: a text, or `@FILE` with the path of its file. */
export function jsonOf(text: string): unknown {
  try {
    const json = text.startsWith('@') ? readFileSync(text.slice(1), 'utf8') : text;
    // What is none is parsed again, for the words of the parser.
    return parseStoredJson('settings', 'the text', json) ?? JSON.parse(json);
  } catch (error) {
    throw new Error(
      `settings are ${oneLine(text)}, needed JSON, or @FILE with JSON in it (${oneLine((error as Error).message)})`,
    );
  }
}

/** The first whole number that JSON does not keep to the last digit: two settings would be one run. */
const roundedIn = (value: unknown): number | undefined => {
  if (typeof value === 'number') {
    const isWritten = Number.isInteger(value) && Math.abs(value) < 1e21; // and not by an exponent
    return isWritten && !Number.isSafeInteger(value) ? value : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.values(value)
    .map(roundedIn)
    .find((found) => found !== undefined);
};

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
    if (typeof setting === 'number' && !Number.isFinite(setting))
      throw new Error(
        `settings.${oneLine(name)} is ${setting}, needed a finite number, as JSON keeps no other`,
      );
    const rounded = roundedIn(setting);
    if (rounded !== undefined)
      throw new Error(
        `settings.${oneLine(name)} has ${rounded}, needed whole numbers up to 2^53 - 1, which JSON keeps to the last digit`,
      );
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

/** Runs that can be asked for one by one. */
export interface Runs {
  readonly count: number;
  /** The settings of a run, from 0 on. */
  at(index: number): Given;
}

/** More runs than that are not gone through: their settings alone would fill the memory. */
const MOST_RUNS = 1e6;

/**
 * The settings of several runs.
 *
 * @param value a list of settings, or a grid: a list of values for each setting, of which there is a run for every combination;
 *   the last setting changes first
 * @throws Error naming what is neither
 */
export function runsOf(value: unknown, allowed: Allowed): Runs {
  const list = Array.isArray(value) ? value : undefined;
  const grid = list ? [] : Object.entries(assertRecord(value));
  const lists = grid.map(([name, values]) => {
    if (!Array.isArray(values))
      throw new Error(
        `settings.${oneLine(name)} is ${describe(values)}, needed a list of values, as the settings are a grid`,
      );
    if (values.length === 0)
      throw new Error(`settings.${oneLine(name)} is an empty list, needed a value at least: there is no run`);
    for (const setting of values) settingsOf({ [name]: setting }, allowed);
    return [name, values] as const;
  });
  if (list) {
    if (list.length === 0)
      throw new Error('settings are an empty list, needed the settings of a run at least');
    const runs = list.map((one) => settingsOf(one, allowed));
    return { count: runs.length, at: (index) => runs[index] as Given };
  }
  return {
    count: lists.reduce((product, [, values]) => product * values.length, 1),
    at(index) {
      let rest = index;
      const chosen = [...lists].reverse().map(([name, values]) => {
        const setting = values[rest % values.length];
        rest = Math.floor(rest / values.length);
        return [name, setting] as const;
      });
      return settingsOf(Object.fromEntries(chosen.reverse()), allowed);
    },
  };
}

/**
 * All of them.
 *
 * @throws Error where they are too many to go through
 */
export function everyRun({ count, at }: Runs): readonly Given[] {
  if (count > MOST_RUNS)
    throw new Error(
      `the grid has ${count} runs, needed at most ${MOST_RUNS}: leave out values, or ask for runs by --index`,
    );
  return Array.from({ length: count }, (_, i) => at(i));
}
