/** One step of an exponential moving mean, in float32. */
import { add, maximum, mul, sub, type Tensor } from '@tensorflow/tfjs-core';

/** The share from which on a mean moves from its former value; below it is a weighted sum. */
const LEAST_MOVED = 0.1;

/**
 * Whether a mean that keeps this share of its former value can move from there: `former + (1 − kept)·(now − former)`.
 *
 * In float32 the error of that is below ε·(1 − kept)/kept of the result, ε = 6·10⁻⁸: 9 ε at a tenth, and all of the
 * result as the share goes to 0. Near 1 it alone is right: float32 rounds 0.999999 by 10⁻⁸, which is a hundredth
 * of the 10⁻⁶ that is left, so `kept·former + (1 − kept)·now` settles at 1.013 of what it is the mean of.
 */
export const movesFromFormer = (kept: number): boolean => kept >= LEAST_MOVED;

/** How much a mean keeps and takes in; tensors where the device decides whether the step counts. */
export interface MeanShares {
  /** share of the former value that the mean keeps, in [0, 1) */
  readonly share: number;
  readonly kept: Tensor | number;
  readonly taken: Tensor | number;
}

/**
 * Shares of one step.
 *
 * @param share of the former value that the mean keeps, in [0, 1)
 * @param applied scalar, 1, or 0 where the mean keeps all
 */
export const meanShares = (share: number, applied?: Tensor): MeanShares => ({
  share,
  // Not 1 − (1 − share), which is not the share again.
  kept: applied && !movesFromFormer(share) ? maximum(share, sub(1, applied)) : share,
  taken: applied ? mul(applied, 1 - share) : 1 - share,
});

/**
 * The mean behind a step: kept·former + (1 − kept)·now, within 10 ε at every share.
 *
 * @param former the mean ahead of the step
 * @param now what it takes in
 * @param shares as {@link meanShares} gives them
 */
export const movedMean = (former: Tensor, now: Tensor, { share, kept, taken }: MeanShares): Tensor =>
  movesFromFormer(share)
    ? add(former, mul(sub(now, former), taken))
    : add(mul(former, kept), mul(now, taken));
