import { reshape } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { valueAt } from '../../src/core/schedules';
import * as bernoulli from '../../src/distributions/bernoulli';
import type { Likelihood } from '../../src/distributions/likelihood';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { evaluateImportanceBound } from '../../src/evaluation/importanceBound';
import { evaluateSamples } from '../../src/evaluation/samples';
import { analogies } from '../../src/figures/analogies';
import { classSamples } from '../../src/figures/classSamples';
import { reconstructions } from '../../src/figures/reconstructions';
import type { M2 } from '../../src/models/m2/model';
import type { Model } from '../../src/models/model';
import { type Objective, scheduled } from '../../src/models/objectives/objective';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { unsupervised } from '../../src/models/objectives/unsupervised';
import { embed, predict } from '../../src/models/predict';
import { createAdam } from '../../src/training/optimizer/adam';
import type { TrainOptions } from '../../src/training/options';
import { train } from '../../src/training/train';
import { cleanUpAfterEach } from '../support/numbers';
import { alive, tinyBatches, tinyDataset, tinyExamples, tinyM1, tinyM2, withoutSpec } from '../support/tiny';

cleanUpAfterEach();

/** An async function, of whose rejection nobody would hear. */
const later = (async () => {
  throw new Error('too late');
}) as never;

const data = tinyDataset(6);

const run = <M extends Model>(model: M, more: Partial<TrainOptions<M>>): Promise<unknown> =>
  train(model, {
    objective: semiSupervised() as never,
    batches: tinyBatches(),
    epochs: 1,
    seed: 1,
    ...more,
  });

/** M2 with one of its functions async. */
const but = (name: keyof M2, model = tinyM2()): M2 => ({
  ...model,
  variables: model.variables,
  [name]: later,
});

const withLikelihood = (name: keyof Likelihood): M2 =>
  tinyM2({ likelihood: { ...withoutSpec(bernoulli), [name]: later } });

const prior = {
  logProb: later,
  sample: later,
};

const own =
  (use: Objective<M2>): Objective<M2> =>
  (...given) =>
    use(...given);

/** What is called, the message's beginning, what makes the model and what calls it. */
const CALLS: readonly (readonly [string, () => Model, (model: never) => unknown])[] = [
  ["predict: the model's classify", () => but('classify'), (m) => predict(m, data.x)],
  ["embed: the model's embed", () => but('embed'), (m) => embed(m, data.x)],
  ["evaluateClassifier: the model's classify", () => but('classify'), (m) => evaluateClassifier(m, data)],
  ["evaluateElbo: the model's infer", () => but('infer'), (m) => evaluateElbo(m, data, { seed: 1 })],
  [
    "evaluateElbo: the model's bound",
    () => {
      const model = tinyM1();
      return { ...model, variables: model.variables, bound: later };
    },
    (m) => evaluateElbo(m, data, { seed: 1 }),
  ],
  [
    "evaluateElbo: the model's bound",
    () => {
      const model = tinyM2();
      const infer: M2['infer'] = (...given) => ({ ...model.infer(...given), bound: later });
      return { ...model, variables: model.variables, infer };
    },
    (m) => evaluateElbo(m, data, { seed: 1 }),
  ],
  [
    "evaluateImportanceBound: the model's infer",
    () => but('infer'),
    (m) => evaluateImportanceBound(m, data, { samples: 2, seed: 1 }),
  ],
  ['evaluateSamples: judge', tinyM2, (m) => evaluateSamples(m, { judge: later, perClass: 2, seed: 1 })],
  [
    "evaluateSamples: the model's generate",
    () => but('generate'),
    (m) => evaluateSamples(m, { perClass: 2, seed: 1 }),
  ],
  [
    "classSamples: the model's generate",
    () => but('generate'),
    (m) => classSamples(m, { perClass: 2, seed: 1 }),
  ],
  ["analogies: the model's reconstruct", () => but('reconstruct'), (m) => analogies(m, tinyExamples(2).x)],
  [
    "reconstructions: the model's reconstruct",
    () => but('reconstruct'),
    (m) => reconstructions(m, tinyExamples(2).x),
  ],
  [
    "reconstructions: the model's classify",
    () => but('classify'),
    (m) => reconstructions(m, tinyExamples(2).x),
  ],
  ["semiSupervised: the model's infer", () => but('infer'), (m) => run(m, {})],
  ["supervised: the model's infer", () => but('infer'), (m) => run(m, { objective: supervised() as never })],
  [
    "unsupervised: the model's bound",
    () => {
      const model = tinyM1();
      return { ...model, variables: model.variables, bound: later };
    },
    (m) => run(m, { objective: unsupervised() as never }),
  ],
  [
    "generatedLabels: the model's sampleMean",
    () => but('sampleMean'),
    (m) => run(m, { objective: semiSupervised({ generatedLabels: { weight: 1 } }) as never }),
  ],
  ['bound: likelihood.logProb', () => withLikelihood('logProb'), (m) => run(m, {})],
  ['generate: likelihood.mean', () => withLikelihood('mean'), (m: M2) => m.generate([0], 1)],
  ['reconstruct: likelihood.mean', () => withLikelihood('mean'), (m: M2) => m.reconstruct(tinyExamples(2).x)],
  ['bound: prior.logProb', () => tinyM2({ prior }), (m) => run(m, {})],
  ['generate: prior.sample', () => tinyM2({ prior }), (m: M2) => m.generate([0], 1)],
  [
    'semiSupervised: consistency.augment',
    tinyM2,
    (m) => run(m, { objective: semiSupervised({ consistency: { weight: 1, augment: later } }) as never }),
  ],
  [
    'train: optimizer.apply',
    tinyM2,
    (m) => run(m, { optimizer: { ...createAdam(), apply: later, state: { tensors: {}, counts: {} } } }),
  ],
  [
    'train: assertModel of the objective',
    tinyM2,
    (m) =>
      run(m, { objective: Object.assign(own(semiSupervised() as never), { assertModel: later }) as never }),
  ],
  [
    'scheduled: beta',
    tinyM2,
    (m) =>
      run(m, {
        objective: own((_, __, context) => {
          scheduled(context, later, 'beta');
          return {};
        }) as never,
      }),
  ],
  ['valueAt: value', tinyM2, () => valueAt(later, 0)],
];

describe('an async function whose result is needed at once', () => {
  it.each(CALLS)('is refused as %s, and its rejection ends no process', async (name, make, call) => {
    const model = make();
    const before = alive().tensors;
    await expect(async () => call(model as never)).rejects.toThrow(
      `${name} gives a Promise, needed its result at once: no async function`,
    );
    // Inputs of this test are its own.
    expect(alive().tensors - before).toBeLessThanOrEqual(2);
    await new Promise((done) => setTimeout(done, 0));
    model.dispose();
  });

  it('is refused as likelihood.parameterShape when the model is made', () => {
    const noise = createNoise(1);
    expect(() => tinyM2({ seed: noise, likelihood: { ...bernoulli, parameterShape: later } })).toThrow(
      'createM2: likelihood.parameterShape gives a Promise',
    );
  });
});

it('consistency.augment that gives another shape is named by the error', async () => {
  const model = tinyM2();
  const objective = semiSupervised({ consistency: { weight: 1, augment: (x) => reshape(x, [-1]) } });
  await expect(run(model, { objective: objective as never })).rejects.toThrow(
    'semiSupervised: what consistency.augment gives has shape [384], needed [6,8,8,1]',
  );
  model.dispose();
});
