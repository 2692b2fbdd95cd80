/** What a step of Adam does with four values of a variable at once. */
// @ts-ignore: decorator
@inline
function moved(current: v128, rate: v128, target: v128): v128 {
  return f32x4.add(current, f32x4.mul(rate, f32x4.sub(target, current)));
}

// @ts-ignore: decorator
@inline
function weight(value: v128, m: v128, v: v128, kept: v128, size: v128, epsilon: v128): v128 {
  return f32x4.sub(f32x4.mul(kept, value), f32x4.div(f32x4.mul(m, size), f32x4.add(f32x4.sqrt(v), epsilon)));
}

/** m + first·(g − m), v + second·(g² − v), and kept·θ − size·m/(√v + ε) of the new moments, each to its own place. */
export function adam(
  toValue: usize,
  toFirst: usize,
  toSecond: usize,
  value: usize,
  first: usize,
  second: usize,
  gradient: usize,
  count: i32,
  firstRate: f32,
  secondRate: f32,
  kept: f32,
  size: f32,
  epsilon: f32,
): void {
  const rate1 = f32x4.splat(firstRate);
  const rate2 = f32x4.splat(secondRate);
  const keep = f32x4.splat(kept);
  const step = f32x4.splat(size);
  const floor = f32x4.splat(epsilon);
  const whole: usize = (count & -4) << 2;
  const end: usize = count << 2;
  let i: usize = 0;
  for (; i < whole; i += 16) {
    const g = v128.load(gradient + i);
    const m = moved(v128.load(first + i), rate1, g);
    const v = moved(v128.load(second + i), rate2, f32x4.mul(g, g));
    v128.store(toFirst + i, m);
    v128.store(toSecond + i, v);
    v128.store(toValue + i, weight(v128.load(value + i), m, v, keep, step, floor));
  }
  for (; i < end; i += 4) {
    const g = v128.load32_zero(gradient + i);
    const m = moved(v128.load32_zero(first + i), rate1, g);
    const v = moved(v128.load32_zero(second + i), rate2, f32x4.mul(g, g));
    v128.store_lane<f32>(toFirst + i, m, 0);
    v128.store_lane<f32>(toSecond + i, v, 0);
    v128.store_lane<f32>(toValue + i, weight(v128.load32_zero(value + i), m, v, keep, step, floor), 0);
  }
}
