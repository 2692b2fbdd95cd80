import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as bernoulli from '../../src/distributions/bernoulli';
import type { Likelihood } from '../../src/distributions/likelihood';
import { createM2 } from '../../src/models/m2/model';
import { createVae } from '../../src/models/vae/model';

const own = (changes: object): Likelihood => ({ ...bernoulli, ...changes });

describe('a likelihood of your own', () => {
  const make = (likelihood: unknown) => {
    const options = { inputShape: [3], likelihood: likelihood as Likelihood, seed: createNoise(1) };
    return [
      () => createM2({ ...options, classes: 2 }).dispose(),
      () => createVae(options).dispose(),
    ] as const;
  };

  it.each<[string, unknown, string]>([
    [
      'names of other bounds',
      own({ support: { lower: 0, upper: 1 } }),
      'support.min is undefined, needed a number',
    ],
    [
      'a pair',
      own({ support: [0, 1] }),
      'support has 2 entries, needed 3, one for each place of the last axis',
    ],
    ['numbers for supports', own({ support: [0, 1, 2] }), 'support[0].min is undefined, needed a number'],
    ['nothing', own({ support: null }), 'support.min is undefined, needed a number'],
    [
      'reversed bounds',
      own({ support: { min: 1, max: 0 } }),
      'support.max is 0, needed a number above min, 1',
    ],
    [
      'a bound that is NaN',
      own({ support: { min: Number.NaN, max: 1 } }),
      'support.min is NaN, needed a number',
    ],
    ['one bound', own({ support: { min: 0 } }), 'support.max is undefined, needed a number above min, 0'],
    ['texts as bounds', own({ support: { min: '0', max: '1' } }), 'support.min is "0", needed a number'],
    [
      'an unknown kind of parameter',
      own({ parameterKinds: ['logits'] }),
      'parameterKinds[0] is "logits", needed one of "logit", "mean", "logVar", "logScale", "logMean", "logDispersion"',
    ],
    [
      'more kinds than parameters',
      own({ parameterKinds: ['mean', 'logVar'] }),
      'parameterKinds is an array of 2, needed an array whose length divides the last axis of likelihood.parameterShape, 3',
    ],
    ['no mean', own({ mean: undefined }), 'mean is undefined, needed a function'],
    ['no draws', own({ sample: undefined }), 'sample is undefined, needed a function'],
    [
      'no shape of parameters',
      own({ parameterShape: undefined }),
      'parameterShape is undefined, needed a function',
    ],
    [
      'a shape of parameters that is none',
      own({ parameterShape: () => 3 }),
      'parameterShape([3]) is 3, needed the shape of one example, e.g. [28, 28, 1]',
    ],
    [
      'a misspelled name',
      own({ netinput: () => undefined }),
      'netinput is not a part of a likelihood, needed another name: did you mean netInput?',
    ],
    [
      'a kind that is no array',
      own({ parameterKinds: 'logit' }),
      'parameterKinds is "logit", needed an array whose length divides the last axis of likelihood.parameterShape, 3',
    ],
  ])('is refused when its model is made: %s', (_, likelihood, reason) => {
    for (const create of make(likelihood)) expect(create).toThrow(`likelihood.${reason}`);
  });

  it('is the object, not its name', () => {
    for (const create of make('bernoulli'))
      expect(create).toThrow(
        `likelihood is "bernoulli", needed a Likelihood such as bernoulli: import it from 'ssvae', and leave the quotes out`,
      );
  });

  it('may leave a bound open, and tell neither support nor kinds', () => {
    for (const support of [{ min: -Infinity, max: Infinity }, { min: 0, max: Infinity }, undefined])
      for (const create of make(own({ support, parameterKinds: undefined }))) expect(create).not.toThrow();
  });
});
