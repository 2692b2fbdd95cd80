/** Vectors of numbers, such as embeddings, as a data set. */
import type { VectorsInput } from '../core/inputs/vectors';
import { type Vectors, vectorsOf } from '../core/inputs/vectorsReader';
import { readOptions } from '../core/options';
import { meanAndSd } from './meanAndSd';
import { type OwnDataOptions, type OwnDataset, ownDataRules, ownDataset } from './ownData';

/** Mean and deviation of each number of vectors. */
function standardization(vectors: Vectors): VectorsInput {
  const { count, width, at } = vectorsOf('vectors', 'vectors', vectors);
  if (count === 0) throw new RangeError('vectors: vectors are empty, needed at least one');
  const mean = new Array<number>(width).fill(0);
  const sd = new Array<number>(width).fill(0);
  for (let d = 0; d < width; d++) {
    const found = meanAndSd(count, (n) => at(n, d));
    mean[d] = found.mean;
    sd[d] = found.sd;
  }
  if (sd.every((deviation) => deviation === 0))
    throw new RangeError(`vectors: all ${count} vectors are the same, needed vectors that differ`);
  return { kind: 'vectors', mean, sd };
}

/**
 * A data set of vectors, each number of them standardized over the vectors: (v_d − mean_d) / sd_d.
 *
 * Numbers that are the same in all vectors are left out, and `notes` says how many. A model made for the data set keeps means
 * and deviations, so that `predict(model, newVectors)` takes vectors as these are.
 *
 * @param vectors a list of vectors of one width, arrays or typed arrays; or `{ values, width }` for vectors one after another
 * @param options labels, names of classes, weights
 * @returns a data set with `input`, `likelihood` (Gaussian of learned variance) and `notes`
 * @throws TypeError or RangeError when a vector is of another width, a number is not finite, or all vectors are the same
 * @example vectors([[1, 10], [3, 10]], { labels: ['a', 'b'] }).x // [-1, 1]
 */
export function vectors(vectors: Vectors, options: OwnDataOptions = {}): OwnDataset {
  const { input, ...own } = readOptions('vectors', options, ownDataRules('vectors'));
  const fitted = input ?? standardization(vectors);
  const width = fitted.sd.length;
  const same = fitted.sd.filter((deviation) => deviation === 0).length;
  return ownDataset({
    ...own,
    where: 'vectors',
    argument: 'vectors',
    raw: vectors,
    input: fitted,
    notes: same > 0 ? [`${same} of ${width} numbers are the same in all vectors, and left out`] : [],
  });
}
