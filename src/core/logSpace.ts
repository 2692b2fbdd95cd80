/** Stable log-space helpers shared by the distributions. */
import {
  abs,
  add,
  div,
  exp,
  expm1,
  less,
  maximum,
  minimum,
  mul,
  neg,
  notEqual,
  scalar,
  sigmoid,
  square,
  sub,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import { backendTraits } from '../host/backendTraits';
import { customGradient } from './gradient';

/** The lowest finite float32: a logarithm of 0 cut off here gives 0, and not NaN, times a probability of 0. */
export const LOWEST = -(2 - 2 ** -23) * 2 ** 127;

/**
 * A product with 0·∞ = 0: a class of probability 0 drops out of an expectation of logarithms, while an infinite
 * value of any other weight stays infinite.
 *
 *   w·v, and 0 where w = 0
 *
 * For the inside of a `customGradient` alone: the gradient of `where` lets through the NaN that its value hides.
 *
 * @param weight w, any shape, float32
 * @param value v, the same shape, float32
 * @returns the same shape
 */
export const weigh = (weight: Tensor, value: Tensor): Tensor =>
  where(notEqual(weight, 0), mul(weight, value), weight);

/** A polynomial by Horner's rule, the coefficient of the highest power first. */
export const polynomial = (x: Tensor, [highest = 0, ...others]: readonly number[]): Tensor =>
  others.reduce<Tensor>((value, coefficient) => add(mul(value, x), coefficient), scalar(highest));

// 1/8!, …, 1/2!: the next term is 4e-8 of the sum at |v| = ½.
const EXPONENTIAL = [1 / 40320, 1 / 5040, 1 / 720, 1 / 120, 1 / 24, 1 / 6, 1 / 2];

const excessOf = (v: Tensor): Tensor => {
  // One rounding of expm1 the wrong way would be a negative divergence; abs, unlike maximum, lets NaN through.
  if (backendTraits().exactFunctions) return abs(sub(expm1(v), v));
  // WebGL and WebGPU take exp(v) − 1 for expm1, which has lost every digit near 0 where v is taken off it.
  const near = mul(square(v), polynomial(v, EXPONENTIAL));
  return where(less(abs(v), 0.5), near, sub(sub(exp(v), 1), v));
};

// Hand-written because near v = 0, where a collapsing posterior lives, exp(v) − 1 loses its digits in the gradient as
// exp(v) − 1 − v does in the value: what the value has kept plus v is e^v − 1 on every backend.
const excess = /* @__PURE__ */ customGradient<[Tensor], [Tensor, Tensor], Tensor>((v, save) => {
  const value = excessOf(v);
  save([value, v]);
  return { value, gradFunc: (dy, [kept, at]) => [mul(dy, add(kept, at))] };
});

/**
 * By how much the exponential exceeds its tangent at 0, element-wise; of v = log σ² it is the variance's part of a
 * Gaussian divergence.
 *
 *   e^v − 1 − v = v²/2 + v³/6 + …
 *
 * @param v any shape
 * @returns the same shape, at least 0, and exactly 0 at v = 0
 */
export const expm1MinusIdentity = (v: Tensor): Tensor => excess(v);

// 1/13, …, 1: the next term is 2e-8 of the sum at u = 1.
const AREA_TANGENT = [1 / 13, 1 / 11, 1 / 9, 1 / 7, 1 / 5, 1 / 3, 1];

/**
 * Logarithm of 1 + u with a small relative error, element-wise: log1p(1e-8) is 0 on WebAssembly, WebGL and WebGPU.
 *
 *   log(1 + u) = 2·artanh(t) = 2t·(1 + t²/3 + t⁴/5 + …),   t = u / (2 + u)
 *
 * @param u any shape, in [−½, 1]
 * @returns the same shape
 */
export function log1pOfFraction(u: Tensor): Tensor {
  const t = div(u, add(u, 2));
  return mul(mul(t, 2), polynomial(square(t), AREA_TANGENT));
}

/**
 * Logarithm of 1 + e^u with a small relative error, element-wise; the host's is wrong by up to 6e-2, relative, on WebGL and
 * WebGPU for u in [−14, −8].
 *
 *   softplus(u) = max(u, 0) + log(1 + e^{−|u|})
 *
 * @param u any shape
 * @returns the same shape, above 0 where e^u does not underflow
 */
export const softplusOf = (u: Tensor): Tensor => add(maximum(u, 0), log1pOfFraction(exp(neg(abs(u)))));

// Hand-written because abs and minimum have no right slope where a = b, where equal log-variances are.
const merged = /* @__PURE__ */ customGradient<[Tensor, Tensor], [Tensor], Tensor>((a, b, save) => {
  const difference = sub(a, b);
  save([difference]);
  return {
    value: sub(minimum(a, b), log1pOfFraction(exp(neg(abs(difference))))),
    gradFunc: (dy, [d]) => [mul(dy, sigmoid(neg(d))), mul(dy, sigmoid(d))],
  };
});

/**
 * Log-variance of the product of two Gaussian densities, element-wise: their precisions add.
 *
 *   −log( e^{−a} + e^{−b} ) = min(a, b) − log(1 + e^{−|a − b|})
 *
 * @param a log-variance, any shape
 * @param b log-variance, the same shape
 * @returns the same shape; at most the smaller of the two, and exactly it where they are far apart
 */
export const mergedLogVar = (a: Tensor, b: Tensor): Tensor => merged(a, b);

/**
 * A logarithm with a soft lower bound: that of the sum of two positive numbers.
 *
 *   log( e^v + e^f ) = f + softplus(v − f)
 *
 * Its gradient in v is σ(v − f), so it never is 0, and never above 1.
 *
 * @param v any shape
 * @param floor f
 * @returns the same shape, at least f
 */
export const softFloor = (v: Tensor, floor: number): Tensor =>
  customGradient<[Tensor], [Tensor], Tensor>((at, save) => {
    const above = sub(at, floor);
    save([above]);
    return { value: add(softplusOf(above), floor), gradFunc: (dy, [kept]) => [mul(dy, sigmoid(kept))] };
  })(v);

/**
 * Element-wise squared distance in units of the variance.
 *
 *   (x − m)² / σ²
 *
 * @param x any shape
 * @param mean m, the same shape
 * @param logVar log σ², the same shape; may underflow as a variance
 * @returns the same shape; 0 at x = m whatever the variance
 */
export function scaledSquaredDistance(x: Tensor, mean: Tensor, logVar: Tensor): Tensor {
  // 1/√σ twice before squaring: e^{−log σ²} is infinite from −89 on, and 0·∞ at x = m would be NaN. Cut off at e^80,
  // where the square of any float32 but 0 is infinite already, so that no distance changes by it.
  const scale = exp(minimum(mul(-0.25, logVar), 80));
  return square(mul(mul(sub(x, mean), scale), scale));
}
