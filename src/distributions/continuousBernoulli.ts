/**
 * Continuous Bernoulli over independent values in [0, 1] (Loaiza-Ganem & Cunningham 2019), given by its natural parameters; a
 * {@link Likelihood}, event axes are all but the first.
 *
 * It is the Bernoulli's formula as a density that normalizes on gray values. Its parameter is not a log-odds: the mean is not σ(η),
 * and a bound built on it is not comparable with a Bernoulli's.
 *
 * @module
 */
import {
  abs,
  add,
  clipByValue,
  div,
  exp,
  expm1,
  greater,
  less,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  sign,
  square,
  sub,
  type Tensor,
  type Tensor1D,
  tidy,
  where,
} from '@tensorflow/tfjs-core';
import { assertExampleShape } from '../core/exampleShape';
import { customGradient } from '../core/gradient';
import { polynomial } from '../core/logSpace';
import { assertNoise, type Noise } from '../core/noise';
import { perExample } from '../core/perExample';
import { assertShapes } from '../core/shape';
import type { Support } from '../core/support';
import { type LogProbOptions, observedIn, type ParameterKind } from './likelihood';

/** What rebuilds this likelihood from a saved model. */
export const spec = {
  /** the likelihood's name in a saved model */
  kind: 'continuousBernoulli',
} as const;

/**
 * The shape of the decoder's output: one parameter for each observed value.
 *
 * @param valueShape shape of one example
 * @returns the same shape
 * @throws RangeError when it is not the shape of an example
 * @example continuousBernoulli.parameterShape([28, 28, 1]) // [28, 28, 1]
 */
export function parameterShape(valueShape: readonly number[]): readonly number[] {
  assertExampleShape('continuousBernoulli.parameterShape', 'valueShape', valueShape);
  return [...valueShape];
}

/** A decoder gives any real numbers: no sigmoid at its end. */
export const parameterKinds: readonly ParameterKind[] = ['logit'];

/** Missing values can be left out of `logProb`. */
export const takesObserved = true;

/** Gray values. */
export const support: Support = { min: 0, max: 1 };

/** Below this |η| the series at 0 are used. */
const SMALL = 1;

/** log( sinh u / u ) of u = η/2 at a small η, a series in η² */
const LOG_SINH = [-1 / 9676800, 1 / 181440, -1 / 2880, 1 / 24, 0];

/** ½ coth(η/2) − 1/η at a small η, by η: its derivative */
const SLOPE = [-1 / 1209600, 1 / 30240, -1 / 720, 1 / 12];

/** E[x] − ½ of the distribution, odd in η. */
const meanLessHalf = (eta: Tensor): Tensor => {
  const near = mul(eta, polynomial(minimum(square(eta), SMALL), SLOPE));
  const magnitude = maximum(abs(eta), SMALL);
  // ½ coth(η/2) − 1/η = ½ + e^{−η} / (1 − e^{−η}) − 1/η for η above 0
  const odds = exp(neg(magnitude));
  const far = sub(add(div(odds, sub(1, odds)), 0.5), div(1, magnitude));
  return where(less(abs(eta), SMALL), near, mul(sign(eta), far));
};

// Hand-written for digits: the normalizer is 0/0 at η = 0, and autodiff of its branches NaN.
const elementwise = /* @__PURE__ */ customGradient<[Tensor, Tensor], [Tensor, Tensor], Tensor>(
  (eta, x, save) => {
    save([eta, x]);
    const near = sub(mul(eta, sub(x, 0.5)), polynomial(minimum(square(eta), SMALL), LOG_SINH));
    const magnitude = maximum(abs(eta), SMALL);
    const normalizer = sub(log(magnitude), log1p(neg(exp(neg(magnitude)))));
    const far = add(sub(mul(eta, x), maximum(eta, 0)), normalizer);
    return {
      value: where(less(abs(eta), SMALL), near, far),
      gradFunc: (dy, [at, values]) => [mul(dy, sub(sub(values, 0.5), meanLessHalf(at))), mul(dy, at)],
    };
  },
);

// Hand-written for the same reason: the variance is ¼ − mean² + …, or a series.
const meanOf = /* @__PURE__ */ customGradient<[Tensor], [Tensor], Tensor>((eta, save) => {
  save([eta]);
  return {
    value: clipByValue(add(meanLessHalf(eta), 0.5), 0, 1),
    gradFunc: (dy, [at]) => [mul(dy, varianceOf(at))],
  };
});

/** Var[x] = dE[x]/dη: 1/η² − e^{−|η|} / (1 − e^{−|η|})², or the derivative of the series. */
const varianceOf = (eta: Tensor): Tensor => {
  const near = polynomial(minimum(square(eta), SMALL), [-7 / 1209600, 5 / 30240, -3 / 720, 1 / 12]);
  const magnitude = maximum(abs(eta), SMALL);
  const odds = exp(neg(magnitude));
  const far = sub(square(div(1, magnitude)), div(odds, square(sub(1, odds))));
  return where(less(abs(eta), SMALL), near, far);
};

/**
 * Log-likelihood, per example.
 *
 *   log p(x | η) = Σ_d η_d·x_d − log( (e^{η_d} − 1) / η_d )
 *
 * @param eta η, the decoder's output, [B, …]; at 0 the distribution is uniform
 * @param x values in [0, 1], [B, …]
 * @param options which values are observed: the sum is over those
 * @returns [B], nats; may be positive, as densities may exceed 1
 * @throws RangeError when the shapes differ
 * @example continuousBernoulli.logProb(tf.tensor2d([[0, 2]]), tf.tensor2d([[1, 0.5]])) // [-0.1614395]
 */
export function logProb(eta: Tensor, x: Tensor, options?: LogProbOptions): Tensor1D {
  const observed = observedIn('continuousBernoulli.logProb', options, {
    parameters: [eta, 'B ...', 'float32'],
    x: [x, 'B ...'],
  });
  return tidy(() => {
    const values = elementwise(eta, x);
    return perExample(observed ? mul(values, observed) : values);
  });
}

/**
 * The means, which are not σ(η).
 *
 *   E[x] = 1 / (1 − e^{−η}) − 1/η
 *
 * @param eta η, [B, …]
 * @returns [B, …], in [0, 1]
 * @throws RangeError when the parameters have no batch axis
 * @example continuousBernoulli.mean(tf.tensor2d([[0, 2]])) // [[0.5, 0.6565176]]
 */
export function mean(eta: Tensor): Tensor {
  assertShapes('continuousBernoulli.mean', { parameters: [eta, 'B ...', 'float32'] });
  return tidy(() => meanOf(eta));
}

/**
 * A draw of values; no gradient flows through it.
 *
 *   x = log( 1 + u·(e^η − 1) ) / η,   u ~ U(0, 1)
 *
 * @param eta η, [B, …]
 * @param noise stream that the draw comes from
 * @returns [B, …], in [0, 1]
 * @throws RangeError when the parameters have no batch axis
 * @example continuousBernoulli.sample(tf.tensor2d([[1e6]]), noise) // [[1]]
 */
export function sample(eta: Tensor, noise: Noise): Tensor {
  assertShapes('continuousBernoulli.sample', { parameters: [eta, 'B ...', 'float32'] });
  assertNoise('continuousBernoulli.sample', noise);
  return tidy(() => {
    const u = noise.uniform(eta.shape);
    const isSmall = less(abs(eta), 1e-3);
    // Of −|η|, where nothing overflows; the distribution of η is that of −η seen from 1.
    const rate = neg(maximum(abs(eta), 1e-3));
    const drawn = clipByValue(div(log1p(mul(u, expm1(rate))), rate), 0, 1);
    return where(isSmall, u, where(greater(eta, 0), sub(1, drawn), drawn));
  });
}
