/** The logarithm of the gamma function and what belongs to it, in float32: TensorFlow.js has none. */
import {
  add,
  clipByValue,
  div,
  floor,
  greater,
  greaterEqual,
  less,
  log,
  mul,
  onesLike,
  square,
  sub,
  type Tensor,
  tidy,
  where,
} from '@tensorflow/tfjs-core';
import { customGradient } from './gradient';
import { log1pOfFraction, polynomial } from './logSpace';
import { assertShapes } from './shape';

/** From here on Stirling's series has the digits of float32. */
const LARGE = 5.5;

/** ½ log 2π */
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** 1 − γ, the derivative of log Γ at 2. */
const SLOPE = 0.42278433509846713;

/** ζ(k) − 1 for k = 2 … 14. */
const ZETA_LESS_ONE = [
  0.6449340668482264, 0.2020569031595943, 0.0823232337111382, 0.0369277551433699, 0.0173430619844491,
  0.0083492773819228, 0.0040773561979443, 0.0020083928260822, 0.0009945751278181, 0.0004941886041195,
  0.000246086553308, 0.0001227133475785, 0.0000612481350587,
];

/** (−1)^k (ζ(k) − 1), the highest k first, and 1 − γ last: ψ(2 + e) as a polynomial in e. */
const SLOPES = [...ZETA_LESS_ONE.map((zeta, i) => (i % 2 === 0 ? zeta : -zeta)).reverse(), SLOPE];

/** log Γ(2 + e) / e as a polynomial in e. */
const VALUES = SLOPES.map((slope, i) => slope / (SLOPES.length - i));

/** The distance of v from the nearest whole number: v = e + steps with e in [−½, ½) but for v < ½, where steps is 0; both are exact. */
const besideTwo = (v: Tensor) => {
  const steps = clipByValue(floor(add(v, 0.5)), 0, 5);
  return { steps, e: sub(v, steps) };
};

const logGammaOf = (v: Tensor): Tensor => {
  const { steps, e } = besideTwo(v);
  const near = mul(e, polynomial(e, VALUES)); // log Γ(2 + e)
  const one = onesLike(v);
  // Γ(v) = Γ(2 + e)·(v − 1)…(v − 3) above 2, Γ(2 + e) / v or Γ(2 + e) / v(v + 1) below.
  const above = [1, 2, 3].reduce(
    (product, j) => mul(product, where(greater(steps, j + 1), sub(v, j), one)),
    one,
  );
  const below = where(less(steps, 2), mul(v, where(less(steps, 1), add(v, 1), one)), one);
  const small = sub(add(near, log(above)), log(below));
  const large = add(sub(mul(sub(v, 0.5), log(v)), v), add(stirlingSeries(v), HALF_LOG_TWO_PI));
  return where(greaterEqual(v, LARGE), large, small);
};

/** 1/(12v) − 1/(360v³) + 1/(1260v⁵): for v from 5 on the next term is below 1e-8. */
const stirlingSeries = (v: Tensor): Tensor => {
  const r = div(1, v);
  return mul(r, polynomial(mul(r, r), [1 / 1260, -1 / 360, 1 / 12]));
};

const digammaOf = (v: Tensor): Tensor => {
  const { steps, e } = besideTwo(v);
  const one = onesLike(v);
  const reciprocal = (holds: Tensor, of: Tensor): Tensor =>
    where(holds, div(1, where(holds, of, one)), mul(one, 0));
  const above = [1, 2, 3].map((j) => reciprocal(greater(steps, j + 1), sub(v, j)));
  const below = [2, 1].map((bound, j) => reciprocal(less(steps, bound), add(v, j)));
  const small = [...above, ...below.map((term) => mul(term, -1))].reduce<Tensor>(
    (total, term) => add(total, term),
    polynomial(e, SLOPES),
  );
  const r = div(1, v);
  const series = polynomial(mul(r, r), [1 / 252, -1 / 120, 1 / 12, 0]);
  const large = sub(sub(log(v), mul(0.5, r)), series);
  return where(greaterEqual(v, LARGE), large, small);
};

// Hand-written because autodiff of the branches multiplies 0 by the infinities of those not taken.
const differentiable = /* @__PURE__ */ customGradient<[Tensor], [Tensor], Tensor>((v, save) => {
  save([v]);
  return { value: logGammaOf(v), gradFunc: (dy, [at]) => [mul(dy, digammaOf(at))] };
});

/**
 * Logarithm of the gamma function, element-wise; log n! = logGamma(n + 1).
 *
 *   log Γ(v) = log ∫ t^{v−1} e^{−t} dt
 *
 * Stirling's series from 5.5 on; below, the series at 2 (Abramowitz & Stegun 1964, 6.1.33) and the recurrence
 * Γ(v + 1) = v·Γ(v). Right to a few units of the last place of float32 for v from 1e-30 to 1e30, also near its zeros at 1
 * and 2.
 *
 * @param v any shape, above 0
 * @returns the same shape; its gradient is {@link digamma}
 * @throws TypeError when v is not a float32 tensor
 * @example logGamma(tf.tensor1d([0.5, 5])) // [0.5723649, 3.1780539]
 */
export function logGamma(v: Tensor): Tensor {
  assertShapes('logGamma', { v: [v, '...', 'float32'] });
  return tidy(() => differentiable(v));
}

/** ψ′(v), the derivative of {@link digamma}: Σ_{i<6} 1/(v + i)² and the asymptotic series from v + 6 on, all of one sign. */
const trigammaOf = (v: Tensor): Tensor => {
  const r = div(1, add(v, 6));
  const series = mul(r, polynomial(r, [1 / 42, 0, -1 / 30, 0, 1 / 6, 1 / 2, 1]));
  return [0, 1, 2, 3, 4, 5].reduce((total, i) => add(total, square(div(1, add(v, i)))), series);
};

// Hand-written for the same reason.
const differentiableSlope = /* @__PURE__ */ customGradient<[Tensor], [Tensor], Tensor>((v, save) => {
  save([v]);
  return { value: digammaOf(v), gradFunc: (dy, [at]) => [mul(dy, trigammaOf(at))] };
});

/**
 * Digamma function, element-wise: the derivative of log Γ.
 *
 *   ψ(v) = d log Γ(v) / dv
 *
 * @param v any shape, above 0
 * @returns the same shape, with a gradient; off by at most a few units of the last place of the larger of 1 and |ψ|
 * @throws TypeError when v is not a float32 tensor
 * @example digamma(tf.tensor1d([1, 10])) // [-0.5772157, 2.2517526]
 */
export function digamma(v: Tensor): Tensor {
  assertShapes('digamma', { v: [v, '...', 'float32'] });
  return tidy(() => differentiableSlope(v));
}

// Stieltjes's continued fraction for log Γ (Abramowitz & Stegun 1964, 6.1.48): below 8e-8 off from 2 on.
const FRACTION = [1 / 12, 1 / 30, 53 / 210, 195 / 371, 22999 / 22737];

/**
 * What Stirling's formula lacks, element-wise.
 *
 *   s(n) = log n! − (n + ½) log n + n − ½ log 2π = 1/(12n) − …
 *
 * @param n any shape, at least 1
 * @returns the same shape, between 0 and 0.0811; off by at most 3e-7
 */
export function stirlingRemainder(n: Tensor): Tensor {
  const next = add(n, 1);
  const fraction = FRACTION.reduceRight<Tensor | number>((tail, a) => div(a, add(next, tail)), 0) as Tensor;
  // s(n) − s(n + 1)
  const step = sub(mul(add(n, 0.5), log1pOfFraction(div(1, n))), 1);
  return add(step, fraction);
}

/**
 * {@link stirlingRemainder} of any number above 0, which need not be whole.
 *
 * @param t any shape, above 0
 * @param logT log t, the same shape: t may underflow
 * @returns the same shape; off by at most 1e-6
 */
export function stirlingRemainderAt(t: Tensor, logT: Tensor): Tensor {
  const small = sub(add(logGammaOf(add(t, 1)), sub(t, HALF_LOG_TWO_PI)), mul(add(t, 0.5), logT));
  return where(greaterEqual(t, 5), stirlingSeries(t), small);
}
