/** Means of logistic distributions that are clipped to a range. */
import {
  add,
  exp,
  expandDims,
  less,
  minimum,
  mul,
  neg,
  sigmoid,
  softplus,
  sub,
  sum,
  type Tensor,
  tensor1d,
  where,
} from '@tensorflow/tfjs-core';
import { withoutGradient } from '../core/gradient';
import { expm1MinusIdentity, log1pOfFraction } from '../core/logSpace';
import { type Bins, logScaleOf } from './logisticLogMass';

/** Up to so many values the mean is the sum over them. */
const FEW = 64;

/** Σ over the borders of the bins, each times a step. */
const sumOverBorders = ({ bins, low, high }: Bins, mean: Tensor, perScale: Tensor): Tensor => {
  const step = (high - low) / (bins - 1);
  const borders = tensor1d(Array.from({ length: bins - 1 }, (_, i) => low + (i + 0.5) * step));
  const distance = mul(sub(expandDims(mean, -1), borders), expandDims(perScale, -1));
  return mul(sum(sigmoid(distance), -1), step);
};

/**
 * ∫ σ((μ − t)/s) dt from the lowest to the highest value, s·( softplus(p) − softplus(p − r) ) with p = (μ − low)/s and
 * r = (high − low)/s; s·−log(1 − σ(p)·(1 − e^{−r})) where r is small, and the difference has no digits.
 */
const integral = ({ low, high }: Bins, mean: Tensor, scale: Tensor, perScale: Tensor): Tensor => {
  const range = mul(perScale, high - low);
  const p = mul(sub(mean, low), perScale);
  const near = minimum(range, 0.69);
  const share = sub(near, expm1MinusIdentity(neg(near))); // 1 − e^{−r}
  const small = neg(log1pOfFraction(neg(mul(sigmoid(p), share))));
  const isSmall = less(withoutGradient(range), 0.69);
  return mul(scale, where(isSmall, small, sub(softplus(p), softplus(sub(p, range)))));
};

/**
 * The mean of the values under a discretized logistic, element-wise.
 *
 *   E[x] = low + 2h·Σ_i σ( (μ − t_i)/s ),   t_i the borders of the bins
 *
 * For more than 64 values the sum is taken as the integral that it is the midpoint rule of: off by at most h, half a bin, where s
 * is far below it, and by less than h/100 from s = h on.
 *
 * @param bins where the values are
 * @param mean μ, any shape
 * @param l log-scales, the same shape
 * @returns the same shape, between the lowest and the highest value
 */
export function clippedLogisticMean(bins: Bins, mean: Tensor, l: Tensor): Tensor {
  // A larger scale changes nothing: half of the mass is in either outermost bin.
  const logScale = logScaleOf(minimum(l, Math.log(bins.high - bins.low) + 15), bins);
  const perScale = exp(neg(logScale));
  const above =
    bins.bins <= FEW ? sumOverBorders(bins, mean, perScale) : integral(bins, mean, exp(logScale), perScale);
  return add(above, bins.low);
}
