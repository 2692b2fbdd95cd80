/** Classes of examples as people write them: names, numbers, true and false, and lists of the classes that are possible. */
import { indexOfName } from '../core/classNames';
import { describe } from '../core/describe';
import { type Cell, cellReader, MISSING_TEXTS } from '../core/inputs/cells';
import { UNKNOWN_CLASS } from '../core/labels';
import { isBytes, isClamped } from '../core/typedArrays';

/**
 * A class by its name; nothing, NaN, an empty text and −1 mean that it is not known. The number 255 means it too among bytes, and
 * where the other classes are the numbers 0 … K − 1, as in the `y` of a data set.
 */
export type ClassLabel = string | number | bigint | boolean | null | undefined;

/** A label for each example; a list of classes is a coarse label, one of them being right. */
export type ClassLabels = ArrayLike<ClassLabel | readonly ClassLabel[]>;

/** Labels as a data set has them. */
export interface ReadClasses {
  /** class of each example, or −1 */
  readonly y: Int32Array;
  /** classes that each example may have; present where a label is coarse */
  readonly allowed?: readonly (readonly number[])[];
  /** what the classes are called; absent where no class is known */
  readonly classNames?: readonly string[];
  /** K, at least 1 */
  readonly classes: number;
}

/** More classes than a data set holds. */
const MOST_CLASSES = 255;

/** More classes than that, and fractions among them, are measurements. */
const MOST_FRACTIONS = 20;

const isUnknown = (cell: Cell): boolean =>
  cell === undefined || cell === -1 || (typeof cell === 'string' && /^-1(\.0+)?$/.test(cell));

const is255 = (label: unknown): boolean =>
  (typeof label === 'number' || typeof label === 'bigint') && Number(label) === UNKNOWN_CLASS;

/** Whether 255 means an unknown class, as in the `y` of a data set. */
function means255(labels: ArrayLike<unknown>): boolean {
  const all = Array.from(labels).flat();
  if (!all.some(is255)) return false;
  if (isBytes(labels) || isClamped(labels)) return true;
  const others = new Set(all.filter((label) => !is255(label) && !isUnknown(label as Cell)).map(Number));
  others.delete(Number.NaN);
  return Array.from({ length: others.size }, (_, k) => k).every((k) => others.has(k));
}

/** Names in an order that does not depend on that of the examples: numbers by size, texts by their characters. */
const sorted = (names: readonly string[]): string[] =>
  names.every((name) => name.trim() !== '' && Number.isFinite(Number(name)))
    ? [...names].sort((a, b) => Number(a) - Number(b))
    : [...names].sort();

/** The number that labels have for an unknown class, if any. */
const unknownIn = (labels: ArrayLike<unknown>, no255: boolean): string | undefined => {
  if (no255) return String(UNKNOWN_CLASS);
  return Array.from(labels).some((label) => Number(label) === -1) ? '-1' : undefined;
};

const assertClasses = (
  where: string,
  name: string,
  names: readonly string[],
  unknown: string | undefined,
): void => {
  if (names.length === 0)
    throw new RangeError(
      `${where}: ${name} holds no class that is known, needed at least one; leave it out where there is none`,
    );
  const fractions = names.some((one) => !Number.isInteger(Number(one)) && Number.isFinite(Number(one)));
  if (names.length > (fractions ? MOST_FRACTIONS : MOST_CLASSES))
    throw new RangeError(
      `${where}: ${name} holds ${names.length} different values, needed at most ${MOST_CLASSES} classes, not measurements or identifiers`,
    );
  if (names.length === 1 && unknown !== undefined)
    throw new RangeError(
      `${where}: ${name} holds ${unknown} and ${describe(names[0])} alone, and ${unknown} means unknown; needed two classes, or classNames: [${describe(unknown)}, ${describe(names[0])}] where ${unknown} is one`,
    );
};

/**
 * Reads labels.
 *
 * @param where name of the calling function, for messages
 * @param name the argument
 * @param labels one for each example
 * @param options names of the classes in their order, default those that the labels hold; texts that mean an unknown class
 * @throws TypeError or RangeError naming the first label that is none
 */
export function readClasses(
  where: string,
  name: string,
  labels: ClassLabels,
  {
    classNames,
    missing = MISSING_TEXTS,
  }: { readonly classNames?: readonly string[] | undefined; readonly missing?: readonly string[] } = {},
): ReadClasses {
  if (typeof labels !== 'object' || !Number.isInteger(labels?.length))
    throw new TypeError(
      `${where}: ${name} is ${describe(labels)}, needed a list of a label for each example`,
    );
  // A text that names a class is not a missing value.
  const named = new Set(classNames);
  const read = cellReader(missing.filter((text) => !named.has(text)));
  const no255 = !named.has(String(UNKNOWN_CLASS)) && means255(labels);
  const cells = Array.from(labels, (label, i) =>
    (Array.isArray(label) ? label : [label]).map((one: unknown) => {
      if (no255 && is255(one)) return undefined;
      const cell = read(one, () => `${where}: ${name}[${i}]`);
      return isUnknown(cell) && !named.has(String(cell)) ? undefined : String(cell);
    }),
  );
  const torn = cells.findIndex((list) => list.length > 1 && list.includes(undefined));
  if (torn >= 0)
    throw new RangeError(
      `${where}: ${name}[${torn}] is a list with an unknown class, needed classes alone, or nothing where any class is possible`,
    );
  const twice = cells.findIndex((list) => new Set(list).size < list.length);
  if (twice >= 0)
    throw new RangeError(
      `${where}: ${name}[${twice}] names a class twice, needed each possible class once; one-hot rows are for tensorDataset, here a label is the name or number of its class`,
    );
  const known = (list: readonly (string | undefined)[]): string[] => list.filter((one) => one !== undefined);
  if (classNames === undefined)
    assertClasses(where, name, [...new Set(cells.flatMap(known))], unknownIn(labels, no255));
  const names = classNames ?? sorted([...new Set(cells.flatMap(known))]);
  const indices = cells.map((list, i) =>
    known(list).map((one) => {
      const index = indexOfName(names, one);
      if (index >= 0) return index;
      throw new RangeError(
        `${where}: ${name}[${i}] is ${describe(one)}, needed one of ${names.slice(0, 12).map(describe).join(', ')}${names.length > 12 ? ', …' : ''}, or nothing where the class is unknown`,
      );
    }),
  );
  const isCoarse = (list: readonly number[]): boolean => new Set(list).size > 1;
  const all = names.map((_, k) => k);
  return {
    y: Int32Array.from(indices, (list) => (list.length > 0 && !isCoarse(list) ? (list[0] as number) : -1)),
    ...(indices.some(isCoarse) && { allowed: indices.map((list) => (list.length > 0 ? list : all)) }),
    classNames: names,
    classes: names.length,
  };
}
