/** The data that evaluation reads. */
import { assertNumbers } from '../core/assert';
import { describe } from '../core/shape';
import type { Model } from '../models/model';
import { type Inputs, type OpenedInputs, openInputs } from '../models/openInputs';

/** Inputs to evaluate on; a data set of the library is one as it stands. */
export interface Examples {
  /** N examples: bytes (divided by 255), float32 values or numbers one after another, or a float32 tensor [N, …] */
  readonly x: Inputs;
}

/** Inputs with the class of each. */
export interface LabeledExamples extends Examples {
  /** class indices, N integers from 0 to K − 1 */
  readonly y: ArrayLike<number>;
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
 * Refuses labels that do not fit.
 *
 * @param where name of the calling function, for the message
 * @param isAllowed whether something else may stand for a label
 * @throws RangeError unless there are `count` integers from 0 to `classes` − 1
 */
export function assertLabels(
  where: string,
  name: string,
  y: ArrayLike<number>,
  count: number,
  classes: number,
  isAllowed: (label: number) => boolean = () => false,
): void {
  assertNumbers(where, name, y);
  if (y.length !== count) {
    throw new RangeError(
      `${where}: ${name} holds ${y.length} labels, needed one for each of ${count} examples`,
    );
  }
  for (let i = 0; i < count; i++) {
    const label = y[i] ?? Number.NaN;
    if (!isAllowed(label) && !(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new RangeError(
        `${where}: ${name}[${i}] is ${describe(label)}, needed an integer from 0 to ${classes - 1}`,
      );
    }
  }
}

/** Refuses the bound of an example that is NaN. */
export function assertBound(where: string, example: number, bound: number): void {
  if (Number.isNaN(bound))
    throw new RangeError(
      `${where}: the bound of example ${example} is NaN, needed finite inputs and weights, and a likelihood that is finite at them`,
    );
}
