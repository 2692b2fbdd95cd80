/** The variance of a Gaussian that explains a batch best: that of its residuals. */
import {
  add,
  div,
  mul,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Variable,
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
 * @returns a scalar, with a gradient in the means
 * @throws RangeError when there is not a weight for each row
 */
export function residualVariance(
  where: string,
  mean: Tensor,
  x: Tensor,
  { observed, rowWeights }: Counted,
): Tensor {
  const [rows = 0, ...values] = mean.shape;
  const squares = square(sub(x, mean));
  const distance = perExample(observed ? mul(squares, observed) : squares);
  const weights = rowWeights && weightsOf(where, rowWeights, rows);
  const total = (perRow: Tensor1D): Tensor => sum(weights ? mul(perRow, weights) : perRow);
  if (observed) return div(total(distance), total(perExample(mul(observed, 1))));
  const count = sizeOf(values);
  return weights ? div(total(distance), mul(sum(weights), count)) : div(total(distance), rows * count);
}

/** Share of the old running variance that an update keeps, as in batch norm. */
const MOMENTUM = 0.9;

/** Moves a running variance towards that of a batch. */
export const moveVariance = (running: Variable, now: Tensor): void =>
  running.assign(add(mul(running, MOMENTUM), mul(reshape(now, [1]), 1 - MOMENTUM)));
