/** The data that evaluation reads. */
import { assertNumbers } from '../core/assert';
import { classOf, UNKNOWN_CLASS } from '../core/labels';
import { describe } from '../core/shape';
import { isBytes } from '../core/typedArrays';
import type { Model } from '../models/model';
import { type Inputs, type OpenedInputs, openInputs } from '../models/openInputs';

/** Inputs to evaluate on; a data set of the library is one as it stands. */
export interface Examples {
  /** N examples: bytes (divided by 255), float32 values or numbers one after another, or a float32 tensor [N, …] */
  readonly x: Inputs;
}

/** Inputs with the class of each. */
export interface LabeledExamples extends Examples {
  /** class indices, N integers from 0 to K − 1; −1 (or {@link UNKNOWN_CLASS}) where one is not known */
  readonly y: ArrayLike<number | bigint>;
}

/**
 * Checks inputs against a model.
 *
 * @param where name of the calling function, for the message
 * @throws TypeError or RangeError as `openInputs`; RangeError when there is no example
 */
export async function openExamples(where: string, x: Inputs, model: Model): Promise<OpenedInputs> {
  const opened = await openInputs(where, 'x', x, model);
  if (opened.count === 0) throw new RangeError(`${where}: x holds no example, needed at least one`);
  return opened;
}

/**
 * Class indices of examples.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @param y the labels
 * @param count how many there must be
 * @param classes K
 * @returns integers from 0 to K − 1, and −1 where a class is not known
 * @throws RangeError when another number of labels came, or one is no class
 */
export function readLabels(
  where: string,
  name: string,
  y: ArrayLike<number | bigint>,
  count: number,
  classes: number,
): Int32Array {
  assertNumbers(where, name, y);
  if (y.length !== count) {
    throw new RangeError(
      `${where}: ${name} holds ${y.length} labels, needed one for each of ${count} examples`,
    );
  }
  return Int32Array.from({ length: count }, (_, i) => {
    const index = classOf(y[i], classes);
    if (index !== undefined) return index;
    throw new RangeError(
      `${where}: ${name}[${i}] is ${describe(y[i])}, needed an integer from 0 to ${classes - 1}, or -1 for an unknown class`,
    );
  });
}

/**
 * Class indices that must all be known.
 *
 * @param classes K; without it, any integer of at least 0 is a class, but for {@link UNKNOWN_CLASS} in bytes, which a
 * data set's labels are
 * @returns integers from 0 to K − 1
 * @throws RangeError as {@link readLabels}, and when a class is not known
 */
export function readKnownLabels(
  where: string,
  name: string,
  y: ArrayLike<number | bigint>,
  count: number,
  classes?: number,
): Int32Array {
  const most = classes ?? (isBytes(y) ? UNKNOWN_CLASS : 2 ** 31 - 1);
  const labels = readLabels(where, name, y, count, most);
  const unknown = labels.indexOf(-1);
  if (unknown < 0) return labels;
  const needed = classes === undefined ? 'of at least 0' : `from 0 to ${classes - 1}`;
  throw new RangeError(
    `${where}: ${name}[${unknown}] is ${describe(y[unknown])}, needed an integer ${needed}: leave out examples whose class is unknown`,
  );
}

/** Refuses the bound of an example that is NaN. */
export function assertBound(where: string, example: number, bound: number): void {
  if (Number.isNaN(bound))
    throw new RangeError(
      `${where}: the bound of example ${example} is NaN, needed finite inputs and weights, and a likelihood that is finite at them`,
    );
}
