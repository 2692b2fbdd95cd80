/** Stacked M1+M2: its laws, its batches, its file. */
import { fill, gather, grads, type Tensor, tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { input, layers, model as net, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it, vi } from 'vitest';
import { byLabel, everyLabel } from '../../../src/bounds/everyLabel';
import { unlabeledElbo } from '../../../src/bounds/unlabeledElbo';
import { createNoise } from '../../../src/core/noise';
import { createDataset } from '../../../src/data/dataset';
import { gaussianObservation } from '../../../src/distributions/gaussianObservation';
import { evaluateElbo } from '../../../src/evaluation/elbo';
import { loadModel } from '../../../src/models/loadModel';
import { createM2 } from '../../../src/models/m2/model';
import { partsOf } from '../../../src/models/model';
import { semiSupervised } from '../../../src/models/objectives/semiSupervised';
import { predict } from '../../../src/models/predict';
import { loadVariables, saveModel } from '../../../src/models/saveModel';
import { createStackedM2, type StackedM2 } from '../../../src/models/stacked/model';
import { createVae, type GaussianVae } from '../../../src/models/vae/model';
import { type EncodedBatchesOptions, encodedBatches } from '../../../src/training/encodedBatches';
import { train } from '../../../src/training/train';
import { noiseByName } from '../../support/noiseByName';
import { cleanUpAfterEach, expectClose, read } from '../../support/numbers';
import {
  alive,
  MLP,
  memoryStorage,
  tinyDataset,
  tinyExamples,
  tinyM1,
  tinyStacked,
  tinyToken,
  weightsOf,
} from '../../support/tiny';

cleanUpAfterEach();

const dataset = tinyDataset();
const split = {
  labeled: Int32Array.from({ length: 6 }, (_, i) => i),
  unlabeled: Int32Array.from({ length: 24 }, (_, i) => 6 + i),
};
const batchesOf = (model: StackedM2, seed = 2) =>
  encodedBatches({ model, dataset, split, batchSize: { labeled: 3, unlabeled: 6 }, seed });

const trainM2 = async (model: StackedM2, options: object = {}): Promise<void> => {
  const batches = await batchesOf(model);
  await train(model.m2, { objective: semiSupervised(), batches, epochs: 1, seed: 4, ...options });
};

/** An M1 on four numbers whose encoder gives them as they are, with a log-variance for all. */
const identityM1 = (logVar: number): GaussianVae => {
  const [x, z] = [input({ shape: [4] }), input({ shape: [4] })];
  const dense = () => layers.dense({ units: 4 });
  const [mean, spread, decoded] = [dense(), dense(), dense()];
  const nets = {
    encoder: net({ inputs: x, outputs: [mean, spread].map((one) => one.apply(x) as SymbolicTensor) }),
    decoder: net({ inputs: z, outputs: decoded.apply(z) as SymbolicTensor }),
  };
  const identity = tensor2d(
    Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 1 : 0)),
    [4, 4],
  );
  mean.setWeights([identity, zeros([4])]);
  spread.setWeights([zeros([4, 4]), fill([4], logVar)]);
  return createVae({ inputShape: [4], latent: 4, nets, likelihood: gaussianObservation() });
};

describe('training of M2 over encoded batches', () => {
  it('leaves M1 as it is, bit for bit, and moves M2', async () => {
    const model = tinyStacked();
    const [m1, m2] = [await weightsOf(model.m1), await weightsOf(model.m2)];
    await trainM2(model);
    expect(await weightsOf(model.m1)).toEqual(m1);
    expect(await weightsOf(model.m2)).not.toEqual(m2);
    model.dispose();
  });

  it('goes on from a checkpoint to the same weights', async () => {
    const [whole, resumed] = [tinyStacked(), tinyStacked()];
    const stopped = memoryStorage();
    // Kept from the middle of the run.
    const storage = {
      ...stopped,
      read: async () => stopped.bytes,
      async write(bytes: Uint8Array) {
        stopped.bytes ??= bytes.slice();
      },
    };
    const checkpoint = { storage, every: 2 };
    await trainM2(whole, { checkpoint });
    await trainM2(resumed, { checkpoint, resume: true });
    expect(await weightsOf(resumed)).toEqual(await weightsOf(whole));
    for (const model of [whole, resumed]) model.dispose();
  });

  it('draws codes anew at each step, and the same at the same step', async () => {
    const model = tinyStacked();
    const source = await batchesOf(model);
    const at = async (step: number): Promise<number[]> => {
      const { unlabeled } = await source.at(step);
      return read(unlabeled?.x as Tensor);
    };
    expect(source.inputShape).toEqual([3]);
    expect(await at(1)).toEqual(await at(1));
    const whole = await encodedBatches({
      model,
      dataset,
      split,
      batchSize: { labeled: 0, unlabeled: 24 },
      seed: 2,
    });
    const sorted = async (step: number) =>
      (await read((await whole.at(step)).unlabeled?.x as Tensor)).sort((a, b) => a - b);
    expect(await sorted(0)).not.toEqual(await sorted(1));
    model.dispose();
  });

  it('sees the means where M1 is certain, at the dimensions that are kept', async () => {
    const model = tinyStacked();
    model.m1.variables['encoder/logVar/kernel']?.assign(zeros([8, 4]));
    model.m1.variables['encoder/logVar/bias']?.assign(fill([4], -400));
    const source = await encodedBatches({
      model,
      dataset,
      split: { labeled: Int32Array.from({ length: 30 }, (_, i) => i), unlabeled: new Int32Array() },
      batchSize: { labeled: 30, unlabeled: 0 },
      seed: 2,
    });
    const drawn = [
      await read((await source.at(0)).labeled?.x as Tensor),
      await read((await source.at(1)).labeled?.x as Tensor),
    ];
    const inputs = Float32Array.from(dataset.x, (byte) => byte / 255);
    const { mean } = model.m1.encode(tensor(inputs, [30, 8, 8, 1]));
    const means = await read(gather(mean, [0, 2, 3], 1));
    const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
    for (const values of drawn) expectClose(sorted(values), sorted(means));
    model.dispose();
  });

  it('leaves nothing but the batch', async () => {
    const model = tinyStacked();
    const source = await batchesOf(model);
    const before = alive().tensors;
    const { labeled, unlabeled } = await source.at(0);
    expect(alive().tensors - before).toBe(3);
    for (const one of [labeled?.x, labeled?.y, unlabeled?.x]) one?.dispose();
    model.dispose();
  });
});

describe('encodedBatches refuses, before anything is encoded,', () => {
  const scaled = (by: (value: number) => number) =>
    createDataset({ ...dataset, x: Float32Array.from(dataset.x, (byte) => by(byte / 255)) });
  it.each<[string, Partial<EncodedBatchesOptions>, string]>([
    [
      'values below what the likelihood of M1 takes',
      { dataset: scaled((value) => value - 2) },
      'encodedBatches: dataset.x[0] is -1.',
    ],
    ['bytes as floats', { dataset: scaled((value) => 255 * value) }, 'needed a number from 0 to 1'],
    [
      'data of other classes than the model',
      { dataset: createDataset({ ...dataset, classes: 4 }) },
      'encodedBatches: the data has 4 classes, the model 3; needed the same number',
    ],
    [
      'inputs of another shape than M1 takes',
      { dataset: createDataset({ ...dataset, shape: [64] }) },
      'encodedBatches: the data has inputs [64], the model [8,8,1]; needed the same shape',
    ],
    [
      'bytes that are counts',
      { dataset: createDataset({ ...dataset, bytes: 'counts' }) },
      'encodedBatches: a byte of the data is a count',
    ],
    [
      'a batch larger than the split',
      { batchSize: { labeled: 3, unlabeled: 25 } },
      'createBatches: batchSize.unlabeled is 25, needed at most 24',
    ],
  ])('%s', async (_, options, message) => {
    const model = tinyStacked();
    const before = alive();
    const encode = vi.fn(model.m1.encode);
    const watched = { ...model, m1: { ...model.m1, encode } };
    const batches = encodedBatches({
      model: watched,
      dataset,
      split,
      batchSize: { labeled: 3, unlabeled: 6 },
      seed: 1,
      ...options,
    });
    await expect(batches).rejects.toThrow(message);
    expect(encode).not.toHaveBeenCalled();
    expect(alive()).toEqual(before);
    model.dispose();
  });

  it('but not unlabeled data of other classes: they are not read', async () => {
    const model = tinyStacked();
    const source = await encodedBatches({
      model,
      dataset: createDataset({ ...dataset, classes: 4 }),
      split,
      batchSize: { labeled: 0, unlabeled: 6 },
      seed: 1,
    });
    expect(source.counts.labeled).toBe(0);
    model.dispose();
  });
});

describe('stacked M1+M2', () => {
  const make = (m1: GaussianVae, options: object = {}) =>
    createStackedM2({ m1, dimensions: [0, 1, 2, 3], classes: 3, latent: 2, nets: MLP, seed: 1, ...options });
  const inputs = () => createNoise(5).split('x').normal([4, 4]);

  it('is M2 with a learned variance where M1 is the identity, term by term', async () => {
    const model = make(identityM1(-400));
    const m2 = createM2({
      inputShape: [4],
      classes: 3,
      latent: 2,
      nets: MLP,
      likelihood: gaussianObservation({ variance: 'learned' }),
    });
    for (const [name, variable] of Object.entries(m2.variables))
      variable.assign(model.m2.variables[name] as Tensor);
    const context = () => ({ noise: createNoise(6) });
    const [ours, its] = [model.infer(inputs(), context()), m2.infer(inputs(), context())];
    expectClose(await read(ours.labelLogits), await read(its.labelLogits));
    const [terms, expected] = [ours.bound(everyLabel(4, 3)), its.bound(everyLabel(4, 3))];
    expectClose(await read(terms.codeElbo as Tensor), await read(expected.elbo));
    expectClose(await read(terms.latentKl), await read(expected.latentKl));
    model.dispose();
    m2.dispose();
  });

  it('does not depend on the order of the dimensions of M1', async () => {
    const m1 = identityM1(-1);
    const order = [2, 0, 3, 1];
    const [model, permuted] = [make(m1), make(m1, { dimensions: order })];
    for (const [name, variable] of Object.entries(permuted.m2.variables)) {
      const from = model.m2.variables[name] as Tensor;
      const reads = name === 'classifier/hidden/kernel' || name === 'encoder/hidden/kernel';
      const gives = name.startsWith('decoder/output/');
      const columns = [...order, ...order.map((d) => 4 + d)];
      variable.assign(reads ? gather(from, order, 0) : gives ? gather(from, columns, from.rank - 1) : from);
    }
    const termsOf = async (one: StackedM2): Promise<number[]> => {
      const { labelLogits, bound } = one.infer(inputs(), { noise: createNoise(6) });
      const values = await Promise.all(partsOf(bound(everyLabel(4, 3))).map(([, term]) => read(term)));
      return [...(await read(labelLogits)), ...values.flat()];
    };
    expectClose(await termsOf(permuted), await termsOf(model));
    for (const one of [model, permuted]) one.dispose();
  });

  it('has a bound of x that counts collapsed dimensions by the prior of M1', async () => {
    const model = tinyStacked();
    const { x, y } = tinyExamples(4);
    const found = model.infer(x, { noise: createNoise(6) }).bound(y, { logWeight: true });
    const [elbo, likelihood, features, latentKl] = await Promise.all(
      [found.elbo, found.logLikelihood, found.featureKl as Tensor, found.latentKl].map((term) => read(term)),
    );
    expectClose(
      elbo as number[],
      (likelihood as number[]).map((l, i) => l - (features?.[i] as number) - (latentKl?.[i] as number)),
    );
    const { elbo: bound, codeElbo } = await evaluateElbo(model, dataset, { seed: 1 });
    expect(Number.isFinite(bound) && Number.isFinite(codeElbo)).toBe(true);
    expect(codeElbo).not.toBe(bound);
    model.dispose();
  });

  it('has no gradient in the logits where labels are equally probable and equally good', async () => {
    const model = make(identityM1(-1));
    for (const [name, variable] of Object.entries(model.m2.variables))
      if (/labelKernel$|^classifier/.test(name)) variable.assign(zeros(variable.shape));
    const noise = noiseByName({ features: createNoise(6).normal([4, 4]), latent: zeros([12, 2]) });
    const { labelLogits, bound } = model.infer(inputs(), { noise });
    const labeledBound = byLabel(bound(everyLabel(4, 3)).elbo, 3);
    const [gradient] = grads((l: Tensor) => unlabeledElbo({ labelLogits: l, labeledBound }).elbo)([
      labelLogits,
    ]);
    expect(Math.max(...(await read(gradient as Tensor)).map(Math.abs))).toBeLessThan(1e-4);
    model.dispose();
  });

  it('is the same from its file: M1 and M2, in a model that frees both', async () => {
    const model = tinyStacked({ temperature: 2, classNames: ['left', 'middle', 'right'] });
    await trainM2(model);
    const storage = memoryStorage();
    await saveModel(model, storage);
    const before = alive().tensors;
    const loaded = await loadModel(storage, { kind: 'stackedM2' });
    expect(loaded.spec).toEqual(model.spec);
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
    expect(await predict(loaded, dataset.x)).toEqual(await predict(model, dataset.x));
    loaded.dispose();
    expect(alive().tensors).toBe(before);
    model.dispose();
  });

  it('with an M1 of your own nets is filled by loadVariables, and loadModel says so', async () => {
    const [model, other] = [make(identityM1(-1)), make(identityM1(-2), { seed: 2 })];
    const storage = memoryStorage();
    await saveModel(model, storage);
    await expect(loadModel(storage)).rejects.toThrow('needed loadVariables into a model of createStackedM2');
    await loadVariables(other, storage);
    expect(await weightsOf(other)).toEqual(await weightsOf(model));
  });

  it('keeps what it does not exchange: an example as its own class is its reconstruction', async () => {
    const model = tinyStacked();
    const { x, y } = tinyExamples(3);
    expectClose(await read(model.reconstruct(x, y, y)), await read(model.reconstruct(x, y)));
    model.dispose();
  });

  it('refuses an M1 whose prior is not N(0, I)', () => {
    const token = tinyToken({ latent: 4 });
    expect(() => make(token as unknown as GaussianVae, {})).toThrow(
      'createStackedM2: m1 is a conditional VAE, whose prior is p(z|c), needed N(0, I), as createVae has',
    );
    token.dispose();
  });

  it.each([
    [{ dimensions: [] }, 'createStackedM2: dimensions are empty, needed one at least'],
    [{ dimensions: [0, 4] }, 'createStackedM2: dimensions[1] is 4, needed an integer from 0 to 3'],
    [{ dimensions: [1, 1] }, 'createStackedM2: dimensions[1] is 1 once more, needed each once'],
    [{ m1: {} }, 'createStackedM2: m1'],
    [{ latent: 0 }, 'createStackedM2: latent is 0, needed an integer of at least 1'],
  ])('refuses %j', (options, message) => {
    const m1 = tinyM1({ latent: 4 });
    const before = alive();
    expect(() => make(m1, options)).toThrow(message);
    expect(alive()).toEqual(before);
    m1.dispose();
  });
});
