/** Functions of two tensors, value by value, each repeated along some axes. */

enum Operation {
  Add,
  Divide,
  Maximum,
  Minimum,
  Multiply,
  Subtract,
}

// @ts-ignore: decorator
@inline
function apply(operation: Operation, a: v128, b: v128): v128 {
  if (operation == Operation.Add) return f32x4.add(a, b);
  if (operation == Operation.Divide) return f32x4.div(a, b);
  if (operation == Operation.Maximum) return f32x4.max(a, b);
  if (operation == Operation.Minimum) return f32x4.min(a, b);
  if (operation == Operation.Multiply) return f32x4.mul(a, b);
  return f32x4.sub(a, b);
}

/** One line of the result; an operand whose values do not lie side by side is one number. */
// @ts-ignore: decorator
@inline
function line(operation: Operation, to: usize, a: usize, b: usize, count: i32, aIsOne: bool, bIsOne: bool): void {
  if (aIsOne) {
    const left = v128.load32_splat(a);
    for (; count >= 4; count -= 4, to += 16, b += 16) v128.store(to, apply(operation, left, v128.load(b)));
    for (; count > 0; count--, to += 4, b += 4) {
      v128.store_lane<f32>(to, apply(operation, left, v128.load32_zero(b)), 0);
    }
  } else if (bIsOne) {
    const right = v128.load32_splat(b);
    for (; count >= 4; count -= 4, to += 16, a += 16) v128.store(to, apply(operation, v128.load(a), right));
    for (; count > 0; count--, to += 4, a += 4) {
      v128.store_lane<f32>(to, apply(operation, v128.load32_zero(a), right), 0);
    }
  } else {
    for (; count >= 4; count -= 4, to += 16, a += 16, b += 16) {
      v128.store(to, apply(operation, v128.load(a), v128.load(b)));
    }
    for (; count > 0; count--, to += 4, a += 4, b += 4) {
      v128.store_lane<f32>(to, apply(operation, v128.load32_zero(a), v128.load32_zero(b)), 0);
    }
  }
}

/**
 * The result is [outer, middle, inner]; the operands' steps along the first two axes are in bytes, and along the third
 * in values: 1 or 0.
 */
// @ts-ignore: decorator
@inline
function each(
  operation: Operation,
  to: usize,
  outer: i32,
  middle: i32,
  inner: i32,
  a: usize,
  aOuter: usize,
  aMiddle: usize,
  aInner: i32,
  b: usize,
  bOuter: usize,
  bMiddle: usize,
  bInner: i32,
): void {
  for (let i = 0; i < outer; i++) {
    let left = a + aOuter * i;
    let right = b + bOuter * i;
    for (let j = 0; j < middle; j++, left += aMiddle, right += bMiddle, to += inner << 2) {
      line(operation, to, left, right, inner, aInner == 0, bInner == 0);
    }
  }
}

export function add(to: usize, outer: i32, middle: i32, inner: i32, a: usize, ao: usize, am: usize, ai: i32, b: usize, bo: usize, bm: usize, bi: i32): void {
  each(Operation.Add, to, outer, middle, inner, a, ao, am, ai, b, bo, bm, bi);
}

export function divide(to: usize, outer: i32, middle: i32, inner: i32, a: usize, ao: usize, am: usize, ai: i32, b: usize, bo: usize, bm: usize, bi: i32): void {
  each(Operation.Divide, to, outer, middle, inner, a, ao, am, ai, b, bo, bm, bi);
}

export function maximum(to: usize, outer: i32, middle: i32, inner: i32, a: usize, ao: usize, am: usize, ai: i32, b: usize, bo: usize, bm: usize, bi: i32): void {
  each(Operation.Maximum, to, outer, middle, inner, a, ao, am, ai, b, bo, bm, bi);
}

export function minimum(to: usize, outer: i32, middle: i32, inner: i32, a: usize, ao: usize, am: usize, ai: i32, b: usize, bo: usize, bm: usize, bi: i32): void {
  each(Operation.Minimum, to, outer, middle, inner, a, ao, am, ai, b, bo, bm, bi);
}

export function multiply(to: usize, outer: i32, middle: i32, inner: i32, a: usize, ao: usize, am: usize, ai: i32, b: usize, bo: usize, bm: usize, bi: i32): void {
  each(Operation.Multiply, to, outer, middle, inner, a, ao, am, ai, b, bo, bm, bi);
}

export function subtract(to: usize, outer: i32, middle: i32, inner: i32, a: usize, ao: usize, am: usize, ai: i32, b: usize, bo: usize, bm: usize, bi: i32): void {
  each(Operation.Subtract, to, outer, middle, inner, a, ao, am, ai, b, bo, bm, bi);
}
