/** Vectors of numbers, such as embeddings: x has (v_d − mean_d) / sd_d. */
import { isFiniteNumber, isListOf, parse, parseRecord } from '../../files/json';
import type { InputKind } from './input';

/** JSON that says how vectors are read. */
export interface VectorsInput {
  /** name of the kind in the registry */
  readonly kind: 'vectors';
  /** mean of each number of a vector */
  readonly mean: readonly number[];
  /** its standard deviation; 0 where all vectors have the same value: that one is left out of x */
  readonly sd: readonly number[];
}

/** The specification of lists of vectors. */
export const VECTORS: InputKind<VectorsInput> = {
  parse(where, spec) {
    const { mean, sd } = parseRecord(where, 'input', spec, ['kind', 'mean', 'sd']);
    const numbers = isListOf(isFiniteNumber);
    const means = parse(where, 'input.mean', mean, 'numbers', numbers);
    const fits = (value: unknown): value is readonly number[] =>
      numbers(value) && value.length === means.length && value.every((one) => one >= 0);
    return {
      kind: 'vectors',
      mean: means,
      sd: parse(where, 'input.sd', sd, 'a number of at least 0 for each mean', fits),
    };
  },
  shapeOf: ({ sd }) => [sd.filter((one) => one > 0).length],
};
