/** The variance of a Gaussian that explains a batch best: that of its residuals. */
import {
  add,
  div,
  greater,
  mul,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Variable,
  where as whereTrue,
} from '@tensorflow/tfjs-core';
import { describe } from '../core/describe';
import { perExample } from '../core/perExample';
import { isShaped, sizeOf } from '../core/shape';
import type { TrainingLogProbOptions } from './likelihood';

/** Which values count, and how much. */
type Counted = Pick<TrainingLogProbOptions, 'observed' | 'rowWeights'>;

const weightsOf = (where: string, weights: Tensor, rows: number): Tensor1D => {
  if (!isShaped(weights) || weights.size !== rows)
    throw new RangeError(
      `${where}: rowWeights is ${describe(weights)}, needed a tensor with a weight for each of ${rows} rows`,
    );
  return reshape(weights, [rows]);
};

/**
 * The maximum-likelihood variance of all values of a batch.
 *
 *   σ² = Σ_r w_r Σ_d o_rd (x_rd − m_rd)² / Σ_r w_r Σ_d o_rd      w: `rowWeights`, o: `observed`
 *
 * @param where name of the calling function, for the message
 * @param mean m, [R, …]
 * @param x values, the same shape
 * @param otherwise the variance where nothing counts
 * @returns a scalar, with a gradient in the means
 * @throws RangeError when there is not a weight for each row
 */
export function residualVariance(
  where: string,
  mean: Tensor,
  x: Tensor,
  { observed, rowWeights }: Counted,
  otherwise: Tensor,
): Tensor {
  const [rows = 0, ...values] = mean.shape;
  const squares = square(sub(x, mean));
  const distance = perExample(observed ? mul(squares, observed) : squares);
  const weights = rowWeights && weightsOf(where, rowWeights, rows);
  const total = (perRow: Tensor1D): Tensor => sum(weights ? mul(perRow, weights) : perRow);
  if (!observed && !weights) return div(total(distance), rows * sizeOf(values));
  const count = observed
    ? total(perExample(mul(observed, 1)))
    : mul(sum(weights as Tensor1D), sizeOf(values));
  const counts = greater(count, 0);
  return whereTrue(counts, div(total(distance), whereTrue(counts, count, 1)), reshape(otherwise, []));
}

/** Share of the old running variance that an update keeps, as in batch norm. */
const MOMENTUM = 0.9;

/** Moves a running variance towards that of a batch. */
export const moveVariance = (running: Variable, now: Tensor): void =>
  running.assign(add(mul(running, MOMENTUM), mul(reshape(now, [1]), 1 - MOMENTUM)));
