/** What classes are called. */
import { isListOf, isString } from '../files/json';
import { describe } from './describe';

/**
 * Refuses names that are not one for each class.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @param names what came
 * @param classes K
 * @throws TypeError or RangeError naming the first that is none, or that two classes have
 */
export function assertClassNames(
  where: string,
  name: string,
  names: readonly string[],
  classes: number,
): void {
  if (!isListOf(isString)(names))
    throw new TypeError(`${where}: ${name} is ${describe(names)}, needed an array of texts`);
  if (names.length !== classes)
    throw new RangeError(
      `${where}: ${name} has ${names.length} names, needed ${classes}, one for each class`,
    );
  for (const [k, one] of names.entries()) {
    const first = names.indexOf(one);
    if (one.trim() === '' || first < k)
      throw new RangeError(
        `${where}: ${name}[${k}] is ${describe(one)}${first < k ? `, as ${name}[${first}] is` : ''}, needed a name of its own for each class`,
      );
  }
}

/** The names of K classes: their indices where they have none. */
export const namesOf = (classes: number, names?: readonly string[]): readonly string[] =>
  names ?? Array.from({ length: classes }, (_, k) => String(k));

/**
 * Refuses two lists of names, where both are there, that differ.
 *
 * @param sides whose names they are, for the message
 * @throws RangeError naming the first class that has two names
 */
export function assertSameNames(
  where: string,
  sides: readonly [string, string],
  names: readonly string[] | undefined,
  others: readonly string[] | undefined,
): void {
  if (names === undefined || others === undefined) return;
  const k = names.findIndex((name, i) => name !== others[i]);
  if (k >= 0)
    throw new RangeError(
      `${where}: class ${k} is ${describe(names[k])} in ${sides[0]} and ${describe(others[k])} in ${sides[1]}, needed the same name`,
    );
}
