/** Which examples are labeled, which are not, and which are held back: stratified, by seed. */
import { oneLine } from '../core/describe';
import type { Noise } from '../core/noise';
import { flag, integersFrom, number, optional, readOptions, seedStream } from '../core/options';
import type { Dataset } from './dataset';
import { isCoarse } from './extras';
import { assertDataset } from './gather';

/** Indices into a data set: four disjoint parts, each in ascending order, that make up the whole. */
export interface Split {
  /** examples whose class training may see */
  readonly labeled: Int32Array;
  /** examples whose class training may not see */
  readonly unlabeled: Int32Array;
  /** examples held back from training, for choosing settings */
  readonly validation: Int32Array;
  /** examples held back from training and from every choice, for one figure at the end */
  readonly test: Int32Array;
}

/** How a data set is split. */
export interface SplitOptions {
  /**
   * number of examples whose class training may see; default: every one whose class is known, but for those held back.
   * Examples of a coarse label are labeled too, beyond this number
   */
  readonly labeled?: number;
  /**
   * whether every class must have a labeled example; default `true`. With `false` a class may have none, or no known
   * example at all: it is learned from the unlabeled examples alone
   */
  readonly everyClass?: boolean;
  /** number of examples held back for choosing settings; default 0 */
  readonly validation?: number;
  /** number of examples held back for the end; default 0. They do not depend on the size of the other parts */
  readonly test?: number;
  /** seed of the choice */
  readonly seed: number | Noise;
}

/** Indices by their group, in their order. Arrays of numbers would take more memory than many data sets of vectors. */
const grouped = (
  count: number,
  groups: number,
  groupOf: (index: number) => number,
  indexOf: (n: number) => number = (n) => n,
): readonly Int32Array[] => {
  const places = new Float64Array(groups);
  const next = (group: number): number => {
    const place = places[group] as number;
    places[group] = place + 1;
    return place;
  };
  for (let n = 0; n < count; n++) next(groupOf(indexOf(n)));
  const indices = Array.from(places, (size) => new Int32Array(size));
  places.fill(0);
  for (let n = 0; n < count; n++) {
    const index = indexOf(n);
    const group = groupOf(index);
    (indices[group] as Int32Array)[next(group)] = index;
  }
  return indices;
};

/**
 * Examples of each class, those of coarse labels, and those of which nothing is known.
 *
 * @param indices examples to look at; default: all
 */
export const byClass = (dataset: Dataset, indices?: ArrayLike<number>) => {
  const { y, classes } = dataset;
  const count = (indices ?? y).length;
  const partOf = (i: number): number => {
    const label = y[i] as number;
    return label < classes ? label : isCoarse(dataset, classes, i) ? classes : classes + 1;
  };
  const parts = grouped(count, classes + 2, partOf, (n) => indices?.[n] ?? n);
  const [coarse, unknown] = parts.slice(classes) as [Int32Array, Int32Array];
  return { members: parts.slice(0, classes), coarse, unknown };
};

/** Parts of a split, in the order of their numbers. */
const PARTS = ['unlabeled', 'labeled', 'validation', 'test'] as const satisfies readonly (keyof Split)[];
const [UNLABELED, LABELED, VALIDATION, TEST] = [0, 1, 2, 3] as const;

/** Indices of each part in ascending order, out of the number of the part of each example. */
const partsOf = (numbers: Uint8Array): Split => {
  const parts = grouped(numbers.length, PARTS.length, (i) => numbers[i] as number);
  return Object.fromEntries(PARTS.map((name, part) => [name, parts[part] as Int32Array])) as never;
};

// Proportional to class sizes by largest remainders, ties in the drawn order of classes; `kept` of each are left.
const proportional = (total: number, sizes: readonly number[], order: Int32Array, kept: number): number[] => {
  const all = Math.max(
    1,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  const most = sizes.map((size) => Math.max(0, size - kept));
  const shares = sizes.map((size, k) => Math.min(Math.floor((total * size) / all), most[k] as number));
  const remainder = (k: number): number => (total * (sizes[k] as number)) / all - (shares[k] as number);
  let missing = total - shares.reduce((sum, share) => sum + share, 0);
  const ranked = [...order].sort((a, b) => remainder(b) - remainder(a));
  while (missing > 0) {
    for (const k of ranked) {
      if (missing > 0 && (shares[k] as number) < (most[k] as number)) {
        shares[k] = (shares[k] as number) + 1;
        missing--;
      }
    }
  }
  return shares;
};

// As equal as the sizes allow: one each in turn, in the drawn order of classes, until all are given.
const equal = (total: number, sizes: readonly number[], order: Int32Array): number[] => {
  const shares = sizes.map(() => 0);
  let given = 0;
  while (given < total) {
    for (const k of order) {
      if (given < total && (shares[k] as number) < (sizes[k] as number)) {
        shares[k] = (shares[k] as number) + 1;
        given++;
      }
    }
  }
  return shares;
};

interface Wanted {
  readonly labeled: number | undefined;
  readonly validation: number;
  readonly test: number;
  readonly everyClass: boolean;
}

/** Number of labeled examples; numbers that the known examples cannot fill are refused, in the words they were given in. */
const labeledOf = (
  dataset: Dataset,
  members: readonly ArrayLike<number>[],
  { labeled, validation, test, everyClass }: Wanted,
): number => {
  const held = validation + test;
  // The parts that were given, in the words they were given in.
  const parts = Object.entries({ labeled, validation, test }).filter(([part, size]) =>
    part === 'labeled' ? size !== undefined : size !== 0,
  );
  const names = (from: number): string => {
    const given = parts.filter(([part]) => from === 0 || part !== 'labeled');
    return `${given.map(([part]) => part).join(' + ')} is ${given.map(([, size]) => size).join(' + ')}`;
  };
  const { name, classes } = dataset;
  const count = members.reduce((sum, examples) => sum + examples.length, 0);
  const known = count < dataset.count;
  const refuse = (what: string): never => {
    throw new RangeError(`splitDataset: ${what}`);
  };
  const empty = members.findIndex((examples) => examples.length === 0);
  if (everyClass && empty >= 0)
    refuse(
      `class ${empty} has no ${known ? 'known ' : ''}example, needed at least one of each class, or everyClass: false`,
    );
  const least = everyClass ? classes : 0;
  const examples = `the examples ${known ? 'of a known class in ' : 'of '}"${oneLine(name)}"`;
  if (labeled !== undefined && labeled < least)
    refuse(`labeled is ${labeled}, needed at least ${least}, one for each class, or everyClass: false`);
  if (labeled !== undefined && labeled + held > count)
    refuse(`${names(0)}, needed at most ${count}, ${examples}`);
  if (labeled === undefined && held > count - least)
    refuse(
      `${names(1)}, needed at most ${count - least}: ${examples} are ${count}${everyClass ? `, and one of each of ${classes} classes is to be labeled` : ''}`,
    );
  return labeled ?? count - held;
};

/**
 * Splits a data set into labeled, unlabeled, validation and test examples.
 *
 * Labeled examples are as many for each class, up to one (a class that has too few gives all it has, and the
 * others make up for it); validation and test examples are in proportion to the classes; the rest is unlabeled, and so is every
 * example whose class is not known. With the same seed more labels contain the fewer, and the labeled do not depend on
 * the size of the validation part (unless it leaves a class too few).
 *
 * @param dataset the data set to split; only its classes are read
 * @param options number of labeled, validation and test examples, whether every class needs a label, seed
 * @returns indices into the data set
 * @throws RangeError when more are asked for than there are, or, unless `everyClass` is `false`, a class has no known example
 * or there are fewer labels than classes
 * @example splitDataset(digits({ count: 1000, seed: 1 }), { labeled: 100, seed: 1 }).unlabeled.length // 900
 */
export function splitDataset(dataset: Dataset, options: SplitOptions): Split {
  const { seed: noise, ...wanted } = readOptions('splitDataset', options, {
    labeled: optional(number(integersFrom(0))),
    validation: number(integersFrom(0), 0),
    test: number(integersFrom(0), 0),
    seed: seedStream(),
    everyClass: flag(true),
  });
  const { validation, test, everyClass } = wanted;
  assertDataset('splitDataset', dataset);
  const { members, coarse } = byClass(dataset);
  const labeled = labeledOf(dataset, members, wanted);
  const order = noise.split('classes').permutation(dataset.classes);
  const sizes = members.map((examples) => examples.length);
  const least = everyClass ? 1 : 0;
  const tested = proportional(test, sizes, order, least);
  const left = sizes.map((size, k) => size - (tested[k] as number));
  const held = proportional(validation, left, order, least);
  const shown = equal(
    labeled,
    left.map((size, k) => size - (held[k] as number)),
    order,
  );
  // What has no known class is unlabeled, 0, and what has a coarse label is labeled.
  const numbers = new Uint8Array(dataset.count);
  for (const i of coarse) numbers[i] = LABELED;
  for (const [k, examples] of members.entries()) {
    const shuffled = noise.split(k).permutation(examples.length);
    // Labels come from the front, the test part from the back and the validation part before it, so that no label moves
    // what is held back, and no validation part what is tested.
    const [first, end] = [shown[k] as number, left[k] as number];
    const last = end - (held[k] as number);
    for (let position = 0; position < shuffled.length; position++) {
      const part =
        position < first ? LABELED : position < last ? UNLABELED : position < end ? VALIDATION : TEST;
      numbers[examples[shuffled[position] as number] as number] = part;
    }
  }
  return partsOf(numbers);
}
