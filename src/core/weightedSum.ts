/** Sums of weighted terms. */
import { add, mul, neg, type Scalar, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';

/** A weight or a temperature: a number, or a float32 scalar tensor where it changes from step to step. */
export type NumberOrScalar = number | Scalar;

/** A term, its sign, and its weight. */
export type WeightedTerm = readonly [sign: '+' | '-', weight: NumberOrScalar, term: Tensor];

/**
 * Σ ± w_i · t_i, without a kernel for weights that are the numbers 0 and 1.
 *
 * The number 0 leaves its term out altogether: no gradient reaches what only that term depends on, so an optimizer's
 * moments stay untouched too, which a product with 0 would not give. A scalar tensor always multiplies: where its value
 * is 0, the term must be finite, since 0 · ∞ is NaN.
 *
 * @param terms sign, weight and term; terms broadcast, [B] or scalar
 * @param batch B, the length of the result where every weight is the number 0
 * @returns [B] (or scalar where every term is)
 */
export function weightedSum(terms: readonly WeightedTerm[], batch: number): Tensor {
  let total: Tensor | undefined;
  for (const [sign, weight, term] of terms) {
    if (weight === 0) continue;
    const weighted = weight === 1 ? term : mul(term, weight);
    if (total === undefined) total = sign === '+' ? weighted : neg(weighted);
    else total = sign === '+' ? add(total, weighted) : sub(total, weighted);
  }
  return total ?? zeros([batch]);
}
