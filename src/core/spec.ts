/** Settings as JSON, to be compared with those of another time. */

import type { Json } from '../files/json';
import { describe } from './describe';
import { assertNotAsync } from './notAsync';

/**
 * Refuses a spec that JSON does not hold: a cycle, a bigint, a symbol, a getter that throws.
 *
 * @param where name of the calling function, for the message
 * @param name whose spec it is: `likelihood.spec`
 * @param spec what came; undefined where there is none
 * @throws TypeError naming it
 */
export function assertSpec(where: string, name: string, spec: unknown): void {
  if (spec === undefined) return;
  try {
    if (typeof JSON.stringify(spec) === 'string') return;
  } catch {
    // As below.
  }
  throw new TypeError(
    `${where}: ${name} is ${describe(spec)}, needed a value that JSON holds, without a cycle`,
  );
}

/** Steps that a schedule is shown by. */
const SHOWN = [0, 1, 10, 100, 1000, 10_000, 100_000];

/** Steps that it is compared by as well: each of the first thousand, and then one in a hundred, up to a million. */
const COMPARED = Array.from({ length: 1700 }, (_, i) =>
  i < 1000 ? i : Math.round(1000 * 1.01 ** (i - 1000)),
);

type Schedule = (step: number) => unknown;

/** The value of a schedule at a step. */
const at = (schedule: Schedule, step: number): unknown => {
  const now = schedule(step);
  assertNotAsync('schedule', 'it', now);
  return now;
};

/** A number for all values of a schedule (FNV-1a of their float32 bits: engines differ in the last bits of `Math.exp`). */
const fingerprint = (schedule: Schedule): number => {
  const values = Float32Array.from(COMPARED, (step) => Number(at(schedule, step)));
  let hash = 0x811c9dc5;
  for (const bits of new Uint32Array(values.buffer)) hash = Math.imul(hash ^ bits, 0x01000193);
  return hash >>> 0;
};

/**
 * Settings as JSON: a function that has a `spec` as that, another as a schedule, by its values at some steps and a number for
 * those at others; a number that JSON lacks as its name, nothing for `undefined`.
 *
 * @param value numbers, texts, schedules, and records and lists of them
 * @example specOf({ alpha: 5, limit: Infinity, floor: undefined }) // { alpha: 5, limit: 'Infinity' }
 */
export function specOf(value: unknown): Json {
  if (typeof value === 'function') {
    if ('spec' in value) return specOf(value.spec);
    return [
      ...SHOWN.map((step) => specOf(at(value as Schedule, step))),
      `values ${fingerprint(value as Schedule)}`,
    ];
  }
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (Array.isArray(value)) return value.map(specOf);
  if (typeof value !== 'object') return String(value);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, entry]) => (entry === undefined ? [] : [[name, specOf(entry)]])),
  );
}
