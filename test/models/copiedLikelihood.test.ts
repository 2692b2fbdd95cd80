import { mul, slice, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import * as bernoulli from '../../src/distributions/bernoulli';
import * as continuousBernoulli from '../../src/distributions/continuousBernoulli';
import { discretizedLogistic } from '../../src/distributions/discretizedLogistic';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { gaussianRing } from '../../src/distributions/gaussianRing';
import type { Likelihood } from '../../src/distributions/likelihood';
import { multinomial } from '../../src/distributions/multinomial';
import { negativeBinomial } from '../../src/distributions/negativeBinomial';
import * as poisson from '../../src/distributions/poisson';
import { swissRoll } from '../../src/distributions/swissRoll';
import { cleanUpAfterEach } from '../support/numbers';
import { CLASSES, tinyAae, tinyM2 } from '../support/tiny';

describe('a copy of one of the library’s own likelihoods', () => {
  cleanUpAfterEach();

  it.each<[string, () => Likelihood]>([
    ['bernoulli', () => bernoulli],
    ['continuousBernoulli', () => continuousBernoulli],
    ['poisson', () => poisson],
    ['gaussian', () => gaussianObservation()],
    ['discretizedLogistic', () => discretizedLogistic()],
    ['negativeBinomial', () => negativeBinomial()],
    ['multinomial', () => multinomial()],
  ])('of %s is refused with another function beside its spec', (kind, make) => {
    const original = make();
    for (const changes of [
      { logProb: (p: Tensor, x: Tensor) => mul(0.1, original.logProb(p, x)) },
      { mean: (p: Tensor) => p },
      { netInput: (x: Tensor) => mul(0.5, x) },
    ]) {
      const copy = { ...original, ...changes } as Likelihood;
      expect(() => tinyM2({ inputShape: [4], likelihood: copy })).toThrow(
        `createM2: likelihood has the spec of "${kind}" and a ${Object.keys(changes)[0]}() of its own, needed a copy without spec`,
      );
    }
    for (const variable of Object.values(original.variables ?? {})) variable.dispose();
  });

  it('is taken with the same functions, or without its spec', () => {
    tinyM2({ likelihood: { ...bernoulli, takesObserved: false } }).dispose();
    const { spec: _, ...own } = bernoulli;
    tinyM2({ likelihood: { ...own, logProb: (p, x) => mul(0.1, bernoulli.logProb(p, x)) } }).dispose();
  });
});

describe('a copy of a class prior', () => {
  cleanUpAfterEach();

  it.each([
    ['swissRoll', () => swissRoll({ classes: CLASSES })],
    ['gaussianRing', () => gaussianRing({ classes: CLASSES })],
  ] as const)('of %s is refused with another function beside its spec', (kind, make) => {
    const classPrior = { ...make(), logProb: (z: Tensor) => mul(-1, make().logProb(z)) };
    expect(() => tinyAae({ classPrior, latent: 2 } as never)).toThrow(
      `createAae: classPrior has the spec of "${kind}" and a logProb() of its own, needed a copy without spec`,
    );
  });

  it('of your own gives a number for each class', () => {
    const { spec: _, ...own } = swissRoll({ classes: CLASSES });
    const model = tinyAae({
      classPrior: { ...own, logProb: (z: Tensor) => slice(own.logProb(z), [0, 0], [-1, 1]) },
      latent: 2,
    } as never);
    const x = model.generate([0, 1], 1);
    expect(() => model.classify(x)).toThrow('classify: classPrior.logProb(z) has shape');
    x.dispose();
    model.dispose();
  });
});
