/** Distributions and divergences. */
import { mul, sum, type Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import * as ssvae from '../../../src/index';
import { batched, gaussians, labels, logits, noises, reals, shares, sized } from './arbitraries';
import { type Descriptions, described } from './description';
import { DrawnTensor, Opaque } from './drawn';
import { binary, finite, must, normalised, shaped, within } from './promises';

const { bernoulli, categorical, gaussian } = ssvae;

const rowsOf = (result: Tensor, { shape }: Tensor): void => shaped(result, shape.slice(0, 1));
const likeFirst = (result: Tensor, { shape }: Tensor): void => shaped(result, shape);
const sizeBesideBatch = ({ shape, size }: Tensor): number => size / (shape[0] as number);

const parameters = batched((shape) => reals(shape, 60));
const classLogits = sized(({ B, K }) => logits(B, K));

const counts = (shape: readonly number[]) =>
  reals(shape, 30).map(
    ({ values }) =>
      new DrawnTensor(
        shape,
        values.map((v) => Math.round(Math.abs(Number(v)))),
      ),
  );
const whole = async (result: Tensor): Promise<void> => {
  for (const value of await result.data()) must(value >= 0 && Number.isInteger(value), 'counts');
};
const ofShape = (parameterShape: (shape: readonly number[]) => readonly number[]) =>
  described(
    parameterShape,
    fc.tuple(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 })),
    {
      always: (result, shape) => must(result.join() === shape.join(), 'the same shape'),
    },
  );
const positives = batched((shape) =>
  reals(shape, 30).map(
    ({ values }) =>
      new DrawnTensor(
        shape,
        values.map((v) => Math.fround(Math.abs(Number(v)) + 1e-3)),
      ),
  ),
);

/** What each of a likelihood's functions gives; what was made is freed where a later one throws. */
const allOf = (
  { logProb, mean, sample }: ssvae.Likelihood,
  parameters: Tensor,
  x: Tensor,
  noise: ssvae.Noise,
): Tensor[] => {
  const made: Tensor[] = [];
  try {
    made.push(logProb(parameters, x));
    made.push(mean(parameters));
    made.push(sample(parameters, noise));
    return made;
  } catch (error) {
    for (const tensor of made) tensor.dispose();
    throw error;
  }
};
/** Likewise of one whose variables are freed. */
const allOfOwner = (
  likelihood: ssvae.Likelihood & { dispose(): void },
  ...rest: [Tensor, Tensor, ssvae.Noise]
): Tensor[] => {
  try {
    return allOf(likelihood, ...rest);
  } finally {
    likelihood.dispose();
  }
};
const threeResults = ([logProb, ...others]: readonly Tensor[], x: Tensor): void => {
  rowsOf(logProb as Tensor, x);
  for (const other of others) likeFirst(other, x);
};

export const poissonFunctions: Descriptions = {
  'poisson.parameterShape': ofShape(ssvae.poisson.parameterShape),
  'poisson.logProb': described(
    ssvae.poisson.logProb,
    batched((shape) => fc.tuple(reals(shape, 60), counts(shape))),
    { always: rowsOf, valid: (result) => within(result, -Infinity, 1e-6) },
  ),
  'poisson.mean': described(ssvae.poisson.mean, fc.tuple(parameters), {
    always: likeFirst,
    valid: (result) => within(result, 0),
  }),
  'poisson.sample': described(
    ssvae.poisson.sample,
    fc.tuple(
      batched((shape) => reals(shape, 12)),
      noises,
    ),
    { always: likeFirst, valid: whole },
  ),
};

const shares01 = batched((shape) =>
  fc.tuple(
    reals(shape, 60),
    reals(shape, 1).map(
      ({ values }) =>
        new DrawnTensor(
          shape,
          values.map((v) => Math.fround(Math.min(1, Math.abs(Number(v))))),
        ),
    ),
  ),
);

export const continuousBernoulliFunctions: Descriptions = {
  'continuousBernoulli.parameterShape': ofShape(ssvae.continuousBernoulli.parameterShape),
  'continuousBernoulli.logProb': described(ssvae.continuousBernoulli.logProb, shares01, {
    always: rowsOf,
    valid: (result) => finite(result),
  }),
  'continuousBernoulli.mean': described(ssvae.continuousBernoulli.mean, fc.tuple(parameters), {
    always: likeFirst,
    valid: (result) => within(result, 0, 1),
  }),
  'continuousBernoulli.sample': described(ssvae.continuousBernoulli.sample, fc.tuple(parameters, noises), {
    always: likeFirst,
    valid: (result) => within(result, 0, 1),
  }),
};

export const likelihoodFunctions: Descriptions = {
  sampleGamma: described(ssvae.sampleGamma, fc.tuple(positives, noises), {
    always: likeFirst,
    valid: (result) => within(result, 0),
  }),
  discretizedLogistic: described(
    (options: ssvae.DiscretizedLogisticOptions | undefined, p: Tensor, x: Tensor, noise: ssvae.Noise) =>
      allOf(ssvae.discretizedLogistic(options), p, x, noise),
    fc.tuple(
      fc.constantFrom({ bins: 3, high: 2, mixture: 2 }),
      reals([2, 12], 30),
      fc.constant(new DrawnTensor([2, 2], [0, 1, 2, 1])),
      noises,
    ),
    {
      always: (results, _, __, x) => threeResults(results, x),
      valid: ([logProb, ...others]) => {
        within(logProb as Tensor, -Infinity, 1e-5);
        for (const other of others) within(other, -1e-5, 2 + 1e-5);
      },
    },
  ),
  multinomial: described(
    (options: ssvae.MultinomialOptions | undefined, l: Tensor, x: Tensor, noise: ssvae.Noise) =>
      allOf(ssvae.multinomial(options), l, x, noise),
    fc.tuple(
      fc.constantFrom({}, { total: 3 }),
      reals([2, 3], 30),
      fc.constant(new DrawnTensor([2, 3], [0, 1, 2, 40, 0, 0])),
      noises,
    ),
    {
      always: (results, _, __, x) => threeResults(results, x),
      cheap: (options: ssvae.MultinomialOptions | undefined) => !(Number(options?.total) > 100),
      valid: (results) => finite(...results),
    },
  ),
  digamma: described(ssvae.digamma, fc.tuple(positives), {
    always: likeFirst,
    valid: (result) => finite(result),
  }),
  logGamma: described(ssvae.logGamma, fc.tuple(positives), {
    always: likeFirst,
    valid: (result) => within(result, -0.1215),
  }),
  negativeBinomial: described(
    (options: ssvae.NegativeBinomialOptions | undefined, parameters: Tensor, x: Tensor, noise: ssvae.Noise) =>
      allOfOwner(ssvae.negativeBinomial(options), parameters, x, noise),
    fc
      .tuple(
        fc.constantFrom({}, { theta: 3 }, { dispersion: 'learned' as const }),
        batched(fc.constant),
        noises,
      )
      .chain(([options, shape, noise]) => {
        const event = shape.length === 1 ? [...shape, 2] : shape;
        const learned = 'dispersion' in options;
        const doubled = learned ? [...event.slice(0, -1), 2 * (event.at(-1) as number)] : event;
        return fc.tuple(fc.constant(options), reals(doubled, 8), counts(event), fc.constant(noise));
      }),
    {
      always: (results, _, __, x) => threeResults(results, x),
      valid: (results) => finite(...results),
    },
  ),
  categoricalObservation: described(
    (options: ssvae.CategoricalObservationOptions, l: Tensor, x: Tensor, noise: ssvae.Noise) =>
      allOf(ssvae.categoricalObservation(options), l, x, noise),
    fc.tuple(
      fc.constant({ levels: [3, 2] }),
      reals([4, 5], 30),
      fc.constant(new DrawnTensor([4, 5], [1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 0])),
      noises,
    ),
    {
      always: (results, _, __, x) => threeResults(results, x),
      valid: (results) => finite(...results),
    },
  ),
  mixed: described(
    (options: ssvae.MixedOptions, l: Tensor, x: Tensor, noise: ssvae.Noise) =>
      allOfOwner(ssvae.mixed(options), l, x, noise),
    fc.tuple(
      fc.constant({
        blocks: [
          { kind: 'numbers' as const, width: 1, masks: [4] },
          { kind: 'levels' as const, width: 2 },
          { kind: 'counts' as const, width: 1 },
          { kind: 'masks' as const, width: 1 },
        ],
      }),
      reals([2, 4], 8),
      fc.constant(new DrawnTensor([2, 5], [0.5, 0, 1, 3, 1, 0, 1, 0, 0, 0])),
      noises,
    ),
    {
      always: (results, _, __, x) => threeResults(results, x),
      valid: (results) => finite(...results),
    },
  ),
};

export const bernoulliFunctions: Descriptions = {
  'bernoulli.logProb': described(
    bernoulli.logProb,
    batched((shape) => fc.tuple(reals(shape, 60), shares(shape))),
    { always: rowsOf, valid: (result) => within(result, -Infinity, 0) },
  ),
  'bernoulli.parameterShape': ofShape(bernoulli.parameterShape),
  'bernoulli.mean': described(bernoulli.mean, fc.tuple(parameters), {
    always: likeFirst,
    valid: (result) => within(result, 0, 1),
  }),
  'bernoulli.sample': described(bernoulli.sample, fc.tuple(parameters, noises), {
    always: likeFirst,
    valid: binary,
  }),
  'bernoulli.entropy': described(bernoulli.entropy, fc.tuple(parameters), {
    always: rowsOf,
    valid: (result, l) => within(result, 0, sizeBesideBatch(l) * Math.log(2)),
  }),
  'bernoulli.mode': described(bernoulli.mode, fc.tuple(parameters), { always: likeFirst, valid: binary }),
};

export const categoricalFunctions: Descriptions = {
  'categorical.logProb': described(
    categorical.logProb,
    sized(({ B, K }) => fc.tuple(logits(B, K), labels(B, K))),
    { always: rowsOf, valid: (result) => within(result, -Infinity, 0) },
  ),
  'categorical.sample': described(categorical.sample, fc.tuple(classLogits, noises), {
    always: likeFirst,
    valid: async (result) => {
      await binary(result);
      await normalised(result);
    },
  }),
  'categorical.entropy': described(categorical.entropy, fc.tuple(classLogits), {
    always: rowsOf,
    valid: (result, l) => within(result, 0, Math.log(l.shape[1] as number)),
  }),
  'categorical.mode': described(categorical.mode, fc.tuple(classLogits), {
    always: likeFirst,
    valid: async (result) => {
      await binary(result);
      await normalised(result);
    },
  }),
};

export const gaussianFunctions: Descriptions = {
  'gaussian.sample': described(
    gaussian.sample,
    batched((shape) => fc.tuple(gaussians(shape), noises)),
    { always: (result, { mean }) => shaped(result, mean.shape), valid: (result) => finite(result) },
  ),
  'gaussian.logProb': described(
    gaussian.logProb,
    batched((shape) => fc.tuple(gaussians(shape), reals(shape))),
    { always: (result, { mean }) => rowsOf(result, mean), valid: (result) => finite(result) },
  ),
  'gaussian.entropy': described(gaussian.entropy, fc.tuple(batched(gaussians)), {
    always: (result, { mean }) => rowsOf(result, mean),
    valid: (result) => finite(result),
  }),
  'gaussian.mode': described(gaussian.mode, fc.tuple(batched(gaussians)), {
    always: (result, { mean }) => shaped(result, mean.shape),
    valid: (result) => finite(result),
  }),
};

const observationOptions = fc.oneof(
  fc.record({ sigma: fc.double({ min: 1e-3, max: 1e3, noNaN: true }) }),
  fc.record({ variance: fc.constant('fixed') }),
  fc.record({ variance: fc.constant('learned') }),
  fc.constant({}),
);

const lengths = fc.double({ min: 0.1, max: 5, noNaN: true });
const classPriorOf = (choices: readonly string[]) =>
  fc.tuple(
    fc.record(
      {
        classes: fc.integer({ min: 1, max: 5 }),
        ...Object.fromEntries(choices.map((choice) => [choice, lengths])),
      },
      { requiredKeys: ['classes'] },
    ),
  );
const isClassPrior = ({ classes, spec }: ssvae.ClassPrior, options: { readonly classes: number }): void =>
  must(classes === options.classes && spec !== undefined, 'a prior of K classes with its settings');

export const otherDistributions: Descriptions = {
  mergeGaussians: described(
    ssvae.mergeGaussians,
    batched((shape) => fc.tuple(gaussians(shape), gaussians(shape))),
    {
      always: ({ mean, logVar }, a) => {
        shaped(mean, a.mean.shape);
        shaped(logVar, a.mean.shape);
      },
      valid: ({ mean, logVar }) => finite(mean, logVar),
    },
  ),
  classGaussian: described(
    ssvae.classGaussian,
    sized(({ B, K, D }) => fc.tuple(gaussians([K, D]), labels(B, K))),
    {
      always: ({ mean, logVar }, table, { shape: [R = 0] }) => {
        const shape = [R, table.mean.shape[1] as number];
        shaped(mean, shape);
        shaped(logVar, shape);
      },
      valid: ({ mean, logVar }) => finite(mean, logVar),
    },
  ),
  gaussianRing: described(ssvae.gaussianRing, classPriorOf(['radius', 'radialSd', 'tangentialSd']), {
    always: isClassPrior,
  }),
  swissRoll: described(ssvae.swissRoll, classPriorOf(['radius', 'turns', 'sd']), { always: isClassPrior }),
  gaussianObservation: described(
    (
      options: ssvae.GaussianObservationOptions | undefined,
      parameters: Tensor,
      x: Tensor,
      noise: ssvae.Noise,
    ) => {
      const { logProb, mean, sample, entropy, mode } = ssvae.gaussianObservation(options);
      const made: Tensor[] = [];
      try {
        made.push(logProb(parameters, x), mean(parameters), mode(parameters));
        made.push(sample(parameters, noise), entropy(parameters));
        return made;
      } catch (error) {
        for (const tensor of made) tensor.dispose();
        throw error;
      }
    },
    fc.tuple(observationOptions, batched(fc.constant), noises).chain(([options, shape, noise]) => {
      const learned = 'variance' in options && options.variance === 'learned';
      const event = shape.length === 1 ? [...shape, 2] : shape;
      const doubled = learned ? [...event.slice(0, -1), 2 * (event.at(-1) as number)] : event;
      return fc.tuple(fc.constant(options), reals(doubled, 8), reals(event), fc.constant(noise));
    }),
    {
      always: ([logProb, ...others], _, __, x) => {
        rowsOf(logProb as Tensor, x);
        for (const other of others)
          must([x.shape[0] as number, x.size].includes(other.size), 'the shape of x');
      },
      valid: (results) => finite(...results),
    },
  ),
  sampleBeta: described(
    ssvae.sampleBeta,
    fc.tuple(
      fc.integer({ min: 1, max: 5 }),
      fc.record({ a: fc.integer({ min: 1, max: 5 }), b: fc.integer({ min: 1, max: 5 }), noise: noises }),
    ),
    { always: (result, count) => shaped(result, [count]), valid: (result) => within(result, 0, 1) },
  ),
  sampleGumbelSoftmax: described(
    ssvae.sampleGumbelSoftmax,
    fc.tuple(
      classLogits,
      fc.record(
        {
          temperature: fc.oneof(fc.constantFrom(1e-30, 1e10), fc.double({ min: 0.01, max: 10, noNaN: true })),
          hard: fc.boolean(),
          noise: noises,
        },
        { requiredKeys: ['temperature', 'noise'] },
      ),
    ),
    { always: likeFirst, valid: normalised },
  ),
};

export const divergences: Descriptions = {
  categoricalKl: described(
    ssvae.categoricalKl,
    sized(({ B, K }) => fc.tuple(logits(B, K), logits(B, K))),
    { always: rowsOf, valid: (result) => within(result, 0) },
  ),
  crossEntropy: described(
    ssvae.crossEntropy,
    sized(({ B, K }) => fc.tuple(fc.record({ labels: labels(B, K), logits: logits(B, K) }))),
    { always: (result, { logits: l }) => rowsOf(result, l), valid: (result) => within(result, 0) },
  ),
  gaussianKl: described(
    ssvae.gaussianKl,
    batched((shape) => fc.tuple(gaussians(shape), fc.option(gaussians(shape), { nil: undefined }))),
    { always: (result, { mean }) => rowsOf(result, mean), valid: (result) => within(result, 0) },
  ),
  mergedKl: described(
    ssvae.mergedKl,
    batched((shape) => fc.tuple(gaussians(shape), gaussians(shape))),
    { always: (result, { mean }) => rowsOf(result, mean), valid: (result) => within(result, 0) },
  ),
  maximumMeanDiscrepancy: described(
    (a: Tensor, b: Tensor, options?: ssvae.MaximumMeanDiscrepancyOptions) =>
      ssvae.maximumMeanDiscrepancy(a, b, options),
    sized(({ B, K }) =>
      fc.tuple(
        reals([B, K]),
        reals([B, K]),
        fc.record({ bandwidth: fc.double({ min: 0.1, max: 10, noNaN: true }) }, { requiredKeys: [] }),
      ),
    ),
    { always: (result) => shaped(result, []), valid: (result) => within(result, -1e-4, 2.0001) },
  ),
  monteCarloKl: described(
    ssvae.monteCarloKl,
    fc.tuple(
      fc.record(
        {
          sample: fc.constant(new Opaque(() => (noise: ssvae.Noise) => noise.normal([3, 2]), 'a sampler')),
          logQ: fc.constant(new Opaque(() => (z: Tensor) => sum(z, 1), 'a log-density')),
          logP: fc.constant(new Opaque(() => (z: Tensor) => sum(mul(z, 2), 1), 'a log-density')),
          samples: fc.integer({ min: 1, max: 3 }),
          noise: noises,
        },
        { requiredKeys: ['sample', 'logQ', 'logP', 'noise'] },
      ),
    ),
    {
      // Two thousand million draws are no mistake, but take their time.
      cheap: (options: { readonly samples?: number } | undefined) => !((options?.samples as number) > 100),
      valid: async (result) => {
        shaped(result, [3]);
        await finite(result);
      },
    },
  ),
};
