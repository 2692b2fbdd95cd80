/** Elementary functions of four numbers at once; right for infinities, and NaN where they must be. */
import { fma } from './fma';

// @ts-ignore: decorator
@inline
const LN2_HIGH: f32 = 0.693359375; // 355/512: its products with whole numbers of 15 bits are exact
// @ts-ignore: decorator
@inline
const LN2_LOW: f32 = -2.12194440e-4; // log 2 less the above

// @ts-ignore: decorator
@inline
const ROOT_HALF_BITS: i32 = 0x3f3504f3;

// @ts-ignore: decorator
@inline
function all(value: f32): v128 {
  return f32x4.splat(value);
}

// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

/** e^x = 2^n · e^r with |r| at most ½·log 2, e^r by its series up to r⁷; the next term is 5e-9. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const bounded = f32x4.max(f32x4.min(x, all(89)), all(-104));
  const whole = f32x4.nearest(f32x4.mul(bounded, all(1.44269504)));
  const r = f32x4.sub(f32x4.sub(bounded, f32x4.mul(whole, all(LN2_HIGH))), f32x4.mul(whole, all(LN2_LOW)));
  let series = fma(r, all(1.0 / 5040), all(1.0 / 720));
  series = fma(series, r, all(1.0 / 120));
  series = fma(series, r, all(1.0 / 24));
  series = fma(series, r, all(1.0 / 6));
  series = fma(series, r, all(0.5));
  series = f32x4.add(fma(series, f32x4.mul(r, r), r), all(1));
  // In two factors, as 2^n itself may be too large or too small for a number.
  const n = i32x4.trunc_sat_f32x4_s(whole);
  const half = i32x4.shr_s(n, 1);
  return f32x4.mul(f32x4.mul(series, powerOfTwo(half)), powerOfTwo(i32x4.sub(n, half)));
}

/** log x = n·log 2 + log(1 + f), 1 + f in [√½, √2): with s = f/(2 + f) it is f − s·(f − 2s²(1/3 + s²/5 + …)). */
// @ts-ignore: decorator
@inline
export function log(x: v128): v128 {
  const tiny = f32x4.lt(x, all(1.17549435e-38));
  const normal = v128.bitselect(f32x4.mul(x, all(8388608)), x, tiny);
  const n = i32x4.shr_s(i32x4.sub(normal, i32x4.splat(ROOT_HALF_BITS)), 23);
  const f = f32x4.sub(i32x4.sub(normal, i32x4.shl(n, 23)), all(1));
  const s = f32x4.div(f, f32x4.add(f, all(2)));
  const z = f32x4.mul(s, s);
  let series = fma(z, all(2.0 / 11), all(2.0 / 9));
  series = fma(series, z, all(2.0 / 7));
  series = fma(series, z, all(2.0 / 5));
  series = fma(series, z, all(2.0 / 3));
  const e = f32x4.sub(f32x4.convert_i32x4_s(n), v128.and(all(23), tiny));
  const fraction = f32x4.sub(f, f32x4.mul(s, f32x4.sub(f, f32x4.mul(z, series))));
  const value = f32x4.add(f32x4.mul(e, all(LN2_HIGH)), f32x4.add(fraction, f32x4.mul(e, all(LN2_LOW))));
  const positive = v128.bitselect(value, x, f32x4.lt(x, all(Infinity)));
  const nonNegative = v128.bitselect(all(-Infinity), positive, f32x4.eq(x, all(0)));
  return v128.bitselect(all(NaN), nonNegative, f32x4.lt(x, all(0)));
}

/** log(1 + u) as log w + (u − (w − 1))/w: the second part is what rounding took from u in w = 1 + u. */
// @ts-ignore: decorator
@inline
export function log1p(u: v128): v128 {
  const w = f32x4.add(u, all(1));
  const lost = f32x4.div(f32x4.sub(u, f32x4.sub(w, all(1))), w);
  const exact = v128.or(f32x4.eq(w, all(0)), f32x4.eq(w, all(Infinity)));
  return f32x4.add(log(w), v128.andnot(lost, exact));
}

/** log(1 + e^x), x at most 0: with t = u/(2 + u), u = e^x, it is 2t·(1 + t²/3 + … + t¹⁴/15), as t is at most ⅓. */
// @ts-ignore: decorator
@inline
export function log1pExp(x: v128): v128 {
  const u = exp(x);
  const t = f32x4.div(u, f32x4.add(u, all(2)));
  const z = f32x4.mul(t, t);
  let series = fma(z, all(2.0 / 15), all(2.0 / 13));
  series = fma(series, z, all(2.0 / 11));
  series = fma(series, z, all(2.0 / 9));
  series = fma(series, z, all(2.0 / 7));
  series = fma(series, z, all(2.0 / 5));
  series = fma(series, z, all(2.0 / 3));
  const twice = f32x4.add(t, t);
  return fma(f32x4.mul(t, z), series, twice);
}

/** log(1 + e^x) = max(x, 0) + log(1 + e^{−|x|}). */
// @ts-ignore: decorator
@inline
export function softplus(x: v128): v128 {
  return f32x4.add(f32x4.max(x, all(0)), log1pExp(f32x4.neg(f32x4.abs(x))));
}

/** 1/(1 + e^{−|x|}), or that times e^{−|x|} below 0: nothing overflows. */
// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  const e = exp(f32x4.neg(f32x4.abs(x)));
  return f32x4.div(v128.bitselect(e, all(1), f32x4.lt(x, all(0))), f32x4.add(e, all(1)));
}
