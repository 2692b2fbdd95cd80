/** The names of a data set's parts, and misspelled ones beside them. */
import { oneLine } from './describe';

/** What a data set may hold; other names are free for what else a program knows of its examples. */
export const DATASET_NAMES = [
  'name',
  'x',
  'bytes',
  'y',
  'shape',
  'classes',
  'classNames',
  'input',
  'notes',
  'likelihood',
  'count',
  'allowed',
  'weight',
  'covariates',
  'observed',
] as const;

/** Those that results depend on. `names` and `counts` of examples are extras, whether or not there is a name or a count. */
const READ = DATASET_NAMES.filter((name) => name !== 'name' && name !== 'count');

/** Single letters changed, left out, put in, or exchanged with the next one, between two texts (Damerau 1964). */
function distance(a: string, b: string): number {
  // rows[i][j] is the distance of the first i letters of a and the first j of b.
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + same,
          swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(a.length, b.length);
}

/** Names shorter than this are near to too many words. */
const SHORTEST = 4;

/** Longer texts are near to no name, and cost time. */
const LONGEST = 12;

/** Whether a key is a misspelled name: the same but for case, or nearly, with the same first letter (`height` is not `weight`). */
const isNear = (key: string, name: string): boolean => {
  const [a, b] = [key.toLowerCase(), name.toLowerCase()];
  if (a === b) return true;
  if (b.length < SHORTEST || a.length > LONGEST || a[0] !== b[0]) return false;
  return distance(a, b) <= (b.length > 5 ? 2 : 1);
};

/**
 * Refuses a misspelled name of a data set's part where that part is absent: it would be taken for an extra of the program's
 * own, and left aside.
 *
 * @param where name of the calling function, for the message
 * @param argument name of the data set
 * @param given what came
 * @throws RangeError naming the key, and the name that it is near to
 */
export function assertSpelled(where: string, argument: string, given: object): void {
  const absent = READ.filter((name) => (given as Record<string, unknown>)[name] === undefined);
  const known: readonly string[] = DATASET_NAMES;
  for (const key of Object.keys(given)) {
    const meant = known.includes(key) ? undefined : absent.find((name) => isNear(key, name));
    if (meant !== undefined)
      throw new RangeError(
        `${where}: ${argument}.${oneLine(key)} is not a part of a data set, needed another name: did you mean ${meant}?`,
      );
  }
}
