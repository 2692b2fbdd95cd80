import { concat, type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import * as bernoulli from '../../src/distributions/bernoulli';
import { categoricalObservation } from '../../src/distributions/categoricalObservation';
import * as continuousBernoulli from '../../src/distributions/continuousBernoulli';
import { discretizedLogistic } from '../../src/distributions/discretizedLogistic';
import * as gaussian from '../../src/distributions/gaussian';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import type { Likelihood, LogProbOptions } from '../../src/distributions/likelihood';
import { mixed } from '../../src/distributions/mixed';
import { multinomial } from '../../src/distributions/multinomial';
import { negativeBinomial } from '../../src/distributions/negativeBinomial';
import * as poisson from '../../src/distributions/poisson';
import { cleanUpAfterEach } from '../support/numbers';
import { alive } from '../support/tiny';

cleanUpAfterEach();

type LogProb = (p: Tensor, x: Tensor, options?: LogProbOptions) => unknown;

const flags = () => mixed({ blocks: [{ kind: 'flags', width: 2 }] });

/** Of one whose parameters are twice as wide as x. */
const ofHalves =
  ({ logProb }: Likelihood): LogProb =>
  (p, x, options) =>
    tidy(() => logProb(concat([p, p], 1), x, options));

const FUNCTIONS: readonly (readonly [string, () => LogProb])[] = [
  ['bernoulli.logProb', () => bernoulli.logProb],
  ['gaussian.logProb', () => (p, x, options) => gaussian.logProb({ mean: p, logVar: p }, x, options)],
  ['poisson.logProb', () => poisson.logProb],
  ['gaussianObservation.logProb', () => gaussianObservation().logProb],
  ['continuousBernoulli.logProb', () => continuousBernoulli.logProb],
  ['discretizedLogistic.logProb', () => ofHalves(discretizedLogistic())],
  ['multinomial.logProb', () => multinomial().logProb],
  ['negativeBinomial.logProb', () => negativeBinomial().logProb],
  ['categoricalObservation.logProb', () => categoricalObservation({ levels: [2] }).logProb],
  ['mixed.logProb', () => flags().logProb],
  ['mixed.logProbByBlock', () => flags().logProbByBlock],
];

describe.each(FUNCTIONS)('the options of %s', (name, make) => {
  it.each([
    ['a tensor', (x: Tensor) => x, 'options is a tensor [1,2], needed a plain object'],
    ['null', () => null, 'options is null, needed an object'],
    ['a misspelled name', (observd: Tensor) => ({ observd }), 'observd is not an option, needed observed'],
    ['observed of null', () => ({ observed: null }), 'observed is null, needed a tensor'],
    ['observed of NaN', () => ({ observed: Number.NaN }), 'observed is NaN, needed a tensor'],
    ['observed of 0', () => ({ observed: 0 }), 'observed is 0, needed a tensor'],
    ['observed of an empty text', () => ({ observed: '' }), 'observed is "", needed a tensor'],
  ])('are refused as %s', (_, given, message) => {
    const logProb = make();
    const x = tensor2d([[1, 0]]);
    const before = alive();
    expect(() => logProb(x, x, given(x) as LogProbOptions)).toThrow(`${name}: ${message}`);
    expect(alive()).toEqual(before);
  });

  it('may leave observed out, or have it undefined', () => {
    const logProb = make();
    const x = tensor2d([[1, 0]]);
    for (const options of [{}, { observed: undefined as never }, { observed: x }])
      expect(logProb(x, x, options)).toBeDefined();
  });
});
