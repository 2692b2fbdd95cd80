// What the programs of a study share: the settings of a run, and its name.
import { createHash } from 'node:crypto';

/** A run is a function of these. Its name is their hash. */
export interface Settings {
  readonly method: 'labels-only' | 'm2' | 'regularized';
  readonly labels: number;
  readonly seed: number;
  readonly epochs: number;
  readonly alpha: number;
  readonly examples: number;
  readonly backend: 'cpu' | 'wasm' | 'tensorflow';
}

const DEFAULTS: Settings = {
  method: 'regularized',
  labels: 100,
  seed: 1,
  epochs: 8,
  alpha: 5,
  examples: 5000,
  backend: 'wasm',
};

/** Settings in one order, with defaults for those left out; an Error names the first that is wrong. */
export function settingsOf(given: object): Settings {
  const unknown = Object.keys(given).find((name) => !(name in DEFAULTS));
  if (unknown)
    throw new Error(`settings.${unknown} is unknown, needed one of ${Object.keys(DEFAULTS).join(', ')}`);
  const settings = { ...DEFAULTS, ...given };
  for (const [name, value] of Object.entries(DEFAULTS))
    if (typeof settings[name as keyof Settings] !== typeof value)
      throw new Error(`settings.${name} is not a ${typeof value}, as ${JSON.stringify(value)} is`);
  return settings;
}

export const nameOf = (settings: Settings): string =>
  createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 16);

/** Every run of a grid: lists of values by setting. */
export const grid = (lists: Readonly<Record<string, readonly unknown[]>>): readonly Settings[] =>
  Object.entries(lists)
    .reduce<object[]>(
      (runs, [name, values]) => runs.flatMap((run) => values.map((value) => ({ ...run, [name]: value }))),
      [{}],
    )
    .map(settingsOf);
