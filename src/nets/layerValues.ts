/** How many numbers the layers of a preset hold, known before any is made: a file or a slip can ask for any size. */
import { assertSize } from '../core/assert';

/** Of a layer of `units` that sees `inputs` values for each: kernel and bias, and four more a unit for batch norm. */
export const layerValues = (inputs: number, units: number, batchNorm = false): number =>
  units * (inputs + (batchNorm ? 5 : 1));

/** Of layers in succession, one number each. */
export const stackValues = (
  inputs: number,
  widths: readonly number[],
  batchNorm: boolean,
  taps = 1,
): readonly number[] =>
  widths.map((units, i) =>
    layerValues(taps * (i === 0 ? inputs : (widths[i - 1] as number)), units, batchNorm),
  );

/** The sum of all layers. */
export const totalOf = (values: readonly number[]): number => values.reduce((sum, count) => sum + count, 0);

/** Refuses nets that nothing could hold. */
export const assertValues = (where: string, values: readonly number[]): void =>
  assertSize(where, 'the size of the nets', totalOf(values));
