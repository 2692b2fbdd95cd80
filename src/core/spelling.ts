/** Misspelled names. */
import { oneLine } from './describe';

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
const LONGEST = 20;

/** Whether a key is a misspelled name: the same but for case, or nearly, with the same first letter (`height` is not `weight`). */
const isNear = (key: string, name: string): boolean => {
  const [a, b] = [key.toLowerCase(), name.toLowerCase()];
  if (a === b) return true;
  if (b.length < SHORTEST || a.length > LONGEST || a[0] !== b[0]) return false;
  return distance(a, b) <= (b.length > 5 ? 2 : 1);
};

/**
 * Refuses a misspelled name where the one that it is near to is absent: nobody would read what it holds.
 *
 * @param where name of the calling function, for the message
 * @param argument name of what has the keys
 * @param given what came
 * @param names what it may hold, of which those in `meant` are suggested
 * @throws RangeError naming the key, and the name that it is near to
 */
export function assertSpelling(
  where: string,
  argument: string,
  given: object,
  {
    known,
    meant = known,
    what,
  }: { readonly known: readonly string[]; readonly meant?: readonly string[]; readonly what: string },
): void {
  // Nothing is read that no key is near to: a getter may look at all data.
  const isAbsent = (name: string): boolean => (given as Record<string, unknown>)[name] === undefined;
  for (const key of Object.keys(given)) {
    const near = known.includes(key) ? undefined : meant.find((name) => isNear(key, name) && isAbsent(name));
    if (near !== undefined)
      throw new RangeError(
        `${where}: ${argument}.${oneLine(key)} is not ${what}, needed another name: did you mean ${near}?`,
      );
  }
}
