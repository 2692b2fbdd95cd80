/** What is known of examples beside x, for models that read it. */
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { covariatesOf } from '../core/extras';
import { assertShapes } from '../core/shape';
import type { Known, Model } from './model';

/**
 * Refuses covariates of another shape than the model reads.
 *
 * @param where name of the calling function, for the message
 * @param name of the covariates, for the message
 * @throws TypeError where the model reads some and none are given; RangeError where they are of another shape
 */
export function assertCovariates(
  where: string,
  name: string,
  { covariates: width }: Pick<Model, 'covariates'>,
  given: Tensor | undefined,
  rows: number,
): void {
  if (width === undefined) return;
  if (given === undefined)
    throw new TypeError(
      `${where}: ${name} is undefined, needed [${rows},${width}], as the model reads ${width} of each example`,
    );
  assertShapes(where, { [name]: [given, `${rows} ${width}`, 'float32'] });
}

/** Refuses covariates that a call gives to a model that reads none. */
export function assertReadsCovariates(
  where: string,
  { covariates: needed }: Pick<Model, 'covariates'>,
  given: unknown,
): void {
  if (given !== undefined && needed === undefined)
    throw new RangeError(
      `${where}: covariates are given, needed none: the model reads none, as it was made without \`covariates\``,
    );
}

/**
 * Refuses another number of covariates of N examples than the model reads.
 *
 * @param where name of the calling function, for the message
 * @param given N × C numbers in rows
 * @throws TypeError where the model reads some and none are given; RangeError where they are not N × C
 */
export function assertCovariateCount(
  where: string,
  { covariates: needed }: Pick<Model, 'covariates'>,
  given: ArrayLike<number> | undefined,
  count: number,
): void {
  if (needed === undefined || count === 0) return;
  const reads = `as the model reads ${needed} of each example`;
  if (given === undefined)
    throw new TypeError(`${where}: covariates are undefined, needed ${count} × ${needed} numbers, ${reads}`);
  if (given.length !== count * needed)
    throw new RangeError(
      `${where}: covariates have ${given.length} values, needed ${count} × ${needed}, ${reads}`,
    );
}

/**
 * The covariates of N examples, by range.
 *
 * @param where name of the calling function, for the message
 * @param given N × C numbers in rows
 * @returns gives those of examples `from` to before `to`; the tensor is the caller's
 * @throws TypeError where the model reads some and none are given; RangeError where they are not N × C finite numbers
 */
export function covariateRows(
  where: string,
  model: Pick<Model, 'covariates'>,
  given: ArrayLike<number> | undefined,
  count: number,
): (from: number, to: number) => Known {
  if (given === undefined) {
    assertCovariateCount(where, model, given, count);
    return () => ({});
  }
  const values = count === 0 ? new Float32Array() : covariatesOf({ where, prefix: '' }, given, count);
  const width = count === 0 ? 0 : values.length / count;
  assertCovariateCount(where, model, values, count);
  return (from, to) => ({
    covariates: tensor2d(values.slice(from * width, to * width), [to - from, width]),
  });
}
