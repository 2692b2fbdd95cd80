/** The auxiliary deep generative models: options, functions, files. */
import {
  logSoftmax,
  logSumExp,
  mean,
  type Scalar,
  softmax,
  stack,
  sub,
  type Tensor,
  tensor,
  type Variable,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { everyLabel } from '../../src/bounds/everyLabel';
import { createNoise, type Noise, streamOf } from '../../src/core/noise';
import * as bernoulli from '../../src/distributions/bernoulli';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { evaluateImportanceBound } from '../../src/evaluation/importanceBound';
import { type AuxiliaryOptions, createAdgm, createSdgm } from '../../src/models/auxiliary/model';
import { loadModel } from '../../src/models/loadModel';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { predict } from '../../src/models/predict';
import { saveModel } from '../../src/models/saveModel';
import { train } from '../../src/training/train';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import {
  alive,
  CLASSES,
  LATENT,
  MLP,
  memoryStorage,
  tinyAdgm,
  tinyBatches,
  tinyDataset,
  tinyExamples,
  tinySdgm,
  weightsOf,
} from '../support/tiny';

const CONV = { preset: 'conv', filters: [3, 4], width: 6 } as const;

const COLOUR = {
  inputShape: [8, 4, 3],
  nets: CONV,
  likelihood: gaussianObservation({ variance: 'learned' }),
} as const;

const MODELS = [
  ['adgm', tinyAdgm, createAdgm],
  ['sdgm', tinySdgm, createSdgm],
] as const;

describe.each(MODELS)('%s', (kind, create, plainCreate) => {
  cleanUpAfterEach();

  it('has by default 100 dimensions of a and z, and five nets of two hidden layers of 500 with batch norm', () => {
    const model = plainCreate({ inputShape: [28, 28, 1], classes: 10 });
    expect([model.auxiliary, model.latent, model.classifiesDraws]).toEqual([100, 100, true]);
    expect(model.likelihood).toBe(bernoulli);
    const count = (net: string): number =>
      Object.entries(model.variables)
        .filter(([name]) => name.startsWith(`${net}/`))
        .reduce((total, [, { size }]) => total + size, 0);
    const hidden = (inputs: number): number => inputs * 500 + 5 * 500 + (500 * 500 + 5 * 500);
    const heads = 2 * (500 * 100 + 100);
    expect(count('auxiliaryEncoder')).toBe(hidden(784) + heads);
    expect(count('classifier')).toBe(hidden(884) + 500 * 10 + 10);
    expect(count('encoder')).toBe(hidden(894) + heads);
    expect(count('auxiliaryDecoder')).toBe(hidden(kind === 'adgm' ? 784 + 110 : 110) + heads);
    expect(count('decoder')).toBe(hidden(kind === 'adgm' ? 110 : 210) + 500 * 784 + 784);
    expect(model.spec).toEqual({
      model: kind,
      inputShape: [28, 28, 1],
      classes: 10,
      latent: 100,
      auxiliary: 100,
      labelPrior: new Array(10).fill(0.1),
      nets: { preset: 'mlp', widths: [500, 500], activation: 'relu', norm: 'batch' },
      likelihood: { kind: 'bernoulli' },
    });
    model.dispose();
  });

  it('has convolutions in each net that reads or gives an image, and a hidden layer where a, z or y enters', async () => {
    const model = create({ nets: CONV });
    expect(model.spec).toMatchObject({
      nets: { preset: 'conv', filters: [3, 4], depth: 1, width: 6, activation: 'relu', norm: 'batch' },
    });
    const shapes = (net: string): Record<string, number[]> =>
      Object.fromEntries(
        Object.entries(model.variables)
          .filter(([name]) => name.startsWith(`${net}/`) && /kernel$/i.test(name))
          .map(([name, { shape }]) => [name.slice(net.length + 1).replace('/kernel', ''), shape]),
      );
    // [8, 8, 1] → [4, 4, 3] → [2, 2, 4] → 6
    const down = { conv1: [3, 3, 1, 3], conv2: [3, 3, 3, 4], dense: [16, 6] };
    const heads = (width: number) => ({ mean: [6, width], logVar: [6, width] });
    const entered = (rows: number, others: number) => ({
      hidden: [rows, 6],
      'hidden/labelKernel': [others, 6],
    });
    expect(shapes('auxiliaryEncoder')).toEqual({ ...down, ...heads(2) });
    expect(shapes('classifier')).toEqual({ ...down, hidden: [2 + 6, 6], logits: [6, CLASSES] });
    expect(shapes('encoder')).toEqual({ ...down, ...entered(2 + 6, CLASSES), ...heads(LATENT) });
    expect(shapes('auxiliaryDecoder')).toEqual(
      kind === 'adgm'
        ? { ...down, ...entered(6, LATENT + CLASSES), ...heads(2) }
        : { ...entered(LATENT, CLASSES), ...heads(2) },
    );
    expect(shapes('decoder')).toEqual({
      ...(kind === 'adgm' ? entered(LATENT, CLASSES) : entered(2, LATENT + CLASSES)),
      map: [6, 16],
      // Of transposed convolutions: [3, 3, to, from].
      up1: [3, 3, 3, 4],
      output: [3, 3, 1, 3],
    });
    const start = (await weightsOf(model))['auxiliaryEncoder/mean/kernel'] as number[];
    expect(Math.max(...start.map(Math.abs))).toBeLessThan(0.01);
    model.dispose();
  });

  it('starts with q(a|x), p(a|·) and q(z|a,x,y) close to N(0, I), so that no divergence is large', async () => {
    const model = create({ nets: { preset: 'mlp', widths: [20, 20] } });
    const { x, y } = tinyExamples(6);
    const { auxiliaryKl, latentKl } = model.infer(x, { noise: createNoise(1) }).bound(y);
    for (const value of [...(await read(auxiliaryKl as Tensor)), ...(await read(latentKl))])
      expect(Math.abs(value)).toBeLessThan(0.1);
    const other = create({ nets: { preset: 'mlp', widths: [20, 20] }, initializer: { normal: 1 } });
    const start = (await weightsOf(other))['auxiliaryEncoder/mean/kernel'] as number[];
    expect(Math.max(...start.map(Math.abs))).toBeLessThan(0.01);
    model.dispose();
    other.dispose();
  });

  it('has posteriors that can be sharper than the prior: σ < 1', async () => {
    const model = create();
    const { x, y } = tinyExamples(6);
    const at = async (logVar: number): Promise<number[]> => {
      for (const net of ['auxiliaryEncoder', 'encoder'])
        (model.variables[`${net}/logVar/bias`] as Variable).assign(
          tensor(new Array(net === 'encoder' ? LATENT : 2).fill(logVar)),
        );
      const { auxiliaryKl } = model.infer(x, { noise: createNoise(1) }).bound(y);
      return read(auxiliaryKl as Tensor);
    };
    const [wide, narrow] = [await at(0), await at(-6)];
    for (const [i, value] of narrow.entries()) expect(value).toBeGreaterThan((wide[i] as number) + 1);
    model.dispose();
  });

  it.each<[string, Partial<AuxiliaryOptions>]>([
    ['one hidden layer', {}],
    ['batch norm, two hidden layers', { nets: { preset: 'mlp', widths: [6, 5] } }],
    ['a learned variance', { likelihood: gaussianObservation({ variance: 'learned' }) }],
    ['vectors', { inputShape: [7], likelihood: gaussianObservation() }],
    ['convolutions', { nets: CONV }],
    ['convolutions, colour, a learned variance', COLOUR],
  ])('gives each function its shape: %s', (_, options) => {
    const model = create(options);
    const x = zeros([2, ...model.inputShape]);
    const example = (rows: number) => [rows, ...model.inputShape];
    expect(model.classify(x).shape).toEqual([2, CLASSES]);
    expect(model.classifyDraws(x, 1, { samples: 3 }).shape).toEqual([2, CLASSES]);
    expect(model.embed(x).shape).toEqual([2, LATENT]);
    expect(model.generate([0, 1, 2], 1).shape).toEqual(example(3));
    expect(model.reconstruct(x).shape).toEqual(example(2));
    expect(model.reconstruct(x, undefined, everyLabel(2, CLASSES)).shape).toEqual(example(6));
    expect(model.sampleMean(everyLabel(2, CLASSES), { noise: createNoise(1) }).shape).toEqual(example(6));
    model.dispose();
  });

  it('classifies at the mean of a, and by draws: the mean of the probabilities', async () => {
    const model = create();
    const { x } = tinyExamples(3);
    const stream = streamOf('classifyDraws', 5);
    const logits = [0, 1, 2, 3].map((s) => {
      const noise = { ...createNoise(0), split: () => stream.split(s) } as unknown as Noise;
      return logSoftmax(model.infer(x, { noise }).labelLogits);
    });
    const drawn = model.classifyDraws(x, 5, { samples: 4 });
    expectClose(await read(drawn), await read(sub(logSumExp(stack(logits), 0), Math.log(4))));
    expectClose(
      (await read(softmax(model.classifyDraws(x, 1)))).map((p) => p * 3),
      (await read(model.classifyDraws(x, 1))).map((logit) => 3 * Math.exp(logit)),
    );
    // Without variance every draw is the mean.
    for (const weight of ['kernel', 'bias']) {
      const variable = model.variables[`auxiliaryEncoder/logVar/${weight}`] as Variable;
      variable.assign(weight === 'bias' ? tensor([-60, -60]) : zeros(variable.shape));
    }
    expectClose(
      await read(model.classifyDraws(x, 1, { samples: 2 })),
      await read(logSoftmax(model.classify(x))),
    );
    model.dispose();
  });

  it('is evaluated by draws, where classify is replaced', async () => {
    const model = create();
    const data = tinyDataset(9);
    const byDraws = { ...model, classify: (x: Tensor) => model.classifyDraws(x, 1, { samples: 3 }) };
    const { probabilities } = await predict(byDraws, data.x);
    expect(probabilities).not.toEqual((await predict(model, data.x)).probabilities);
    expect((await evaluateClassifier(byDraws, data)).count).toBe(9);
    model.dispose();
  });

  it('has an importance bound that rises with the draws', async () => {
    const model = create();
    (model.variables['encoder/logVar/bias'] as Variable).assign(tensor([-3, -3, -3]));
    const data = tinyDataset(4);
    const at = async (samples: number) =>
      (await evaluateImportanceBound(model, data, { samples, seed: 1 })).bound;
    expect(await at(50)).toBeGreaterThan(await at(1));
    model.dispose();
  });

  it.each([
    ['dense nets', { ...MLP, norm: 'batch' }],
    ['convolutions', CONV],
  ] as const)('trains, and is the same after it is saved and loaded by its kind: %s', async (_, nets) => {
    const model = create({
      nets,
      labelPrior: [0.5, 0.25, 0.25],
      temperature: 2,
    });
    const { history } = await train(model, {
      objective: semiSupervised({ labelHandling: 'straight-through' }),
      batches: tinyBatches(),
      epochs: 2,
      seed: 1,
    });
    expect(Object.keys(history[0] ?? {})).toContain('unlabeled.auxiliaryKl');
    const storage = memoryStorage();
    await saveModel(model, storage);
    const loaded = await loadModel(storage, { kind });
    expect(loaded.spec).toEqual(model.spec);
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
    const { x } = tinyExamples(3);
    expect(await read(loaded.classify(x))).toEqual(await read(model.classify(x)));
    await expect(loadModel(storage, { kind: kind === 'adgm' ? 'sdgm' : 'adgm' })).rejects.toThrow(
      `the model is "${kind}", needed`,
    );
    model.dispose();
    loaded.dispose();
  });

  it('leaves one tensor behind for each result, and none behind dispose', () => {
    const before = alive();
    const model = create();
    const made = alive().tensors;
    const { x } = tinyExamples(2);
    const start = alive().tensors;
    const results = [
      model.classify(x),
      model.classifyDraws(x, 1, { samples: 3 }),
      model.embed(x),
      model.generate([0, 1], 1),
      model.reconstruct(x),
    ];
    expect(alive().tensors).toBe(start + results.length);
    expect(made).toBe(before.tensors + Object.keys(model.variables).length);
    for (const one of results) one.dispose();
    model.dispose();
    model.dispose();
    expect(alive().tensors).toBe(start - Object.keys(model.variables).length);
    expect(() => model.classify(x)).toThrow('classify: the model is disposed');
  });

  it('gives its decoder a gradient by sampleMean', async () => {
    const model = create();
    const names = Object.keys(model.variables).filter((name) => /^(auxiliaryD|d)ecoder/.test(name));
    const y = everyLabel(4, CLASSES);
    const { grads } = variableGrads(
      () => mean(model.sampleMean(y, { noise: createNoise(1), training: true })) as Scalar,
      names.map((name) => model.variables[name] as Variable),
    );
    const moves = async (start: string): Promise<boolean> => {
      const found = names.filter((name) => name.startsWith(start));
      const all = await Promise.all(
        found.map(async (name) => {
          const gradient = grads[(model.variables[name] as Variable).name] as Tensor | null;
          return gradient ? (await read(gradient)).some((value) => value !== 0) : false;
        }),
      );
      return all.every(Boolean);
    };
    expect(await moves('decoder/')).toBe(true);
    expect(await moves('auxiliaryDecoder/')).toBe(kind === 'sdgm');
    model.dispose();
  });

  const where = kind === 'adgm' ? 'createAdgm' : 'createSdgm';
  it.each<[string, object, string]>([
    ['no width of a', { auxiliary: 0 }, 'auxiliary is 0, needed an integer of at least 1'],
    ['half a latent dimension', { latent: 2.5 }, 'latent is 2.5, needed an integer of at least 1'],
    ['one class', { classes: 1 }, 'classes is 1, needed an integer of at least 2'],
    ['a preset that it has none of', { nets: 'kingma' }, 'nets is "kingma", needed "mlp", "conv"'],
    ['vectors for convolutions', { inputShape: [7], nets: 'conv' }, 'inputShape is [7], needed [H,W,C]'],
    [
      'a choice that it has none of',
      { nets: { preset: 'mlp', sharedTrunk: true } },
      'nets.sharedTrunk is not a choice of "mlp", needed one of widths, activation, norm',
    ],
    ['no hidden layer', { nets: { preset: 'mlp', widths: [] } }, 'the number of widths is 0'],
    ['an unknown option', { encoderSeesLabel: true }, 'encoderSeesLabel is not an option'],
    ['a label prior of another length', { labelPrior: [0.5, 0.5] }, 'labelPrior'],
  ])('refuses %s, and leaves nothing behind', (_, options, message) => {
    const before = alive();
    expect(() => create(options)).toThrow(`${where}: ${message}`);
    expect(alive()).toEqual(before);
  });

  it('says which arguments its functions need', () => {
    const model = create();
    const { x } = tinyExamples(2);
    const { bound } = model.infer(x, { noise: createNoise(1) });
    expect(() => bound(zeros([3, CLASSES]))).toThrow(
      'bound: y has 3 rows, needed a multiple of the 2 rows of x',
    );
    expect(() => bound(zeros([2, 4]))).toThrow('bound: y has shape [2,4], needed [R,3]');
    expect(() => model.reconstruct(x, zeros([3, CLASSES]))).toThrow(
      'reconstruct: y has shape [3,3], needed [2,3]',
    );
    expect(() => model.reconstruct(x, undefined, zeros([3, CLASSES]))).toThrow('reconstruct: as has 3 rows');
    expect(() => model.classifyDraws(x, 1, { samples: 0 })).toThrow(
      'classifyDraws: samples is 0, needed an integer of at least 1',
    );
    expect(() => model.classifyDraws(zeros([2, 7]), 1)).toThrow('classifyDraws: x has shape [2,7]');
    expect(() => model.generate([], 1)).toThrow('generate: labels are empty');
    model.dispose();
  });
});
