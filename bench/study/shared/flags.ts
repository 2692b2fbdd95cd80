/** What commands are told, checked before anything is trained. */

/** Settings given as NAME=JSON, each of a known name. */
export const overridesOf = <T extends object>(
  flag: string,
  pairs: readonly string[],
  known: readonly (keyof T & string)[],
): Partial<T> =>
  Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', json] = pair.split(/=(.*)/s);
      if (!(known as readonly string[]).includes(name))
        throw new Error(`study: --${flag} is "${pair}", needed NAME=JSON with one of ${known.join(', ')}`);
      try {
        return [name, JSON.parse(json ?? '')];
      } catch {
        throw new Error(`study: --${flag} is "${pair}", needed JSON behind the name, a text in quotes`);
      }
    }),
  ) as Partial<T>;

/** A number of things. */
export const countOf = (flag: string, value: string): number => {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new Error(`study: --${flag} is "${value}", needed an integer of at least 1`);
  return count;
};
