/** The data that evaluation reads. */
import { recordOf } from '../core/assert';
import type { ByteMeaning } from '../core/byteValues';
import { describe } from '../core/describe';
import { datasetHint } from '../core/hints';
import { integersFrom, number, seedStream } from '../core/options';
import { isBytes } from '../core/typedArrays';
import { assertBytesFit } from '../models/inputs';
import type { Model } from '../models/model';
import { type Inputs, type OpenedInputs, openInputs } from '../models/openInputs';

/** Inputs to evaluate on; a data set of the library is one as it stands. */
export interface Examples {
  /** N examples: bytes (value / 255, or counts), float32 values or numbers one after another, or a float32 tensor [N, …] */
  readonly x: Inputs;
  /** what bytes stand for, as a data set says; default what the model's likelihood takes them for */
  readonly bytes?: ByteMeaning;
}

/** Inputs with the class of each. */
export interface LabeledExamples extends Examples {
  /** class indices, N integers from 0 to K − 1; −1 (or 255) where one is not known */
  readonly y: ArrayLike<number | bigint>;
}

/**
 * Checks inputs against a model.
 *
 * @param where name of the calling function, for the message
 * @throws TypeError or RangeError as `openInputs`; RangeError when there is no example
 */
export async function openExamples(
  where: string,
  { x, bytes }: Examples,
  model: Model,
): Promise<OpenedInputs> {
  if (isBytes(x)) assertBytesFit(where, model, bytes);
  const opened = await openInputs(where, 'x', x, model);
  if (opened.count === 0) throw new RangeError(`${where}: x holds no example, needed at least one`);
  return opened;
}

/** How the options of a bound's estimate are read. */
export const drawRules = () => ({
  samples: number(integersFrom(1)),
  batchSize: number(integersFrom(1), 100),
  seed: seedStream(),
});

/** Refuses anything but a record of inputs. */
export function assertExamples(where: string, data: Examples): void {
  const hint = datasetHint('data', recordOf(where, data, 'data'));
  if (hint === '') return;
  throw new TypeError(`${where}: data is ${describe(data)}, needed { x, y }, such as a data set${hint}`);
}

/** Refuses the bound of an example that is NaN. */
export function assertBound(where: string, example: number, bound: number): void {
  if (Number.isNaN(bound))
    throw new RangeError(
      `${where}: the bound of example ${example} is NaN, needed finite inputs and weights, and a likelihood that is finite at them`,
    );
}
