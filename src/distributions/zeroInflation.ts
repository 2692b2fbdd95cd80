/** Counts with more zeros than their distribution has. */
import {
  abs,
  add,
  exp,
  greater,
  maximum,
  mul,
  neg,
  sigmoid,
  sub,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { customGradient } from '../core/gradient';
import { log1pOfFraction, softplusOf } from '../core/logSpace';

// Hand-written because autodiff has no gradient where the two ways to a zero are equally probable, and no digits where a logit
// is large.
const inflated = /* @__PURE__ */ customGradient<[Tensor, Tensor, Tensor], [Tensor, Tensor, Tensor], Tensor>(
  (logMass, logits, x, save) => {
    save([logMass, logits, x]);
    const counted = sub(logMass, softplusOf(logits)); // log (1 − π) p(x)
    const extra = neg(softplusOf(neg(logits))); // log π
    const either = add(maximum(counted, extra), log1pOfFraction(exp(neg(abs(sub(counted, extra))))));
    return {
      value: where(greater(x, 0), counted, either),
      gradFunc(dy, [mass, l, counts]) {
        const isCounted = greater(counts, 0);
        const ofExtra = sigmoid(sub(l, mass)); // the probability that a zero is an extra one
        const share = where(isCounted, zerosLike(mass), ofExtra);
        return [mul(dy, sub(1, share)), mul(dy, sub(share, sigmoid(l))), zerosLike(counts)];
      },
    };
  },
);

/**
 * Log-probability of counts of which some are 0 for another reason, element-wise.
 *
 *   log p(0) = log( π + (1 − π)·p₀(0) )    log p(x) = log(1 − π) + log p₀(x) for x above 0,    π = σ(l)
 *
 * @param logMass log p₀(x), any shape
 * @param logits l of the extra zeros, the same shape
 * @param x counts, the same shape
 * @returns the same shape, nats; without a gradient in the counts
 */
export const zeroInflatedLogMass = (logMass: Tensor, logits: Tensor, x: Tensor): Tensor =>
  inflated(logMass, logits, x);
