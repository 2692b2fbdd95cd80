import { concat, ones, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../../src/core/noise';
import { gaussianObservation } from '../../../src/distributions/gaussianObservation';
import { evaluateAssignment } from '../../../src/evaluation/assignment';
import { calibrate } from '../../../src/evaluation/calibrate';
import { evaluateClassifier } from '../../../src/evaluation/classifier';
import { evaluateElbo } from '../../../src/evaluation/elbo';
import { evaluateImportanceBound } from '../../../src/evaluation/importanceBound';
import { noveltyScore } from '../../../src/evaluation/novelty';
import { evaluateSamples } from '../../../src/evaluation/samples';
import { classSamples } from '../../../src/figures/classSamples';
import type { Json } from '../../../src/files/json';
import { readSafetensors, writeSafetensors } from '../../../src/files/safetensors';
import { bayesClassifier } from '../../../src/models/bayesClassifier';
import {
  type ConditionalVae,
  createConditionalVae,
  type TokenConditionalVae,
} from '../../../src/models/conditional/model';
import { loadModel } from '../../../src/models/loadModel';
import { labelConditional } from '../../../src/models/objectives/labelConditional';
import type { Objective } from '../../../src/models/objectives/objective';
import { regularized, semiSupervised } from '../../../src/models/objectives/semiSupervised';
import { supervised } from '../../../src/models/objectives/supervised';
import { unsupervised } from '../../../src/models/objectives/unsupervised';
import { predict } from '../../../src/models/predict';
import { saveModel } from '../../../src/models/saveModel';
import { withTemperature } from '../../../src/models/temperature';
import { dropLabels } from '../../../src/regularizers/dropLabels';
import { modelChecks } from '../../../src/testing';
import { fit } from '../../../src/training/fit/fit';
import { createAdam } from '../../../src/training/optimizer/adam';
import { train } from '../../../src/training/train';
import { cleanUpAfterEach, read } from '../../support/numbers';
import {
  alive,
  CLASSES,
  CONV,
  LATENT,
  MLP,
  memoryStorage,
  SHAPE,
  tinyBatches,
  tinyDataset,
  tinyExamples,
  tinyM1,
  tinyMarginal,
  tinyToken,
  weightsOf,
} from '../../support/tiny';
import { withDrawnPrior } from './drawnPrior';

const SMALL = { inputShape: [4, 4, 1], classes: 3, latent: 2 } as const;
const NETS = { preset: 'mlp', widths: [4] } as const;

describe('the battery', () => {
  for (const { name, run } of modelChecks((seed) => createConditionalVae({ ...SMALL, nets: NETS, seed }), {
    objective: semiSupervised(),
  }))
    it(`marginal: ${name}`, run);
  for (const { name, run } of modelChecks(
    (seed) => createConditionalVae({ ...SMALL, nets: NETS, seed, encoderSeesLabel: false }),
    { objective: regularized({ labelHandling: 'gumbel' }) },
  ))
    it(`marginal, q(z|x), a Gumbel label: ${name}`, run);
  for (const { name, run } of modelChecks(
    (seed) => createConditionalVae({ ...SMALL, nets: NETS, seed, missing: 'token' }),
    { objective: labelConditional({ labelDropout: 0.3, klWeight: 0.5 }) },
  ))
    it(`token: ${name}`, run);
});

const split = {
  labeled: Int32Array.from({ length: 6 }, (_, i) => i),
  unlabeled: Int32Array.from({ length: 24 }, (_, i) => 6 + i),
};

const kinds: readonly (readonly [string, () => ConditionalVae])[] = [
  ['marginal', () => withDrawnPrior(tinyMarginal())],
  ['marginal, N(0, I)', () => tinyMarginal({ classPrior: false, temperature: 2, encoderSeesLabel: false })],
  ['token', () => withDrawnPrior(tinyToken({ classNames: ['a', 'b', 'c'] }))],
  [
    'token, N(0, I), conv',
    () =>
      tinyToken({ classPrior: false, nets: CONV, likelihood: gaussianObservation({ variance: 'learned' }) }),
  ],
];

describe('createConditionalVae', () => {
  cleanUpAfterEach();

  it.each(kinds)('saves, and loads in a fresh model: %s', async (_, make) => {
    const model = make();
    const storage = memoryStorage();
    await saveModel(model, storage);
    const loaded = await loadModel(storage, { kind: 'conditional' });
    expect(loaded.spec).toEqual(model.spec);
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
    expect(loaded.missing).toBe(model.missing);
    const { x } = tinyExamples(2);
    expect(await read(loaded.embed(x))).toEqual(await read(model.embed(x)));
    expect(await read(loaded.generate([2, 0], 1))).toEqual(await read(model.generate([2, 0], 1)));
    loaded.dispose();
    model.dispose();
  });

  it('refuses a file whose spec is none of a conditional VAE', async () => {
    const storage = memoryStorage();
    await saveModel(tinyToken(), storage);
    const { arrays, metadata } = readSafetensors(storage.bytes as Uint8Array);
    const { format, spec } = metadata as { format: string; spec: Record<string, Json> };
    const loading = (change: Record<string, Json>) =>
      loadModel(
        memoryStorage(writeSafetensors({ arrays, metadata: { format, spec: { ...spec, ...change } } })),
      );
    await expect(loading({ missing: 'both' })).rejects.toThrow(
      'missing is "both", needed "marginal" or "token"',
    );
    await expect(loading({ classPrior: 1 })).rejects.toThrow('classPrior is 1, needed true or false');
    await expect(loading({ labelPrior: [1] })).rejects.toThrow('labelPrior');
    await expect(loading({ missing: 'marginal' })).rejects.toThrow(
      'labelPrior is undefined, needed probabilities',
    );
    await expect(loading({ classes: 1e9 })).rejects.toThrow(RangeError);
    await expect(loadModel(storage, { kind: 'm2' })).rejects.toThrow(
      'the model is "conditional", needed "m2"',
    );
  });

  it.each(kinds)('leaves nothing when it is disposed, twice: %s', (_, make) => {
    const before = alive();
    const model = make();
    model.dispose();
    model.dispose();
    expect(alive()).toEqual(before);
  });

  it.each(kinds)('leaves the result alone after each function: %s', (_, make) => {
    const model = make();
    const { x, y } = tinyExamples(2);
    const before = alive().tensors;
    const labels = model.missing === 'token' ? dropLabels(y, { rate: 0, noise: createNoise(1) }) : y;
    const count = (run: () => unknown, leaves: number): void => {
      const held = alive().tensors;
      run();
      expect(alive().tensors - held, run.toString()).toBe(leaves);
    };
    count(() => model.generate([0, 1], 1), 1);
    count(() => model.reconstruct(x, labels), 1);
    count(() => model.embed(x), 1);
    count(() => model.encode(x, labels), 2);
    count(() => model.decode(zeros([2, LATENT]), labels), 2);
    count(() => model.priorAt(labels), 2);
    if (model.missing === 'token') {
      count(() => model.bound(x, { noise: createNoise(1) }, labels), 3);
      count(() => bayesClassifier(model, { seed: 1 }).classify(x), 1);
    }
    expect(before).toBeGreaterThan(0);
  });

  it('has a token of its own: encoder, decoder and table have K + 1 labels', () => {
    const { variables } = tinyToken();
    expect(variables['encoder/hidden/labelKernel']?.shape).toEqual([CLASSES + 1, 8]);
    expect(variables['decoder/hidden/labelKernel']?.shape).toEqual([CLASSES + 1, 8]);
    expect(variables['prior/mean']?.shape).toEqual([CLASSES + 1, LATENT]);
    expect(Object.keys(variables).some((name) => name.startsWith('classifier'))).toBe(false);
    expect(
      Object.keys(tinyToken({ classPrior: false }).variables).some((name) => name.startsWith('prior')),
    ).toBe(false);
  });

  it('reads shape, classes and names of a data set', () => {
    const data = tinyDataset();
    for (const missing of ['marginal', 'token'] as const) {
      const model = createConditionalVae({ data, missing, nets: MLP } as never);
      expect([model.inputShape, model.classes, model.latent]).toEqual([SHAPE, CLASSES, 50]);
      model.dispose();
    }
  });

  it.each<[string, object, string]>([
    ['another kind', { missing: 'both' }, 'missing is "both", needed one of "marginal", "token"'],
    ['a prior of its own', { prior: {} }, 'prior is not an option, needed missing, classPrior'],
    [
      'a label prior with a token',
      { missing: 'token', labelPrior: [1] },
      'labelPrior is not an option, needed missing',
    ],
    [
      'own nets with a token',
      { missing: 'token', nets: { encoder: {} } },
      'nets are your own, needed a preset where missing is "token"',
    ],
    ['a class prior that is none', { classPrior: 1 }, 'classPrior is 1, needed one of true, false'],
    ['one class', { classes: 1 }, 'classes is 1, needed an integer of at least 2'],
    [
      'half a label prior',
      { labelPrior: [0.5] },
      'labelPrior is an array of 1, needed an array of 3 probabilities',
    ],
  ])('refuses %s, and leaves nothing', (_, options, message) => {
    const before = alive();
    expect(() => createConditionalVae({ ...SMALL, nets: NETS, ...options } as never)).toThrow(
      `createConditionalVae: ${message}`,
    );
    expect(alive()).toEqual(before);
  });

  it('says which labels its functions need', () => {
    const token = tinyToken();
    const { x, y } = tinyExamples(2);
    expect(() => token.bound(x, { noise: createNoise(1) }, y)).toThrow(
      new RangeError('bound: c has shape [2,3], needed [R,4]'),
    );
    expect(() => token.generate([3], 1)).toThrow('generate: labels[0] is 3, needed an integer from 0 to 2');
    expect(() => token.generate([], 1)).toThrow('generate: labels are empty, needed at least one');
    expect(() => token.generate(0, 1)).toThrow('generate: count is 0, needed an integer of at least 1');
    expect(() => token.encode(x, ones([3, 4]))).toThrow(
      'labels: y has 3 rows, needed a multiple of the 2 rows',
    );
    expect(() => tinyMarginal().priorAt(zeros([2, 4]))).toThrow('priorAt: y has shape [2,4], needed [R,3]');
  });

  it('is refused by the objectives of other models, which name its own, before the first step', async () => {
    const token = tinyToken();
    const batches = tinyBatches();
    const run = (objective: Objective<never>) =>
      train(token as never, { objective: objective as never, batches, epochs: 1, seed: 1 });
    for (const objective of [semiSupervised(), regularized(), supervised()])
      await expect(run(objective as never)).rejects.toThrow(
        /^train: the model has no infer\(\), needed by .*; labelConditional\(\) is that of a model with a token for missing labels$/,
      );
    await expect(run(unsupervised() as never)).rejects.toThrow(
      'train: the model takes labels, needed a VAE without: unsupervised() would leave them out, and labelConditional() is the objective',
    );
    await expect(fit(token as never, tinyDataset(), { split, steps: 2, seed: 1 })).rejects.toThrow(TypeError);
  });
});

describe('labelConditional', () => {
  cleanUpAfterEach();

  const context = { step: 0, noise: createNoise(5) };

  it('is the bound at the labels, and at the token where none is known, at one draw for all', async () => {
    const model = withDrawnPrior(tinyToken());
    const { x, y } = tinyExamples(4);
    const batch = { labeled: { x, y: y as never }, unlabeled: { x } };
    const { labeled = {}, unlabeled = {} } = labelConditional({ labelDropout: 0 })(model, batch, context);
    expect(Object.keys(labeled)).toEqual(['elbo', 'objective', 'logLikelihood', 'latentKl']);
    expect(Object.keys(unlabeled)).toEqual(Object.keys(labeled));
    const stream = createNoise(5);
    const known = dropLabels(y, { rate: 0, noise: stream });
    const both = model.bound(
      concat([x, x]),
      { noise: stream },
      concat([known, dropLabels(y, { rate: 1, noise: stream })]),
    );
    const elbo = await read(both.elbo);
    expect(await read(labeled.elbo as Tensor)).toEqual(elbo.slice(0, 4));
    expect(await read(unlabeled.elbo as Tensor)).toEqual(elbo.slice(4));
  });

  it('drops every label at a rate of 1: a labeled batch is then an unlabeled one', async () => {
    const model = withDrawnPrior(tinyToken());
    const { x, y } = tinyExamples(4);
    const dropped = labelConditional({ labelDropout: 1 })(model, { labeled: { x, y: y as never } }, context);
    const without = labelConditional()(model, { unlabeled: { x } }, context);
    expect(await read(dropped.labeled?.elbo as Tensor)).toEqual(
      await read(without.unlabeled?.elbo as Tensor),
    );
  });

  it('weights the divergence in the objective, not in the plain bound', async () => {
    const model = withDrawnPrior(tinyToken());
    const { x } = tinyExamples(4);
    const { unlabeled = {} } = labelConditional({ klWeight: 0.25 })(model, { unlabeled: { x } }, context);
    const [objective, elbo, kl] = await Promise.all(
      (['objective', 'elbo', 'latentKl'] as const).map((name) => read(unlabeled[name] as Tensor)),
    );
    for (const [i, value] of (objective as number[]).entries())
      expect(value).toBeCloseTo((elbo?.[i] as number) + 0.75 * (kl?.[i] as number), 3);
  });

  it('refuses sets of classes, other models, and a rate that is none', async () => {
    const { x, y } = tinyExamples(4);
    expect(() =>
      labelConditional()(tinyToken(), { labeled: { x, y: y as never, allowed: y as never } }, context),
    ).toThrow(
      'labelConditional: the batch has allowed, sets of classes, needed a class or none for each example',
    );
    await expect(
      train(tinyM1() as never, {
        objective: labelConditional() as never,
        batches: tinyBatches(),
        epochs: 1,
        seed: 1,
      }),
    ).rejects.toThrow('train: the model has no token for missing labels');
    expect(() => labelConditional({ labelDropout: 1.5 })).toThrow(
      new RangeError('labelConditional: labelDropout is 1.5, needed a number in [0, 1]'),
    );
    expect(labelConditional().spec).toEqual({
      objective: 'labelConditional',
      labelDropout: 0.1,
      klWeight: 1,
    });
  });
});

describe('training and evaluation', () => {
  cleanUpAfterEach();

  /** A run of some steps, and the model. */
  const trained = async (steps: number, execute = {}): Promise<TokenConditionalVae> => {
    const model = tinyToken({ nets: { ...MLP, widths: [16], norm: 'batch' } });
    const optimizer = createAdam({ learningRate: 0.02 });
    await train(model, {
      objective: labelConditional(),
      batches: tinyBatches({ stepsPerEpoch: steps }),
      epochs: 1,
      seed: 1,
      optimizer,
      ...execute,
    });
    optimizer.dispose();
    return model;
  };

  it('learns to generate the classes, and to tell them by Bayes’ rule', async () => {
    const model = await trained(150);
    const test = tinyDataset(60, 9);
    const judge = bayesClassifier(model, { samples: 3, seed: 1 });
    const { accuracy } = await evaluateClassifier(judge, test);
    expect(accuracy).toBeGreaterThan(0.9);
    const { fidelity } = await evaluateSamples(model, { judge, perClass: 20, seed: 1 });
    expect(fidelity).toBeGreaterThan(0.9);
    const { labels } = await predict(judge, test.x);
    expect(labels).toHaveLength(60);
    model.dispose();
  });

  it('has the bounds of p(x|∅) in every evaluation, and a picture of its classes', async () => {
    const model = withDrawnPrior(tinyToken());
    const data = tinyDataset(6);
    const { elbo } = await evaluateElbo(model, data, { seed: 1, samples: 2 });
    const { bound } = await evaluateImportanceBound(model, data, { samples: 20, seed: 1 });
    expect(bound).toBeGreaterThan(elbo);
    const { pValues } = await noveltyScore(model, data, {
      reference: tinyDataset(9, 2),
      samples: 2,
      seed: 1,
    });
    expect(pValues).toHaveLength(6);
    const { height } = await classSamples(model, { seed: 1, perClass: 2 });
    expect(height).toBeGreaterThan(3 * 8);
    await expect(evaluateSamples(model, { seed: 1 })).rejects.toThrow('evaluateSamples: model');
  });

  it.each(['marginal', 'token'] as const)('resumes a run to the bit: %s', async (missing) => {
    const run = async (storage: ReturnType<typeof memoryStorage>, stop?: number) => {
      const seed = createNoise(storage.bytes ? 99 : 1);
      const model: ConditionalVae = missing === 'token' ? tinyToken({ seed }) : tinyMarginal({ seed });
      const optimizer = createAdam({ learningRate: 0.02 });
      const controller = new AbortController();
      await train(model as never, {
        objective: (missing === 'token' ? labelConditional() : semiSupervised()) as never,
        batches: tinyBatches(),
        epochs: 2,
        seed: 1,
        optimizer,
        checkpoint: { storage },
        resume: true,
        signal: controller.signal,
        callbacks: { onBatchEnd: ({ step }) => void (step + 1 === stop && controller.abort()) },
      });
      const weights = await weightsOf(model);
      optimizer.dispose();
      model.dispose();
      return weights;
    };
    const whole = await run(memoryStorage());
    const storage = memoryStorage();
    await run(storage, 3);
    expect(await run(storage)).toEqual(whole);
  });

  it('is fitted by fit, where it sums over missing labels', async () => {
    const model = tinyMarginal();
    const before = await weightsOf(model);
    const { recipe } = await fit(model, tinyDataset(), { split, steps: 2, seed: 1 });
    expect(recipe.steps).toBe(2);
    expect((await weightsOf(model))['prior/mean']).not.toEqual(before['prior/mean']);
    model.dispose();
  });
});

describe('a model with a token, where q(y|x) is needed', () => {
  cleanUpAfterEach();

  it('is refused, and the message names the classifier that is made of it', async () => {
    const model = tinyToken();
    const data = tinyDataset(12);
    const given = model as never;
    const is = 'is a conditional VAE with a token for missing labels, needed a model with q(y|x):';
    const calls: Record<string, () => Promise<unknown>> = {
      predict: () => predict(given, data.x),
      evaluateClassifier: () => evaluateClassifier(given, data),
      calibrate: () => calibrate(given, data),
      evaluateAssignment: () => evaluateAssignment(given, data, { training: data }),
    };
    for (const [name, call] of Object.entries(calls))
      await expect(call()).rejects.toThrow(new TypeError(`${name}: model ${is} bayesClassifier(model)`));
    expect(() => withTemperature(given, 2)).toThrow(`withTemperature: model ${is} bayesClassifier(model)`);
    await expect(fit(given, data)).rejects.toThrow(
      new TypeError(`fit: model ${is} createConditionalVae({ …, missing: 'marginal' })`),
    );
    await expect(predict({} as never, data.x)).rejects.toThrow(
      'predict: model is Object, needed an object with classify()',
    );
    model.dispose();
  });
});
