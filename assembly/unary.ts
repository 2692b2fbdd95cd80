/** Functions of one tensor, value by value. */
import * as functions from './functions';

enum Operation {
  Abs,
  Exp,
  Log,
  Log1p,
  Neg,
  Relu,
  Sigmoid,
  Softplus,
  Sqrt,
  Square,
}

// @ts-ignore: decorator
@inline
function apply(operation: Operation, x: v128): v128 {
  if (operation == Operation.Abs) return f32x4.abs(x);
  if (operation == Operation.Exp) return functions.exp(x);
  if (operation == Operation.Log) return functions.log(x);
  if (operation == Operation.Log1p) return functions.log1p(x);
  if (operation == Operation.Neg) return f32x4.neg(x);
  if (operation == Operation.Relu) return f32x4.max(x, f32x4.splat(0));
  if (operation == Operation.Sigmoid) return functions.sigmoid(x);
  if (operation == Operation.Softplus) return functions.softplus(x);
  if (operation == Operation.Sqrt) return f32x4.sqrt(x);
  return f32x4.mul(x, x);
}

// @ts-ignore: decorator
@inline
function each(operation: Operation, to: usize, from: usize, count: i32): void {
  for (; count >= 4; count -= 4, to += 16, from += 16) v128.store(to, apply(operation, v128.load(from)));
  for (; count > 0; count--, to += 4, from += 4) {
    v128.store_lane<f32>(to, apply(operation, v128.load32_zero(from)), 0);
  }
}

export function abs(to: usize, from: usize, count: i32): void {
  each(Operation.Abs, to, from, count);
}
export function exp(to: usize, from: usize, count: i32): void {
  each(Operation.Exp, to, from, count);
}
export function log(to: usize, from: usize, count: i32): void {
  each(Operation.Log, to, from, count);
}
export function log1p(to: usize, from: usize, count: i32): void {
  each(Operation.Log1p, to, from, count);
}
export function neg(to: usize, from: usize, count: i32): void {
  each(Operation.Neg, to, from, count);
}
export function relu(to: usize, from: usize, count: i32): void {
  each(Operation.Relu, to, from, count);
}
export function sigmoid(to: usize, from: usize, count: i32): void {
  each(Operation.Sigmoid, to, from, count);
}
export function softplus(to: usize, from: usize, count: i32): void {
  each(Operation.Softplus, to, from, count);
}
export function sqrt(to: usize, from: usize, count: i32): void {
  each(Operation.Sqrt, to, from, count);
}
export function square(to: usize, from: usize, count: i32): void {
  each(Operation.Square, to, from, count);
}

/** 1 above 0, `slope` elsewhere, NaN for NaN. */
// @ts-ignore: decorator
@inline
function stepOf(x: v128, slope: v128): v128 {
  const value = v128.bitselect(f32x4.splat(1), slope, f32x4.gt(x, f32x4.splat(0)));
  return v128.bitselect(value, x, f32x4.eq(x, x));
}

export function step(to: usize, from: usize, count: i32, slope: f32): void {
  const slopes = f32x4.splat(slope);
  for (; count >= 4; count -= 4, to += 16, from += 16) v128.store(to, stepOf(v128.load(from), slopes));
  for (; count > 0; count--, to += 4, from += 4) {
    v128.store_lane<f32>(to, stepOf(v128.load32_zero(from), slopes), 0);
  }
}
