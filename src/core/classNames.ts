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

/** Index of the class of a name, spaces around it left aside; −1 where there is none. */
export const indexOfName = (names: readonly string[], name: string): number => {
  const index = names.indexOf(name);
  return index >= 0 ? index : names.findIndex((one) => one.trim() === name.trim());
};

/**
 * Labels as class indices, where they may be names of classes.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @param labels indices, or names of classes; nothing and an empty text mean an unknown class
 * @param names of the classes, where they have some
 * @returns an index for each name, −1 for an unknown class; labels without a text, or of classes without names, as they are
 * @throws RangeError naming the first that is not a class, or when numbers may be names and are in an array without a type
 */
export function indicesOfNames(
  where: string,
  name: string,
  labels: ArrayLike<number | bigint | string | null | undefined>,
  names: readonly string[] | undefined,
): ArrayLike<number | bigint> {
  if (names === undefined || !Array.isArray(labels)) return labels as ArrayLike<number | bigint>;
  if (!labels.some(isString)) {
    assertIndices(where, name, labels, names);
    return labels;
  }
  return labels.map((label, i) => {
    if (label === undefined || label === null) return -1;
    if (!isString(label)) return label;
    if (label.trim() === '') return -1;
    const index = indexOfName(names, label);
    if (index >= 0) return index;
    throw new RangeError(
      `${where}: ${name}[${i}] is ${describe(label)}, needed one of ${names.slice(0, 12).map(describe).join(', ')}, or nothing where the class is unknown`,
    );
  });
}

/**
 * Refuses numbers that may be indices or names: those of the classes are numbers, and other ones than their indices.
 *
 * @throws RangeError
 */
function assertIndices(
  where: string,
  name: string,
  labels: readonly unknown[],
  names: readonly string[],
): void {
  const numeric = names.every((one) => one.trim() !== '' && Number.isFinite(Number(one)));
  if (!numeric || names.every((one, k) => Number(one) === k)) return;
  if (labels.some((label) => typeof label === 'number' && label >= 0))
    throw new RangeError(
      `${where}: ${name} holds numbers in an array, and classes are called ${names.slice(0, 6).join(', ')}, needed names as texts: ${name}.map(String); or indices in an Int32Array`,
    );
}

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
