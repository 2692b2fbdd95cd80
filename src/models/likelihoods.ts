/** Likelihoods of models: what is refused, and those that a file names. */

import { assertFunction, assertNumber, assertOneOf } from '../core/assert';
import { BYTE_MEANINGS } from '../core/byteValues';
import { describe, formatShape } from '../core/describe';
import { assertExampleShape } from '../core/exampleShape';
import { atOnce } from '../core/notAsync';
import { flag, integersFrom } from '../core/options';
import { assertSpec } from '../core/spec';
import { assertSpelling } from '../core/spelling';
import type { Support } from '../core/support';
import { assertNoFunction } from '../core/uncalled';
import { assertGenuine } from '../distributions/genuine';
import type { Likelihood, ParameterKind, ReadyLikelihood } from '../distributions/likelihood';
import { LIKELIHOODS, type LikelihoodSpec } from '../distributions/likelihoods';
import { isRecord, own } from '../files/json';
import { assertVariables } from './ownVariables';

const KINDS: readonly ParameterKind[] = ['logit', 'mean', 'logVar', 'logScale', 'logMean', 'logDispersion'];

/** Equally spaced values of a support. */
const LEVELS = /* @__PURE__ */ integersFrom(2);

/** Refuses anything but two bounds, the lower of them first. */
const assertSupport = (where: string, name: string, support: Partial<Support>): void => {
  const known: readonly (keyof Support)[] = ['min', 'max', 'integers', 'levels', 'oneOf'];
  assertSpelling(where, name, support, { known, what: 'a part of a support' });
  const { min, max, integers: given, levels } = support;
  assertNumber(where, `${name}.min`, min, 'a number', (value) => !Number.isNaN(value));
  assertNumber(where, `${name}.max`, max, `a number above min, ${min}`, (value) => value > min);
  if (levels !== undefined) {
    assertNumber(where, `${name}.levels`, levels, LEVELS.needed, LEVELS.holds);
    for (const [bound, value] of Object.entries({ min, max }))
      assertNumber(where, `${name}.${bound}`, value, 'a finite number beside levels', Number.isFinite);
  }
  if (!flag(false)(where, `${name}.integers`, given)) return;
  for (const [bound, value] of Object.entries({ min, max }))
    if (Number.isFinite(value))
      assertNumber(where, `${name}.${bound}`, value, 'an integer', Number.isInteger);
};

/**
 * The shape that a decoder has to give for examples of a shape.
 *
 * @throws what `parameterShape` throws, as where a likelihood is of other columns; RangeError where it gives no shape
 */
export function outputShapeOf(
  where: string,
  likelihood: Likelihood,
  inputShape: readonly number[],
): readonly number[] {
  assertFunction(where, 'likelihood.parameterShape', likelihood?.parameterShape);
  const shape = atOnce(where, 'likelihood.parameterShape', likelihood.parameterShape(inputShape));
  assertExampleShape(where, `likelihood.parameterShape(${formatShape(inputShape)})`, shape);
  return shape;
}

/** Refuses kinds that name no parameter, and numbers of them that do not divide the decoder's last axis. */
const assertKinds = (
  where: string,
  kinds: readonly ParameterKind[],
  outputShape: readonly number[],
): void => {
  const width = outputShape.at(-1) as number;
  if (!Array.isArray(kinds) || kinds.length === 0 || width % kinds.length !== 0)
    throw new RangeError(
      `${where}: likelihood.parameterKinds is ${describe(kinds)}, needed an array whose length divides the last axis of likelihood.parameterShape, ${width}`,
    );
  for (const [i, kind] of (kinds as readonly ParameterKind[]).entries())
    assertOneOf(where, `likelihood.parameterKinds[${i}]`, kind, KINDS);
};

/** What a likelihood may hold. */
const LIKELIHOOD_NAMES = [
  'spec',
  'parameterShape',
  'parameterKinds',
  'support',
  'bytes',
  'variables',
  'netInput',
  'takesObserved',
  'logProb',
  'trainingLogProb',
  'mean',
  'sample',
] as const satisfies readonly (keyof Likelihood)[];

/**
 * Refuses a value that is not a likelihood of examples of a shape.
 *
 * @throws TypeError or RangeError naming the option
 */
export function assertLikelihood(where: string, likelihood: Likelihood, inputShape: readonly number[]): void {
  assertNoFunction(where, 'likelihood', likelihood);
  if (typeof likelihood?.logProb !== 'function') {
    const hint = typeof likelihood === 'string' ? ": import it from 'ssvae', and leave the quotes out" : '';
    throw new TypeError(
      `${where}: likelihood is ${describe(likelihood)}, needed a Likelihood such as bernoulli${hint}`,
    );
  }
  assertSpelling(where, 'likelihood', likelihood, {
    known: LIKELIHOOD_NAMES,
    what: 'a part of a likelihood',
  });
  const { parameterKinds, support, bytes = 'unit', netInput, trainingLogProb, mean, sample } = likelihood;
  for (const [name, given] of Object.entries({ mean, sample }))
    assertFunction(where, `likelihood.${name}`, given);
  const outputShape = outputShapeOf(where, likelihood, inputShape);
  if (parameterKinds !== undefined) assertKinds(where, parameterKinds, outputShape);
  if (Array.isArray(support)) {
    if (support.length !== inputShape.at(-1))
      throw new RangeError(
        `${where}: likelihood.support has ${support.length} entries, needed ${inputShape.at(-1)}, one for each place of the last axis`,
      );
    for (const [i, one] of support.entries()) assertSupport(where, `likelihood.support[${i}]`, one ?? {});
  } else if (support !== undefined) assertSupport(where, 'likelihood.support', (support as Support) ?? {});
  assertOneOf(where, 'likelihood.bytes', bytes, BYTE_MEANINGS);
  if (netInput !== undefined) assertFunction(where, 'likelihood.netInput', netInput);
  if (trainingLogProb !== undefined) assertFunction(where, 'likelihood.trainingLogProb', trainingLogProb);
  assertVariables(where, 'likelihood', likelihood);
  assertSpec(where, 'likelihood.spec', likelihood.spec);
  assertGenuine(where, 'likelihood', likelihood);
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
  throw new RangeError(`${where}: likelihood is ${describe(kind)}, needed one of ${needed.join(', ')}`);
}

/** Columns of x that a likelihood claims, 0 where it claims none. */
export const columnsClaimed = (spec: LikelihoodSpec): number =>
  (LIKELIHOODS[spec.kind] as ReadyLikelihood<LikelihoodSpec>).columnsOf(spec);

/** The likelihood itself. */
export const likelihoodOf = (spec: LikelihoodSpec): Likelihood =>
  (LIKELIHOODS[spec.kind] as ReadyLikelihood<LikelihoodSpec>).create(spec);
