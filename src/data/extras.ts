/** What a data set may hold of its examples beside inputs and classes. */
import { type Tensor, tensor, tensor2d } from '@tensorflow/tfjs-core';
import { assertNumbers } from '../core/assert';
import { describe } from '../core/describe';
import {
  assertExtrasLength,
  covariatesOf,
  type ExtrasPlace,
  flagsOf,
  observedOf,
  weightsOf,
} from '../core/extras';
import { UNKNOWN_CLASS } from '../core/labels';
import { sizeOf } from '../core/shape';
import { isBytes } from '../core/typedArrays';

/** Facts about each example; every one may be absent. */
export interface Extras {
  /** the classes that each example may have: 1 or 0 for each of count × K, at least one 1 an example */
  readonly allowed?: Uint8Array;
  /** how much each example counts, at least 0 */
  readonly weight?: Float32Array;
  /** what is known of each example beside its inputs, such as a one-hot domain: count × C */
  readonly covariates?: Float32Array;
  /** 1 where a value of x is known and 0 where it is missing, count × prod(shape) */
  readonly observed?: Uint8Array;
}

/** What extras are made of. */
export interface ExtrasOptions {
  /**
   * the classes that each example may have: a list of class indices for each example, or 1 and 0 for each of count × K.
   * A list of one class is a label, one of all classes is none, anything between is a coarse label
   */
  readonly allowed?: readonly ArrayLike<number>[] | Uint8Array;
  /** how much each example counts in the loss: 0, or from 1e-30 to 1e30; default 1 each */
  readonly weight?: ArrayLike<number>;
  /** what is known of each example beside its inputs, count × C; for models that read it */
  readonly covariates?: ArrayLike<number>;
  /** 1 where a value of x is known and 0 where it is missing, count × prod(shape); a missing value is 0 in x */
  readonly observed?: ArrayLike<number>;
}

/** Names of the extras. */
export const EXTRA_NAMES = ['allowed', 'weight', 'covariates', 'observed'] as const;

interface Place extends ExtrasPlace {
  readonly count: number;
  readonly shape: readonly number[];
  readonly classes: number;
}

const allowedOf = (place: Place, given: NonNullable<ExtrasOptions['allowed']>): Uint8Array => {
  const { where, prefix, count, classes } = place;
  if (!Array.isArray(given)) {
    const flags = flagsOf(place, 'allowed', given as Uint8Array);
    assertExtrasLength(
      place,
      'allowed',
      flags.length,
      `${count * classes} = ${count} examples × ${classes} classes`,
      flags.length === count * classes,
    );
    return Uint8Array.from(flags);
  }
  assertExtrasLength(
    place,
    'allowed',
    given.length,
    `a list for each of ${count} examples`,
    given.length === count,
  );
  const flags = new Uint8Array(count * classes);
  for (const [n, list] of given.entries()) {
    assertNumbers(where, `${prefix}allowed[${n}]`, list);
    for (const k of Array.from(list as ArrayLike<number>)) {
      if (!(Number.isInteger(k) && k >= 0 && k < classes))
        throw new RangeError(
          `${where}: ${prefix}allowed[${n}] holds ${describe(k)}, needed integers from 0 to ${classes - 1}`,
        );
      flags[n * classes + k] = 1;
    }
  }
  return flags;
};

/** Refuses sets without a class, and labels outside their set; labels narrow their set, and sets of one class are labels. */
const reconcile = ({ where, prefix, count, classes }: Place, allowed: Uint8Array, y: Uint8Array): void => {
  for (let n = 0; n < count; n++) {
    const set = allowed.subarray(n * classes, (n + 1) * classes);
    const size = set.reduce((sum, flag) => sum + flag, 0);
    if (size === 0)
      throw new RangeError(
        `${where}: ${prefix}allowed[${n}] holds no class, needed at least one for each example`,
      );
    const label = y[n] as number;
    if (label === UNKNOWN_CLASS) {
      if (size === 1) y[n] = set.indexOf(1);
    } else if (set[label] !== 1)
      throw new RangeError(
        `${where}: ${prefix}allowed[${n}] is without class ${label}, needed the example's label among its classes`,
      );
    else if (size > 1) {
      set.fill(0);
      set[label] = 1;
    }
  }
};

/**
 * The extras of a data set, checked; `y` takes the labels that sets of one class are.
 *
 * @throws TypeError or RangeError naming the first value that is none
 */
export function extrasOf(place: Place, given: ExtrasOptions, y: Uint8Array): Extras {
  const { count, shape } = place;
  const { allowed, weight, covariates, observed } = given;
  const size = sizeOf(shape);
  const sets = allowed === undefined ? undefined : allowedOf(place, allowed);
  if (sets) reconcile(place, sets, y);
  const weights = weight === undefined ? undefined : weightsOf(place, weight, count);
  const known = covariates === undefined ? undefined : covariatesOf(place, covariates, count);
  const seen = observed === undefined ? undefined : observedOf(place, observed, count * size);
  if (seen && count > 0 && !seen.includes(1))
    throw new RangeError(
      `${place.where}: ${place.prefix}observed holds zeros alone, needed a value that is known`,
    );
  return {
    ...(sets && { allowed: sets }),
    ...(weights && { weight: weights }),
    ...(known && { covariates: known }),
    ...(seen && { observed: Uint8Array.from(seen) }),
  };
}

/** Rows of an array of `width` numbers an example. */
const rowsOf = <A extends Uint8Array | Float32Array>(
  values: A,
  indices: ArrayLike<number>,
  width: number,
): A => {
  const rows = isBytes(values)
    ? new Uint8Array(indices.length * width)
    : new Float32Array(indices.length * width);
  for (let i = 0; i < indices.length; i++) {
    const from = (indices[i] as number) * width;
    rows.set(values.subarray(from, from + width), i * width);
  }
  return rows as A;
};

/** The extras of some of the examples. */
export const subsetOfExtras = (extras: Extras, count: number, indices: ArrayLike<number>): Extras =>
  Object.fromEntries(
    EXTRA_NAMES.flatMap((name) => {
      const values = extras[name];
      return values ? [[name, rowsOf(values, indices, values.length / count)]] : [];
    }),
  );

/** Number of classes that an example may have; 0 where the data set has no sets. */
export const classesAllowed = ({ allowed }: Extras, classes: number, index: number): number =>
  allowed?.subarray(index * classes, (index + 1) * classes).reduce((sum, flag) => sum + flag, 0) ?? 0;

/** Whether an example has a coarse label: more than one class is possible, and not all. */
export const isCoarse = (extras: Extras, classes: number, index: number): boolean => {
  const size = classesAllowed(extras, classes, index);
  return size > 1 && size < classes;
};

/**
 * The tensors of some examples beside inputs and labels.
 *
 * @param withSets whether `allowed` is among them: where any labeled example has a coarse label, every batch has it, so that
 *   all steps are alike
 */
export function gatherExtras(
  dataset: Extras & { readonly count: number; readonly shape: readonly number[]; readonly classes: number },
  indices: Int32Array,
  withSets: boolean,
): Readonly<Record<string, Tensor>> {
  const { count, shape, classes, allowed, weight, covariates, observed } = dataset;
  const batch = indices.length;
  const floats = (values: Uint8Array | Float32Array): Float32Array =>
    Float32Array.from(rowsOf(values, indices, values.length / count));
  return {
    ...(withSets && allowed && { allowed: tensor2d(floats(allowed), [batch, classes]) }),
    ...(weight && { weight: tensor(floats(weight), [batch]) }),
    ...(covariates && { covariates: tensor2d(floats(covariates), [batch, covariates.length / count]) }),
    ...(observed && { observed: tensor(floats(observed), [batch, ...shape]) }),
  };
}
