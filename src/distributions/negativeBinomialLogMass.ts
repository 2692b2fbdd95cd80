/** Log-probability of counts under negative binomials, one by one. */
import {
  abs,
  add,
  div,
  exp,
  greater,
  less,
  log,
  logicalAnd,
  maximum,
  minimum,
  mul,
  neg,
  square,
  sub,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { customGradient } from '../core/gradient';
import { stirlingRemainder, stirlingRemainderAt } from '../core/logGamma';
import { expm1MinusIdentity, log1pOfFraction, softplusOf } from '../core/logSpace';

const LOG_TWO_PI = Math.log(2 * Math.PI);

interface Terms {
  /** log μ */
  readonly m: Tensor;
  /** log θ */
  readonly t: Tensor;
  readonly mu: Tensor;
  readonly theta: Tensor;
  /** counts */
  readonly x: Tensor;
}

/**
 * Distance of x and θ from their shares of n = x + θ, at least 0; with δ = (μ − x) / n and d = log μ − log x
 *
 *   D = x·log( x(θ+μ) / μn ) + θ·log( (θ+μ) / n )
 *     = x·(e^d − 1 − d) − n·(δ − log(1 + δ))                                 where θ > x and δ is small
 *     = x·( log(1 + θ/μ) − log(1 + θ/x) ) + θ·log( (θ+μ) / n )                elsewhere
 *
 * Each keeps its digits where it is used.
 */
const devianceOf = ({ m, t, mu, theta, x }: Terms): Tensor => {
  const n = add(x, theta);
  const d = sub(m, log(x));
  const delta = div(sub(mu, x), n);
  const isNear = logicalAnd(less(abs(delta), 0.5), greater(theta, x));
  const inside = maximum(minimum(delta, 0.5), -0.5);
  const near = sub(mul(x, expm1MinusIdentity(d)), mul(n, sub(inside, log1pOfFraction(inside))));
  const rates = sub(softplusOf(sub(t, m)), softplusOf(sub(t, log(x))));
  const far = add(mul(x, rates), mul(theta, log(div(add(theta, mu), n))));
  return where(isNear, near, far);
};

const logMassOf = (terms: Terms): Tensor => {
  const { m, t, theta } = terms;
  const x = maximum(terms.x, 1);
  const ratio = add(softplusOf(sub(log(x), t)), add(log(x), LOG_TWO_PI)); // log 2πx(x + θ)/θ
  const remainders = sub(
    stirlingRemainder(add(x, theta)),
    add(stirlingRemainderAt(theta, t), stirlingRemainder(x)),
  );
  const counted = sub(sub(remainders, mul(0.5, ratio)), devianceOf({ ...terms, x }));
  const none = neg(mul(theta, softplusOf(sub(m, t)))); // θ log( θ / (θ + μ) )
  return where(greater(terms.x, 0), counted, none);
};

/** ψ(x + θ) − ψ(θ), as a sum of terms that each are small where θ is large; times θ. */
const scaledDigammaDifference = (x: Tensor, theta: Tensor): Tensor => {
  const shifted = add(theta, 6);
  const both = add(shifted, x);
  const u = div(x, shifted);
  const logarithm = where(less(u, 1), log1pOfFraction(minimum(u, 1)), log(add(u, 1)));
  const [r, s] = [div(1, shifted), div(1, both)];
  const [r2, s2] = [square(r), square(s)];
  const series = [
    logarithm,
    mul(0.5, sub(r, s)),
    mul(1 / 12, sub(r2, s2)),
    mul(-1 / 120, sub(square(r2), square(s2))),
  ].reduce<Tensor>((total, term) => add(total, term), zerosLike(x));
  const shifts = [0, 1, 2, 3, 4, 5].map((i) => {
    const [from, to] = [add(theta, i), add(add(x, theta), i)];
    return mul(div(theta, from), div(x, to));
  });
  return shifts.reduce<Tensor>((total, term) => add(total, term), mul(theta, series));
};

/**
 * d log p / dt = θ·( ψ(x + θ) − ψ(θ) − log(1 + μ/θ) ) + θ·(μ − x) / (θ + μ)
 */
const dispersionSlope = ({ m, t, mu, theta, x }: Terms): Tensor => {
  const odds = sub(m, t);
  const last = div(sub(mu, x), add(1, exp(odds)));
  return add(sub(scaledDigammaDifference(x, theta), mul(theta, softplusOf(odds))), last);
};

const termsOf = (m: Tensor, t: Tensor, x: Tensor): Terms => ({ m, t, mu: exp(m), theta: exp(t), x });

// Hand-written for digits: log Γ(x + θ) − log Γ(θ) has none at a large θ, nor has a difference of digammas. Of the counts
// themselves there is no gradient.
const logMass = /* @__PURE__ */ customGradient<[Tensor, Tensor, Tensor], [Tensor, Tensor, Tensor], Tensor>(
  (m, t, x, save) => {
    save([m, t, x]);
    return {
      value: logMassOf(termsOf(m, t, x)),
      gradFunc: (dy, [logMean, logTheta, counts]) => {
        const terms = termsOf(logMean, logTheta, counts);
        const slope = div(sub(counts, terms.mu), add(1, exp(sub(logMean, logTheta))));
        return [mul(dy, slope), mul(dy, dispersionSlope(terms)), zerosLike(counts)];
      },
    };
  },
);

/**
 * Log-probability of counts, element-wise, as a ratio of saddle points (Loader 2000): for x above 0, with n = x + θ,
 *
 *   log p(x) = ½ log( θ / 2πxn ) + s(n) − s(θ) − s(x) − D,   log p(0) = −θ·log(1 + μ/θ)
 *
 * s is what Stirling's formula lacks, D the deviance of x and θ. For θ → ∞ it goes to the Poisson's.
 *
 * @param logMean m = log μ, any shape
 * @param logTheta t = log θ, the same shape
 * @param x counts, the same shape
 * @returns the same shape, nats; without a gradient in the counts
 */
export const negativeBinomialLogMass = (logMean: Tensor, logTheta: Tensor, x: Tensor): Tensor =>
  logMass(logMean, logTheta, x);
