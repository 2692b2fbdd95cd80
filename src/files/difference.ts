/** Where settings in a file differ from those at hand. */
import { brief, canonical, isRecord, own } from './json';

/** A place where two settings differ. */
export interface Difference {
  readonly path: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

/**
 * Whether to compare two lists entry by entry: phases, and lists that an error text would cut before their difference. Other
 * lists, such as the values of a schedule, are clearer as a whole.
 */
const looksInto = (ours: readonly unknown[], theirs: readonly unknown[]): boolean =>
  [...ours, ...theirs].some(isRecord) || brief(ours) === brief(theirs);

/** The first place where two settings differ, if any. */
export const firstDifference = (path: string, ours: unknown, theirs: unknown): Difference | undefined => {
  if (canonical(ours) === canonical(theirs)) return undefined;
  const parts: (readonly [path: string, ours: unknown, theirs: unknown])[] = [];
  if (isRecord(ours) && isRecord(theirs)) {
    for (const name of new Set([...Object.keys(ours), ...Object.keys(theirs)]))
      parts.push([`${path}.${name}`, own(ours, name), own(theirs, name)]);
  } else if (Array.isArray(ours) && Array.isArray(theirs) && looksInto(ours, theirs)) {
    for (let i = 0; i < Math.max(ours.length, theirs.length); i++)
      parts.push([`${path}[${i}]`, ours[i], theirs[i]]);
  }
  for (const part of parts) {
    const found = firstDifference(...part);
    if (found) return found;
  }
  return { path, ours, theirs };
};

/** A setting in an error text. */
export const shown = (value: unknown): string => (value === undefined ? 'none' : brief(value));
