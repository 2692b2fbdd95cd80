/** Log-probability of the bins of a logistic distribution, value by value. */
import {
  add,
  cast,
  exp,
  greaterEqual,
  less,
  lessEqual,
  log1p,
  minimum,
  mul,
  neg,
  sigmoid,
  sub,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { customGradient } from '../core/gradient';
import { polynomial, softplusOf } from '../core/logSpace';

/** Equally spaced values. */
export interface Bins {
  /** number of values */
  readonly bins: number;
  /** the smallest value */
  readonly low: number;
  /** the largest value */
  readonly high: number;
}

/** Half the distance of two values. */
const halfBin = ({ bins, low, high }: Bins): number => (high - low) / (2 * (bins - 1));

/** The share of half a bin that a scale has at least: the middle bin then has all but e^{−64} of the mass. */
const LEAST_SCALE = 1 / 64;

/** log s of l: s = e^l + h/64, h half a bin. */
export const logScaleOf = (l: Tensor, bins: Bins): Tensor => {
  const floor = Math.log(LEAST_SCALE * halfBin(bins));
  return add(softplusOf(sub(l, floor)), floor);
};

/** log(1 − e^{−w}) of log w: −w/2 + w²/24 − w⁴/2880 + w⁶/181440 beyond log w where w is small. */
const logOneMinusExp = (logW: Tensor): Tensor => {
  const w = exp(logW);
  const near = minimum(w, 0.7);
  const series = mul(near, polynomial(near, [1 / 181440, 0, -1 / 2880, 0, 1 / 24, -1 / 2]));
  return where(less(w, 0.7), add(logW, series), log1p(neg(exp(neg(w)))));
};

/** What value and gradient share. */
const partsOf = (bins: Bins, mean: Tensor, l: Tensor, x: Tensor) => {
  const h = halfBin(bins);
  const logScale = logScaleOf(l, bins);
  const perScale = exp(neg(logScale));
  const center = mul(sub(x, mean), perScale);
  const half = mul(perScale, h);
  return {
    perScale,
    /** lower and upper end of the bin, in units of the scale */
    lower: sub(center, half),
    upper: add(center, half),
    /** 0 in the lowest bin, whose lower end is −∞ */
    hasLower: cast(greaterEqual(x, bins.low + h), 'float32'),
    /** 0 in the highest bin */
    hasUpper: cast(lessEqual(x, bins.high - h), 'float32'),
    logWidth: sub(Math.log(2 * h), logScale),
  };
};

/**
 * Log-probability of the bin around each value; the lowest bin goes down to −∞, and the highest up to ∞.
 *
 *   log p(x) = log( σ(b) − σ(a) ) = −softplus(−b) − softplus(a) + log(1 − e^{−w})
 *   a = (x − h − μ)/s   b = (x + h − μ)/s   w = 2h/s   s = e^l + h/64
 *
 * h is half a bin. The first term is left out in the highest bin, the second in the lowest, the third in both. No digit is lost
 * in a difference of two probabilities, and the gradient needs no choice of branches.
 *
 * @param bins where the values are
 * @param mean μ, any shape
 * @param l the same shape
 * @param x values, the same shape
 * @returns the same shape, nats, at most 0; without a gradient in the values
 */
export const logisticLogMass = (bins: Bins, mean: Tensor, l: Tensor, x: Tensor): Tensor =>
  customGradient<[Tensor, Tensor, Tensor], [Tensor, Tensor, Tensor], Tensor>((m, logScale, values, save) => {
    const { lower, upper, hasLower, hasUpper, logWidth } = partsOf(bins, m, logScale, values);
    save([m, logScale, values]);
    const ends = add(mul(hasUpper, softplusOf(neg(upper))), mul(hasLower, softplusOf(lower)));
    return {
      value: sub(mul(mul(hasLower, hasUpper), logOneMinusExp(logWidth)), ends),
      gradFunc(dy, [atMean, atLogScale, at]) {
        const p = partsOf(bins, atMean, atLogScale, at);
        const low = mul(p.hasLower, sigmoid(p.lower));
        const high = mul(p.hasUpper, sigmoid(neg(p.upper)));
        // w / (e^w − 1), the derivative of log(1 − e^{−w}) in log w
        const slope = exp(sub(sub(p.logWidth, exp(p.logWidth)), logOneMinusExp(p.logWidth)));
        const ofLogScale = sub(
          sub(mul(low, p.lower), mul(high, p.upper)),
          mul(mul(p.hasLower, p.hasUpper), slope),
        );
        const ofL = sigmoid(sub(atLogScale, Math.log(LEAST_SCALE * halfBin(bins))));
        return [mul(dy, mul(p.perScale, sub(low, high))), mul(dy, mul(ofL, ofLogScale)), zerosLike(at)];
      },
    };
  })(mean, l, x);
