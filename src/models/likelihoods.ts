/** Likelihoods of models: what is refused, and those that a file names. */
import { assertInteger, assertNumber, assertOneOf } from '../core/assert';
import { BYTE_MEANINGS } from '../core/byteValues';
import { describe } from '../core/describe';
import { flag } from '../core/options';
import { assertSpec } from '../core/spec';
import type { Support } from '../core/support';
import { assertNoFunction } from '../core/uncalled';
import type { Likelihood, ParameterKind, ReadyLikelihood } from '../distributions/likelihood';
import { LIKELIHOODS, type LikelihoodSpec } from '../distributions/likelihoods';
import { isRecord, own } from '../files/json';
import { assertVariables } from './ownVariables';

const KINDS: readonly ParameterKind[] = ['logit', 'mean', 'logVar'];

/** Refuses anything but two bounds, the lower of them first. */
const assertSupport = (where: string, { min, max, integers: given }: Partial<Support>): void => {
  const name = 'likelihood.support';
  assertNumber(where, `${name}.min`, min, 'a number', (value) => !Number.isNaN(value));
  assertNumber(where, `${name}.max`, max, `a number above min, ${min}`, (value) => value > min);
  if (!flag(false)(where, `${name}.integers`, given)) return;
  for (const [bound, value] of Object.entries({ min, max }))
    if (Number.isFinite(value))
      assertNumber(where, `${name}.${bound}`, value, 'an integer', Number.isInteger);
};

/** Refuses kinds that name no parameter, and numbers of them that leave a block of the decoder's output open. */
const assertKinds = (where: string, { parameterKinds, parametersPerValue }: Likelihood): void => {
  if (!Array.isArray(parameterKinds) || parameterKinds.length !== parametersPerValue)
    throw new RangeError(
      `${where}: likelihood.parameterKinds is ${describe(parameterKinds)}, needed an array of likelihood.parametersPerValue, ${parametersPerValue}`,
    );
  for (const [i, kind] of parameterKinds.entries())
    assertOneOf(where, `likelihood.parameterKinds[${i}]`, kind, KINDS);
};

/**
 * Refuses a value that is not a likelihood.
 *
 * @throws TypeError or RangeError naming the option
 */
export function assertLikelihood(where: string, likelihood: Likelihood): void {
  assertNoFunction(where, 'likelihood', likelihood);
  if (typeof likelihood?.logProb !== 'function') {
    const hint = typeof likelihood === 'string' ? ": import it from 'ssvae', and leave the quotes out" : '';
    throw new TypeError(
      `${where}: likelihood is ${describe(likelihood)}, needed a Likelihood such as bernoulli${hint}`,
    );
  }
  const { parametersPerValue, parameterKinds, support, bytes = 'unit' } = likelihood;
  assertInteger(where, 'likelihood.parametersPerValue', parametersPerValue);
  if (parameterKinds !== undefined) assertKinds(where, likelihood);
  if (support !== undefined) assertSupport(where, support ?? {});
  assertOneOf(where, 'likelihood.bytes', bytes, BYTE_MEANINGS);
  assertVariables(where, 'likelihood', likelihood);
  assertSpec(where, 'likelihood.spec', likelihood.spec);
}

/**
 * The likelihood that a file names; `null` for one of the user's own.
 *
 * @throws RangeError when the library has none of that name
 */
export function parseLikelihood(where: string, value: unknown): LikelihoodSpec | null {
  if (value === null) return null;
  const { kind } = isRecord(value) ? value : {};
  const ready =
    typeof kind === 'string' ? own<ReadyLikelihood<LikelihoodSpec>>(LIKELIHOODS, kind) : undefined;
  if (ready) return ready.parse(where, value);
  const needed = Object.keys(LIKELIHOODS).map((name) => `"${name}"`);
  throw new RangeError(`${where}: likelihood is ${describe(kind)}, needed ${needed.join(' or ')}`);
}

/** The likelihood itself. */
export const likelihoodOf = (spec: LikelihoodSpec): Likelihood =>
  (LIKELIHOODS[spec.kind] as ReadyLikelihood<LikelihoodSpec>).create(spec);
