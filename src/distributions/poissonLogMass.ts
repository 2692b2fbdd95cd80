/** Log-probability of counts under Poisson distributions, one by one. */
import {
  add,
  exp,
  greater,
  log,
  maximum,
  mul,
  neg,
  sub,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { customGradient } from '../core/gradient';
import { stirlingRemainder } from '../core/logGamma';
import { expm1MinusIdentity } from '../core/logSpace';

// Hand-written for digits: x·l − e^l − log x! is a difference of numbers near x·log x, which has lost 3e-4 at counts of a
// thousand. Loader's form has the distance of x from its rate alone. Of the counts themselves there is no gradient.
const logMass = /* @__PURE__ */ customGradient<[Tensor, Tensor], [Tensor, Tensor], Tensor>(
  (logRate, x, save) => {
    save([logRate, x]);
    const counted = maximum(x, 1);
    const logCount = log(counted);
    const deviance = mul(counted, expm1MinusIdentity(sub(logRate, logCount)));
    const normalizer = add(mul(0.5, add(logCount, Math.log(2 * Math.PI))), stirlingRemainder(counted));
    return {
      value: neg(where(greater(x, 0), add(deviance, normalizer), exp(logRate))),
      gradFunc: (dy, [l, counts]) => [mul(dy, sub(counts, exp(l))), zerosLike(counts)],
    };
  },
);

/**
 * Log-probability of counts, element-wise.
 *
 *   log p(x | l) = x·l − e^l − log x! = −x·(e^d − 1 − d) − ½ log 2πx − s(x),   d = l − log x;   −e^l at x = 0
 *
 * s is what Stirling's formula lacks (Loader 2000).
 *
 * @param logRate l, any shape
 * @param x counts, the same shape
 * @returns the same shape, nats; without a gradient in the counts
 */
export const poissonLogMass = (logRate: Tensor, x: Tensor): Tensor => logMass(logRate, x);
