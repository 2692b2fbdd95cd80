/** Settings as JSON, to be compared with those of another time. */

import type { Json } from '../files/json';
import { assertNotAsync } from './notAsync';

/** Steps that a schedule is told by: two that agree at all of them are taken for one. */
const STEPS = [0, 1, 10, 100, 1000, 10_000, 100_000];

/**
 * Settings as JSON: a schedule as its values at some steps, a number that JSON lacks as its name, nothing for
 * `undefined`.
 *
 * @param value numbers, texts, schedules, and records and lists of them
 * @example specOf({ alpha: 5, limit: Infinity, floor: undefined }) // { alpha: 5, limit: 'Infinity' }
 */
export function specOf(value: unknown): Json {
  if (typeof value === 'function')
    return STEPS.map((step) => {
      const now: unknown = value(step);
      assertNotAsync('schedule', 'it', now);
      return specOf(now);
    });
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (Array.isArray(value)) return value.map(specOf);
  if (typeof value !== 'object') return String(value);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, entry]) => (entry === undefined ? [] : [[name, specOf(entry)]])),
  );
}
