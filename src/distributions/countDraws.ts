/** Draws of counts, and of their rates, on any backend: every try is made at once, and the first that is accepted is taken. */
import {
  add,
  div,
  exp,
  floor,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  mul,
  onesLike,
  pow,
  round,
  slice,
  sqrt,
  square,
  squeeze,
  sub,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { Noise } from '../core/noise';
import { poissonLogMass } from './poissonLogMass';

/** The first accepted try along the first axis, or what is left without one. */
const firstAccepted = (tries: Tensor, accepted: Tensor, otherwise: Tensor): Tensor => {
  const at = (all: Tensor, i: number): Tensor => squeeze(slice(all, [i], [1]), [0]);
  let chosen = otherwise;
  for (let i = (tries.shape[0] as number) - 1; i >= 0; i--)
    chosen = where(at(accepted, i), at(tries, i), chosen);
  return chosen;
};

/** Rates below it are drawn by inversion, the others by rejection. */
const SMALL_RATE = 10;
/** The largest count of a small rate: a larger one has a probability of 1e-12. */
const MOST_OF_SMALL = 40;
/** A try is accepted with a probability of at least 0.75: 12 of them fail once in 10⁷. */
const TRIES = 12;

/** x = #{ k : u > P(X ≤ k) }, for rates of at most {@link SMALL_RATE}. */
const byInversion = (rate: Tensor, u: Tensor): Tensor => {
  let mass = exp(mul(rate, -1));
  let cumulative = mass;
  let count: Tensor = zerosLike(rate);
  for (let k = 1; k <= MOST_OF_SMALL; k++) {
    count = add(count, greater(u, cumulative));
    mass = mul(mass, div(rate, k));
    cumulative = add(cumulative, mass);
  }
  return count;
};

/** Transformed rejection with squeeze (Hörmann 1993, PTRS), for rates of at least {@link SMALL_RATE}. */
const byRejection = (rate: Tensor, noise: Noise): Tensor => {
  const shape = [TRIES, ...rate.shape];
  const [u, v] = [sub(noise.uniform(shape), 0.5), noise.uniform(shape)];
  const b = add(0.931, mul(2.53, sqrt(rate)));
  const a = add(-0.059, mul(0.02483, b));
  const us = sub(0.5, maximum(u, mul(u, -1)));
  const k = floor(add(mul(add(div(mul(2, a), us), b), u), add(rate, 0.43)));
  const quick = logicalAnd(greaterEqual(us, 0.07), lessEqual(v, sub(0.9277, div(3.6224, sub(b, 2)))));
  const hopeless = logicalOr(less(k, 0), logicalAnd(less(us, 0.013), greater(v, us)));
  const scale = add(1.1239, div(1.1328, sub(b, 3.4)));
  const height = log(div(mul(v, scale), add(div(a, square(us)), b)));
  const logRate = add(mul(k, 0), log(rate));
  const fits = lessEqual(height, poissonLogMass(logRate, maximum(k, 0)));
  const accepted = logicalAnd(greaterEqual(k, 0), logicalOr(quick, logicalAnd(logicalNot(hopeless), fits)));
  return firstAccepted(k, accepted, round(rate));
};

/**
 * Draws of Poisson distributions; no gradient flows through them.
 *
 * @param rate any shape, at least 0 and finite
 * @param noise stream that they come from
 * @returns the same shape, integers from 0 on
 */
export function drawPoisson(rate: Tensor, noise: Noise): Tensor {
  const small = less(rate, SMALL_RATE);
  const limit = mul(onesLike(rate), SMALL_RATE);
  return where(
    small,
    byInversion(where(small, rate, limit), noise.split('inversion').uniform(rate.shape)),
    byRejection(where(small, limit, rate), noise.split('rejection')),
  );
}

/** A try is accepted with a probability of at least 0.95. */
const GAMMA_TRIES = 6;

/**
 * Draws of Gamma(θ, 1) distributions (Marsaglia & Tsang 2000); no gradient flows through them.
 *
 *   d = θ − ⅓,   v = (1 + ε / √(9d))³,   g = d·v   where   log u < ½ε² + d − d·v + d·log v
 *
 * For θ below 1 the draw is that of θ + 1, times u^{1/θ}.
 *
 * @param shape θ, any shape, above 0
 * @param noise stream that they come from
 * @returns the same shape, at least 0; 0 where θ is so small that a draw underflows
 */
export function drawGamma(shape: Tensor, noise: Noise): Tensor {
  const small = less(shape, 1);
  const raised = where(small, add(shape, 1), shape);
  const tries = [GAMMA_TRIES, ...shape.shape];
  const [normal, u] = [noise.split('normal').normal(tries), noise.split('uniform').uniform(tries)];
  const d = sub(raised, 1 / 3);
  const root = add(1, div(normal, sqrt(mul(9, d))));
  const positive = greater(root, 0);
  const v = pow(where(positive, root, onesLike(root)), 3);
  const bound = add(mul(0.5, square(normal)), mul(d, sub(add(1, log(v)), v)));
  const accepted = logicalAnd(positive, less(log(u), bound));
  const drawn = firstAccepted(mul(d, v), accepted, d);
  const factor = pow(noise.split('power').uniform(shape.shape), div(1, where(small, shape, onesLike(shape))));
  return where(small, mul(drawn, factor), drawn);
}
