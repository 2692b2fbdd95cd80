/** Sums of weighted terms. */
import { add, mul, neg, type Tensor, zeros } from '@tensorflow/tfjs-core';

/**
 * Σ w_i · t_i, without a kernel for weights of 0, 1 and −1.
 *
 * A weight of 0 leaves its term out altogether: no gradient reaches what only that term depends on, so an
 * optimizer's moments stay untouched too, which a product with 0 would not give.
 *
 * @param terms pairs of weight and term; terms broadcast, [B] or scalar
 * @param batch B, the length of the result where every weight is 0
 * @returns [B] (or scalar where every term is)
 */
export function weightedSum(
  terms: readonly (readonly [weight: number, term: Tensor])[],
  batch: number,
): Tensor {
  let total: Tensor | undefined;
  for (const [weight, term] of terms) {
    if (weight === 0) continue;
    const weighted = weight === 1 ? term : weight === -1 ? neg(term) : mul(term, weight);
    total = total === undefined ? weighted : add(total, weighted);
  }
  return total ?? zeros([batch]);
}
