/** Which examples are labelled, which are not, and which are held back: stratified, by seed. */
import { assertInteger, type OptionNames, optionsOf } from '../core/assert';
import { assertNoise, type Noise } from '../core/noise';
import { assertDataset, type Dataset } from './dataset';

/** Indices into a data set: three disjoint parts, each in ascending order, that make up the whole. */
export interface Split {
  /** examples whose class training may see */
  readonly labeled: Int32Array;
  /** examples whose class training may not see */
  readonly unlabeled: Int32Array;
  /** examples held back from training, for choosing settings */
  readonly validation: Int32Array;
}

/** How a data set is split. */
export interface SplitOptions {
  /** number of labelled examples; default: every example whose class is known, but for those held back */
  readonly labeled?: number;
  /** number of examples held back; default 0 */
  readonly validation?: number;
  /** stream that the choice is drawn from */
  readonly noise: Noise;
}

const NAMES: OptionNames<SplitOptions> = { labeled: true, validation: true, noise: true };

/** Examples of each class, and those of none that is known. */
const byClass = ({ y, classes }: Dataset): { readonly members: number[][]; readonly unknown: number[] } => {
  const members: number[][] = Array.from({ length: classes }, () => []);
  const unknown: number[] = [];
  for (let i = 0; i < y.length; i++) (members[y[i] as number] ?? unknown).push(i);
  return { members, unknown };
};

// Proportional to class sizes by largest remainders, ties in the drawn order of classes; no class is emptied.
const proportional = (total: number, sizes: readonly number[], order: Int32Array): number[] => {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const shares = sizes.map((size) => Math.min(Math.floor((total * size) / all), size - 1));
  const remainder = (k: number): number => (total * (sizes[k] as number)) / all - (shares[k] as number);
  let missing = total - shares.reduce((sum, share) => sum + share, 0);
  const ranked = [...order].sort((a, b) => remainder(b) - remainder(a));
  while (missing > 0) {
    for (const k of ranked) {
      if (missing > 0 && (shares[k] as number) < (sizes[k] as number) - 1) {
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

/**
 * Splits a data set into labelled, unlabelled and validation examples.
 *
 * Labelled examples are as many for each class, up to one (a class that has too few gives all it has, and the
 * others make up for it); validation examples are in proportion to the classes; the rest is unlabelled, and so is every
 * example whose class is not known. With the same stream more labels contain the fewer, and the labelled do not depend on
 * the size of the validation part (unless it leaves a class too few).
 *
 * @param dataset what is split; only its classes are looked at
 * @param options number of labelled and of validation examples, noise
 * @returns indices into the data set
 * @throws RangeError when a class has no example, there are fewer labels than classes, or more are asked for than there are
 * @example splitDataset(digits({ count: 1000, noise }), { labeled: 100, noise }).unlabeled.length // 900
 */
export function splitDataset(dataset: Dataset, options: SplitOptions): Split {
  const { validation = 0, noise } = optionsOf('splitDataset', options, NAMES);
  assertDataset('splitDataset', dataset);
  assertNoise('splitDataset', noise);
  const { classes } = dataset;
  const { members, unknown } = byClass(dataset);
  const count = dataset.count - unknown.length;
  assertInteger('splitDataset', 'validation', validation, 0);
  const { labeled = count - validation } = options;
  assertInteger('splitDataset', 'labeled', labeled);
  const empty = members.findIndex((examples) => examples.length === 0);
  if (empty >= 0)
    throw new RangeError(
      `splitDataset: class ${empty} has no ${unknown.length > 0 ? 'known ' : ''}example, needed at least one of each class`,
    );
  if (labeled < classes) {
    throw new RangeError(
      `splitDataset: labeled is ${labeled}, needed at least ${classes}, one for each class`,
    );
  }
  if (labeled + validation > count) {
    throw new RangeError(
      `splitDataset: labeled + validation is ${labeled} + ${validation}, needed at most ${count}, the examples of ${unknown.length > 0 ? 'a known class in ' : ''}"${dataset.name}"`,
    );
  }
  const order = noise.split('classes').permutation(classes);
  const sizes = members.map((examples) => examples.length);
  const held = proportional(validation, sizes, order);
  const shown = equal(
    labeled,
    sizes.map((size, k) => size - (held[k] as number)),
    order,
  );
  const parts: { [name in keyof Split]: number[] } = { labeled: [], unlabeled: unknown, validation: [] };
  for (const [k, examples] of members.entries()) {
    const shuffled = Array.from(noise.split(k).permutation(examples.length), (i) => examples[i] as number);
    // Labels come from the front and the validation part from the back, so that neither moves the other.
    const [first, last] = [shown[k] as number, examples.length - (held[k] as number)];
    for (const [position, i] of shuffled.entries()) {
      const part = position < first ? 'labeled' : position < last ? 'unlabeled' : 'validation';
      parts[part].push(i);
    }
  }
  const ascending = (indices: number[]): Int32Array => Int32Array.from(indices).sort();
  return {
    labeled: ascending(parts.labeled),
    unlabeled: ascending(parts.unlabeled),
    validation: ascending(parts.validation),
  };
}
