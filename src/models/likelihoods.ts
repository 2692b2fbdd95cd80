/** Likelihoods of models: what is refused, and those that a file names. */
import { assertInteger } from '../core/assert';
import { describe } from '../core/describe';
import { assertNoFunction } from '../core/uncalled';
import * as bernoulli from '../distributions/bernoulli';
import { gaussianObservation } from '../distributions/gaussianObservation';
import type { Likelihood, LikelihoodSpec } from '../distributions/likelihood';
import { isFiniteNumber, isRecord, parse, parseRecord } from '../files/json';

/**
 * Refuses what is no likelihood.
 *
 * @throws TypeError or RangeError naming the option
 */
export function assertLikelihood(where: string, likelihood: Likelihood): void {
  assertNoFunction(where, 'likelihood', likelihood);
  if (typeof likelihood?.logProb !== 'function')
    throw new TypeError(
      `${where}: likelihood is ${describe(likelihood)}, needed a Likelihood such as bernoulli`,
    );
  assertInteger(where, 'likelihood.parametersPerValue', likelihood.parametersPerValue);
}

/**
 * The likelihood that a file names; `null` stands for one's own.
 *
 * @throws RangeError when it is none of the library's
 */
export function parseLikelihood(where: string, value: unknown): LikelihoodSpec | null {
  if (value === null) return null;
  const { kind, variance, sigma } = isRecord(value) ? value : {};
  const holds = (...entries: readonly string[]): void =>
    void parseRecord(where, 'spec.likelihood', value, ['kind', ...entries]);
  if (kind === 'bernoulli') {
    holds();
    return { kind };
  }
  if (kind === 'gaussian' && (variance === 'fixed' || variance === 'learned')) {
    holds('variance', 'sigma');
    return { kind, variance, sigma: parse(where, 'sigma', sigma, 'a number', isFiniteNumber) };
  }
  throw new RangeError(`${where}: likelihood is ${describe(kind)}, needed "bernoulli" or "gaussian"`);
}

/** The likelihood itself. */
export const likelihoodOf = (spec: LikelihoodSpec): Likelihood => {
  if (spec.kind === 'bernoulli') return bernoulli;
  return gaussianObservation(spec.variance === 'learned' ? { variance: 'learned' } : { sigma: spec.sigma });
};
