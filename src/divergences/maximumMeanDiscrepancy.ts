/** How far two samples are apart, by a kernel. */
import {
  add,
  cast,
  div,
  exp,
  expandDims,
  fill,
  greater,
  matMul,
  mul,
  reshape,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { withoutGradient } from '../core/gradient';
import { ABOVE_0, number, optional, readOptions, unchecked } from '../core/options';
import { assertShapes } from '../core/shape';

/** What the discrepancy depends on beside the samples. */
export interface MaximumMeanDiscrepancyOptions {
  /** γ of the kernel, above 0, in squared units of the values; default Z, the number of columns */
  readonly bandwidth?: number;
  /** how much each row of a counts, [N], at least 0; default 1 each. Where all are 0, the discrepancy is 0 */
  readonly aWeight?: Tensor;
  /** the same of b, [M] */
  readonly bWeight?: Tensor;
}

/** Weights of rows as shares of 1, [N, 1], and whether any is above 0, as 1 or 0. */
const sharesOf = (rows: number, weight: Tensor | undefined) => {
  if (weight === undefined) return { shares: fill([rows, 1], 1 / rows), isThere: 1 };
  const total = sum(weight);
  const isThere = cast(greater(total, 0), 'float32');
  // An absent sample divides by 1.
  return { shares: expandDims(div(weight, add(total, sub(1, isThere))), 1), isThere };
};

/** k(a, b) at every pair of rows, [N, M]. */
const kernel = (a: Tensor, b: Tensor, bandwidth: number): Tensor2D => {
  const rows = (a.shape[0] as number) + (b.shape[0] as number);
  // Only differences count: without their common mean, the squares keep more digits.
  const center = withoutGradient(div(add(sum(a, 0, true), sum(b, 0, true)), rows));
  const [x, y] = [sub<Tensor2D>(a, center), sub<Tensor2D>(b, center)];
  const squares = add(sum(square(x), 1, true), transpose(sum(square(y), 1, true)));
  return exp(div<Tensor2D>(sub(mul(2, matMul(x, y, false, true)), squares), bandwidth));
};

/** Σ_ij u_i k_ij v_j */
const weighted = (u: Tensor, k: Tensor2D, v: Tensor): Tensor =>
  matMul(matMul<Tensor2D>(u, k, true, false), v);

/**
 * Squared maximum mean discrepancy of two samples, with a Gaussian kernel: the biased V-statistic (Gretton et al. 2012).
 *
 *   MMD²(a, b) = mean_ij k(a_i, a_j) + mean_ij k(b_i, b_j) − 2 mean_ij k(a_i, b_j),   k(x, y) = exp( −‖x − y‖² / γ )
 *
 * It is the squared distance between the means of both samples in the kernel's space, a statistic of the whole batch: 0 only where the
 * samples are the same. Two samples of N rows from one distribution have about 2/N·(1 − mean k). With weights, each mean is
 * Σ w_i w_j k_ij, where the weights of a sample are divided by their sum.
 *
 * @param a N rows, [N, Z]
 * @param b M rows, [M, Z]
 * @param options bandwidth, and weights of the rows, which have no gradient
 * @returns scalar, from 0 to 2, up to rounding; exactly 0 at a = b
 * @throws RangeError when a and b differ in width, weights do not fit, or the bandwidth is not above 0
 * @example maximumMeanDiscrepancy(tf.tensor2d([[0]]), tf.tensor2d([[1]])) // 1.2642411
 */
export function maximumMeanDiscrepancy(
  a: Tensor,
  b: Tensor,
  options: MaximumMeanDiscrepancyOptions = {},
): Scalar {
  const where = 'maximumMeanDiscrepancy';
  const { N = 0, M = 0, Z = 0 } = assertShapes(where, { a: [a, 'N Z', 'float32'], b: [b, 'M Z', 'float32'] });
  const { bandwidth, aWeight, bWeight } = readOptions(where, options, {
    bandwidth: number(ABOVE_0, Z),
    aWeight: optional(unchecked<Tensor>()),
    bWeight: optional(unchecked<Tensor>()),
  });
  assertShapes(where, {
    ...(aWeight && { aWeight: [aWeight, `${N}`, 'float32'] as const }),
    ...(bWeight && { bWeight: [bWeight, `${M}`, 'float32'] as const }),
  });
  return tidy(() => {
    const [u, v] = [
      sharesOf(N, aWeight && withoutGradient(aWeight)),
      sharesOf(M, bWeight && withoutGradient(bWeight)),
    ];
    const within = add(
      weighted(u.shares, kernel(a, a, bandwidth), u.shares),
      weighted(v.shares, kernel(b, b, bandwidth), v.shares),
    );
    const between = weighted(u.shares, kernel(a, b, bandwidth), v.shares);
    const distance = reshape(sub(within, mul(2, between)), []);
    return mul<Scalar>(distance, mul(u.isThere, v.isThere));
  });
}
