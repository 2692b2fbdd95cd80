import { sum, type Tensor1D, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import * as bernoulli from '../../src/distributions/bernoulli';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { noveltyScore } from '../../src/evaluation/novelty';
import type { BoundTerms, LabelInference, SemiSupervisedVae } from '../../src/models/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { embed } from '../../src/models/predict';
import { saveModel } from '../../src/models/saveModel';
import { createAdam } from '../../src/training/optimizer/adam';
import { train } from '../../src/training/train';
import { cleanUpAfterEach } from '../support/numbers';
import { CLASSES, memoryStorage, SHAPE, tinyAae, tinyBatches, tinyDataset, tinyM2 } from '../support/tiny';

/** M2 with other parts, or another bound. */
const own = (parts: object, terms?: (found: BoundTerms) => object): SemiSupervisedVae => {
  const m2 = tinyM2();
  const infer = (...given: Parameters<SemiSupervisedVae['infer']>): LabelInference => {
    const found = m2.infer(...given);
    return terms ? { ...found, bound: (...at) => terms(found.bound(...at)) as BoundTerms } : found;
  };
  return { ...m2, infer, variables: m2.variables, ...parts };
};

const run = (model: SemiSupervisedVae, more: object = {}) =>
  train(model, {
    objective: semiSupervised(),
    batches: tinyBatches(),
    optimizer: createAdam({ learningRate: 1e-3 }),
    epochs: 1,
    seed: 1,
    onWarning: () => undefined,
    ...more,
  });

describe('a model of your own', () => {
  cleanUpAfterEach();

  it.each<[string, object, string]>([
    [
      'another name for its shape',
      { inputShape: undefined, inputshape: SHAPE },
      'inputshape is not a part of a model, needed another name: did you mean inputShape?',
    ],
    ['no shape', { inputShape: undefined }, 'inputShape is undefined, needed the shape of one example'],
    [
      'another name for its temperature',
      { temperatur: 5 },
      'temperatur is not a part of a model, needed another name: did you mean temperature?',
    ],
    [
      'another name for sampleMean',
      { sampleMean: undefined, samplemean: () => zeros([1]) },
      'samplemean is not a part of a model, needed another name: did you mean sampleMean?',
    ],
    [
      'another name for its likelihood',
      { likelihood: undefined, likelihod: bernoulli },
      'likelihod is not a part of a model, needed another name: did you mean likelihood?',
    ],
  ])('is refused with %s, and the process lives on', async (_, parts, reason) => {
    const model = own(parts);
    const data = tinyDataset();
    const { stepsPerEpoch, counts, at } = tinyBatches();
    await expect(run(model, { batches: { stepsPerEpoch, counts, at } })).rejects.toThrow(
      `train: model.${reason}`,
    );
    await expect(run(model)).rejects.toThrow(`train: model.${reason}`);
    await expect(evaluateElbo(model, data, { seed: 1 })).rejects.toThrow(`evaluateElbo: model.${reason}`);
    await expect(noveltyScore(model, data, { reference: new Float64Array(100), seed: 1 })).rejects.toThrow(
      `model.${reason}`,
    );
    await expect(saveModel(model, memoryStorage())).rejects.toThrow(`saveModel: model.${reason}`);
    model.dispose();
  });

  it.each<[string, (terms: BoundTerms) => object, string]>([
    [
      'a bound of the whole batch',
      (terms) => ({ ...terms, elbo: sum(terms.elbo) }),
      "elbo of the model's bound",
    ],
    ['no elbo', ({ elbo: _, ...terms }) => terms, "elbo of the model's bound"],
    [
      'a misspelled divergence',
      ({ latentKl, ...terms }) => ({ ...terms, latentKL: latentKl as Tensor1D }),
      "bound.latentKL is not a term of the model's bound, needed another name: did you mean latentKl?",
    ],
    ['a bound that is nothing', () => undefined as never, "what the model's bound gives is undefined"],
  ])('is refused at its first bound with %s', async (_, terms, reason) => {
    const model = own({}, terms);
    await expect(evaluateElbo(model, tinyDataset(), { seed: 1 })).rejects.toThrow(`evaluateElbo: ${reason}`);
    await expect(run(model)).rejects.toThrow(reason);
    model.dispose();
  });

  it.each<[string, object, string]>([
    ['nothing', { infer: () => undefined }, "what the model's infer gives is undefined"],
    [
      'no bound',
      { infer: (x: { shape: number[] }) => ({ labelLogits: zeros([x.shape[0] as number, CLASSES]) }) },
      "bound of the model's infer is undefined",
    ],
  ])('is refused where infer gives %s', async (_, parts, reason) => {
    const model = own(parts);
    await expect(run(model)).rejects.toThrow(reason);
    model.dispose();
  });

  it('needs the width of its codes where they are embedded', async () => {
    const model = own({ latent: undefined });
    await expect(embed(model, tinyDataset().x)).rejects.toThrow('embed: model.latent is undefined, needed');
    model.dispose();
  });

  it('has warnings that are part of the run: an error in onWarning ends it', async () => {
    const model = tinyM2();
    const onWarning = async () => {
      throw new Error('no warnings, please');
    };
    const { input: _, ...bare } = { ...tinyBatches(), input: undefined };
    const vectors = { kind: 'vectors', mean: Array(64).fill(0), sd: Array(64).fill(1) };
    await expect(
      run({ ...model, variables: model.variables, input: vectors } as never, { batches: bare, onWarning }),
    ).rejects.toThrow('no warnings, please');
    model.dispose();
  });
});

describe('parts with a misspelled name', () => {
  cleanUpAfterEach();

  it('are refused in the support of a likelihood', () => {
    const { spec: _, ...likelihood } = bernoulli;
    for (const support of [
      { min: 0, max: 1, integer: true },
      { min: 0, max: 1, level: 2 },
    ])
      expect(() => tinyM2({ likelihood: { ...likelihood, support } as never })).toThrow(
        /likelihood\.support\.(integer|level) is not a part of a support, needed another name: did you mean (integers|levels)\?/,
      );
  });

  it('are refused in the pass of an adversarial autoencoder', () => {
    const aae = tinyAae();
    const [x, z] = [zeros([2, ...SHAPE]), zeros([2, aae.latent])];
    const pass = { trainig: true } as never;
    const reason = 'pass.trainig is not a part of a pass, needed another name: did you mean training?';
    expect(() => aae.encode(x, pass)).toThrow(`encode: ${reason}`);
    expect(() => aae.codeDiscriminator(z, undefined, pass)).toThrow(`codeDiscriminator: ${reason}`);
    x.dispose();
    z.dispose();
    aae.dispose();
  });

  it('are refused in a storage and in a folder', async () => {
    const model = tinyM2();
    const storage = { ...memoryStorage(), claims: async () => ({}) };
    await expect(run(model, { checkpoint: { storage } })).rejects.toThrow(
      'checkpoint.storage.claims is not a function of a storage, needed another name: did you mean claim?',
    );
    const folder = {
      name: 'f',
      list: async () => [],
      file: () => memoryStorage(),
      remove: async () => undefined,
      claims: async () => ({}),
    };
    await expect(run(model, { checkpoint: { storage: folder } })).rejects.toThrow(
      'checkpoint.storage.claims is not a function of a folder, needed another name: did you mean claim?',
    );
    model.dispose();
  });

  it.each<[string, object, string]>([
    ['a state that is none', { state: undefined }, 'optimizer.state is undefined, needed'],
    [
      'another name for its counts',
      { state: { tensors: {}, count: { steps: 1 } } },
      'optimizer.state.counts is undefined, needed',
    ],
    ['arrays for tensors', { state: { tensors: { m: [1] }, counts: {} } }, 'optimizer.state.tensors.m is'],
  ])('are refused in an optimizer: %s', async (_, wrong, reason) => {
    const model = tinyM2();
    const optimizer = {
      apply: () => undefined,
      restore: () => undefined,
      dispose: () => undefined,
      ...wrong,
    };
    await expect(run(model, { optimizer, checkpoint: { storage: memoryStorage() } })).rejects.toThrow(
      `train: ${reason}`,
    );
    model.dispose();
  });

  it.each<[string, (terms: Record<string, Record<string, object>>) => object, string]>([
    [
      'a Promise for a part',
      ({ labeled, unlabeled }) => ({ labeled, unlabeled: Promise.resolve(unlabeled) }),
      "the objective's unlabeled gives a Promise",
    ],
    [
      'a misspelled term',
      ({ labeled, unlabeled: { objective, ...others } = {} }) => ({
        labeled,
        unlabeled: { ...others, objectve: objective },
      }),
      "the objective's unlabeled.objectve is not a term of the loss, needed another name: did you mean objective?",
    ],
  ])('are refused in what an objective gives: %s', async (_, change, reason) => {
    const model = tinyM2();
    const base = semiSupervised();
    const objective = (...given: Parameters<typeof base>) => change(base(...given) as never);
    await expect(run(model, { objective })).rejects.toThrow(`train: ${reason}`);
    model.dispose();
  });

  it.each<[string, object, string]>([
    ['a Promise in it', { held: Promise.resolve({}) }, 'held of what validate gives a Promise'],
    [
      'no number in it',
      { held: { accuracy: 1 } },
      'what validate gives holds held and no number, needed numbers by name',
    ],
  ])('are refused in what validate gives: %s', async (_, given, reason) => {
    const model = tinyM2();
    await expect(run(model, { validate: async () => given })).rejects.toThrow(`train: ${reason}`);
    model.dispose();
  });
});
