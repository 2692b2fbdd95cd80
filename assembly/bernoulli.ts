import { log1pExp, sigmoid } from './functions';

// @ts-ignore: decorator
@inline
function logLikelihood(l: v128, x: v128): v128 {
  // max(l, 0) is taken off by itself: at x = 1 nothing is left, and the logarithm keeps its digits.
  const larger = f32x4.sub(f32x4.mul(l, x), f32x4.max(l, f32x4.splat(0)));
  return f32x4.sub(larger, log1pExp(f32x4.neg(f32x4.abs(l))));
}

// @ts-ignore: decorator
@inline
function gradient(dy: v128, l: v128, x: v128): v128 {
  return f32x4.mul(dy, f32x4.sub(x, sigmoid(l)));
}

/** l·x − softplus(l). */
export function bernoulli(to: usize, l: usize, x: usize, count: i32): void {
  for (; count >= 4; count -= 4, to += 16, l += 16, x += 16) {
    v128.store(to, logLikelihood(v128.load(l), v128.load(x)));
  }
  for (; count > 0; count--, to += 4, l += 4, x += 4) {
    v128.store_lane<f32>(to, logLikelihood(v128.load32_zero(l), v128.load32_zero(x)), 0);
  }
}

/** Its gradient in l: dy·(x − σ(l)). */
export function bernoulliGradient(to: usize, dy: usize, l: usize, x: usize, count: i32): void {
  for (; count >= 4; count -= 4, to += 16, dy += 16, l += 16, x += 16) {
    v128.store(to, gradient(v128.load(dy), v128.load(l), v128.load(x)));
  }
  for (; count > 0; count--, to += 4, dy += 4, l += 4, x += 4) {
    v128.store_lane<f32>(to, gradient(v128.load32_zero(dy), v128.load32_zero(l), v128.load32_zero(x)), 0);
  }
}
