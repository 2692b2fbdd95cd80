/** Which name a misspelled one is near to. */

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

/** The first of some names that a key is a misspelling of. */
export const meantBy = (key: string, names: readonly string[]): string | undefined =>
  names.find((name) => isNear(key, name));
