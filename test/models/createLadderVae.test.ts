import { reshape, split, tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { everyLabel } from '../../src/bounds/everyLabel';
import { oneHotLabels } from '../../src/core/labels';
import { createNoise } from '../../src/core/noise';
import { linearWarmup } from '../../src/core/schedules';
import * as bernoulli from '../../src/distributions/bernoulli';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import * as poisson from '../../src/distributions/poisson';
import { activeUnits } from '../../src/evaluation/activeUnits';
import { noveltyScore } from '../../src/evaluation/novelty';
import { readSafetensors, writeSafetensors } from '../../src/files/safetensors';
import { createLadderVae, type LadderVae, type LadderVaeOptions } from '../../src/models/ladder/model';
import { loadModel } from '../../src/models/loadModel';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { predict } from '../../src/models/predict';
import { saveModel } from '../../src/models/saveModel';
import { createAdam } from '../../src/training/optimizer/adam';
import { train } from '../../src/training/train';
import { comparable } from '../support/ending';
import { cleanUpAfterEach, expectClose, read, readRows } from '../support/numbers';
import {
  alive,
  CLASSES,
  LATENT,
  memoryStorage,
  SHAPE,
  tinyBatches,
  tinyDataset,
  tinyExamples,
  tinyLadder,
  weightsOf,
} from '../support/tiny';
import { expectSameEnding } from '../support/tinyRun';

const NETS = { preset: 'mlp', widths: [8, 6] } as const;

describe('createLadderVae', () => {
  cleanUpAfterEach();

  it('has by default three layers, each half as wide as the one below, and a label at the top alone', () => {
    const model = createLadderVae({ inputShape: [28, 28, 1], classes: 10 });
    expect(model.latents).toEqual([32, 16, 8]);
    expect(model.latent).toBe(56);
    expect(model.likelihood).toBe(bernoulli);
    expect(model.decoderSeesLabel).toBe(false);
    const count = (net: string): number =>
      Object.entries(model.variables)
        .filter(([name]) => name.startsWith(`${net}/`))
        .reduce((total, [, { size }]) => total + size, 0);
    const [a, b, c] = [512, 256, 128];
    const hidden = (inputs: number, units: number): number => inputs * units + 5 * units;
    const heads = (inputs: number, latent: number): number => 2 * (inputs + 1) * latent;
    expect(count('bottomUp')).toBe(
      hidden(784, a) + hidden(a, b) + hidden(b, c) + heads(a, 32) + heads(b, 16),
    );
    expect(count('classifier')).toBe((c + 1) * 10);
    expect(count('encoder')).toBe(hidden(c + 10, c) + heads(c, 8));
    expect(count('prior2')).toBe(hidden(8 + 10, c) + heads(c, 16));
    expect(count('prior1')).toBe(hidden(16, b) + heads(b, 32));
    expect(count('decoder')).toBe(hidden(32, a) + (a + 1) * 784);
    expect(model.spec).toEqual({
      model: 'ladder',
      inputShape: [28, 28, 1],
      classes: 10,
      latents: [32, 16, 8],
      labelPrior: new Array(10).fill(0.1),
      decoderSeesLabel: false,
      nets: { preset: 'mlp', widths: [a, b, c], activation: 'relu', norm: 'batch' },
      likelihood: { kind: 'bernoulli' },
    });
    model.dispose();
  });

  it.each([
    [{}],
    [{ latents: [LATENT], nets: { ...NETS, widths: [8] } }],
    [{ latents: [4, 3, 2], nets: { ...NETS, widths: [8, 7, 6] }, decoderSeesLabel: true }],
    [{ nets: NETS, likelihood: gaussianObservation({ variance: 'learned' }), inputShape: [7] }],
  ] as [Partial<LadderVaeOptions>][])('gives every distribution its shape: %j', (options) => {
    const model = tinyLadder(options);
    const { inputShape, latents, latent } = model;
    const x = zeros([2, ...inputShape]);
    const y = oneHotLabels('test', [0, 2], CLASSES);
    for (const labels of [y, everyLabel(2, CLASSES)]) {
      const [rows = 0] = labels.shape;
      const posteriors = model.encode(x, labels);
      expect(posteriors.map(({ mean }) => mean.shape)).toEqual(latents.map((width) => [rows, width]));
      expect(posteriors.map(({ logVar }) => logVar.shape)).toEqual(latents.map((width) => [rows, width]));
      for (const [i, { mean }] of posteriors.entries())
        expect(model.decode(mean, labels, { layer: i + 1 }).shape).toEqual([
          rows,
          ...model.likelihood.parameterShape(inputShape),
        ]);
    }
    expect(model.classify(x).shape).toEqual([2, CLASSES]);
    expect(model.embed(x).shape).toEqual([2, latent]);
    expect(model.generate([0, 1, 2], 1).shape).toEqual([3, ...inputShape]);
    expect(model.sampleMean(y, { noise: createNoise(1), training: true }).shape).toEqual([2, ...inputShape]);
    expect(model.reconstruct(x).shape).toEqual([2, ...inputShape]);
    expect(model.reconstruct(x, y, everyLabel(2, CLASSES)).shape).toEqual([2 * CLASSES, ...inputShape]);
    model.dispose();
  });

  it('embeds by the means of all layers, z_1 first, each in the mean over q(y|x)', async () => {
    const model = tinyLadder();
    const { x } = tinyExamples(2);
    const { probabilities } = await predict(model, x);
    const means = await Promise.all(
      model.encode(x, everyLabel(2, CLASSES)).map(({ mean }) => readRows(mean)),
    );
    const expected = [0, 1].flatMap((b) =>
      means.flatMap((rows) =>
        (rows[0] as number[]).map((_, d) =>
          [0, 1, 2].reduce(
            (total, k) =>
              total +
              (probabilities[b * CLASSES + k] as number) * ((rows[b * CLASSES + k] as number[])[d] as number),
            0,
          ),
        ),
      ),
    );
    expectClose(await read(model.embed(x)), expected);
    const parts = split(model.embed(x), [...model.latents], 1);
    for (const [i, part] of parts.entries())
      expect((await activeUnits(part)).variances).toHaveLength(model.latents[i] as number);
    model.dispose();
  });

  it('reconstructs by z_1 at its mean, and as the label itself alike', async () => {
    const model = tinyLadder({ decoderSeesLabel: true });
    const { x, y } = tinyExamples(3);
    const [q] = model.encode(x, y);
    const expected = await read(bernoulli.mean(model.decode(q?.mean as never, y)));
    expectClose(await read(model.reconstruct(x, y)), expected);
    expectClose(await read(model.reconstruct(x, y, y)), expected);
    model.dispose();
  });

  it('reconstructs as another label through the priors: z_L stays, and each deviation below it', async () => {
    const model = tinyLadder();
    const { x } = tinyExamples(1);
    const [one, other] = [oneHotLabels('test', [0], CLASSES), oneHotLabels('test', [2], CLASSES)];
    const [z1, z2] = model.encode(x, one).map(({ mean }) => mean);
    // p(z_1|z_2,y) of the nets written out.
    const prior = async (y: number) => {
      const weight = async (name: string) => (await model.variables[`prior1/${name}`]?.data()) ?? [];
      const [kernel, labelKernel, bias] = [
        await weight('hidden/kernel'),
        await weight('hidden/labelKernel'),
        await weight('hidden/bias'),
      ];
      const code = [...((await z2?.data()) ?? [])];
      const hidden = Array.from(bias, (start, j) =>
        Math.log1p(
          Math.exp(
            start +
              (labelKernel[y * bias.length + j] as number) +
              code.reduce((total, v, d) => total + v * (kernel[d * bias.length + j] as number), 0),
          ),
        ),
      );
      const head = async (name: string) => {
        const [k, b] = [await weight(`${name}/kernel`), await weight(`${name}/bias`)];
        return Array.from(b, (start, j) =>
          hidden.reduce((total, v, i) => total + v * (k[i * b.length + j] as number), start),
        );
      };
      const logVar = (await head('logVar')).map((v) => 10 * Math.tanh(v / 10));
      return { mean: await head('mean'), logVar };
    };
    const [p, to] = [await prior(0), await prior(2)];
    const before = [...((await z1?.data()) ?? [])];
    const moved = before.map(
      (v, d) =>
        (to.mean[d] as number) +
        ((v - (p.mean[d] as number)) * Math.exp(0.5 * (to.logVar[d] as number))) /
          Math.exp(0.5 * (p.logVar[d] as number)),
    );
    const expected = await read(bernoulli.mean(model.decode(tensor([moved]), other)));
    expectClose(await read(model.reconstruct(x, one, other)), expected);
    model.dispose();
  });

  it('decodes a code of an upper layer by the means of the priors below it', async () => {
    const model = tinyLadder();
    const y = oneHotLabels('test', [1, 2], CLASSES);
    // With priors of no width, a draw is the mean.
    for (const part of ['kernel', 'bias'])
      model.variables[`prior1/logVar/${part}`]?.assign(
        zeros(model.variables[`prior1/logVar/${part}`]?.shape ?? []),
      );
    model.variables['prior1/logVar/bias']?.assign(tensor1d(new Array(LATENT).fill(-1e6)));
    const z = createNoise(3).split('latent.2').normal([2, 2]);
    const drawn = await read(model.sampleMean(y, { noise: createNoise(3) }));
    // σ = e^{−5} at the least.
    expectClose(await read(bernoulli.mean(model.decode(z, y, { layer: 2 }))), drawn, 0.05);
    model.dispose();
  });

  it('draws narrower codes at a lower temperature', async () => {
    const model = tinyLadder();
    const labels = new Array(200).fill(0);
    const spread = async (temperature: number): Promise<number> => {
      const images = reshape(model.generate(labels, 1, { temperature }), [200, 64]);
      const { variances } = await activeUnits(images);
      return variances.reduce((total, variance) => total + variance, 0);
    };
    const [narrow, plain] = [await spread(0.3), await spread(1)];
    expect(narrow).toBeLessThan(0.3 * plain);
    expect(() => model.generate([0], 1, { temperature: 0 })).toThrowError(
      new RangeError('generate: temperature is 0, needed a finite number above 0'),
    );
    model.dispose();
  });

  it('draws its weights from the seed, and frees all it made, once', async () => {
    const weights = async (seed: number) => {
      const model = tinyLadder({ seed });
      const found = await weightsOf(model);
      model.dispose();
      return found;
    };
    expect(await weights(1)).toEqual(await weights(1));
    expect(await weights(2)).not.toEqual(await weights(1));
    const before = alive();
    const model = tinyLadder();
    model.dispose();
    expect(alive()).toEqual(before);
    expect(() => model.dispose()).not.toThrow();
    expect(() => model.generate([0], 1)).toThrow('generate: the model is disposed');
  });

  it('takes shape, classes and likelihood from a data set, and refuses one that contradicts it', () => {
    const data = { ...tinyDataset(6), likelihood: poisson.spec, bytes: 'counts' as const };
    const model = createLadderVae({ data, latents: [2, 2], nets: NETS });
    expect(model.inputShape).toEqual([...SHAPE]);
    expect(model.likelihood.spec).toEqual(poisson.spec);
    model.dispose();
    expect(() => createLadderVae({ data, classes: 4 })).toThrow(
      'createLadderVae: classes is 4, the data has 3',
    );
  });

  it.each<[string, Partial<LadderVaeOptions>, Error]>([
    [
      'no layer',
      { latents: [] },
      new RangeError('createLadderVae: the number of latents is 0, needed an integer of at least 1'),
    ],
    [
      'half a dimension',
      { latents: [3, 2.5] },
      new RangeError('createLadderVae: one of latents is 2.5, needed an integer of at least 1'),
    ],
    [
      'a width too few',
      { latents: [3, 2, 2], nets: NETS },
      new RangeError('createLadderVae: widths has 2 entries, needed 3, one for each of the latents'),
    ],
    [
      'no width',
      { nets: { preset: 'mlp', widths: [] } },
      new RangeError('createLadderVae: the number of widths is 0, needed an integer of at least 1'),
    ],
    [
      'a label that acts nowhere',
      { latents: [3], nets: { ...NETS, widths: [8] }, decoderSeesLabel: false },
      new RangeError(
        'createLadderVae: decoderSeesLabel is false, needed true with one latent: nothing else of the process would depend on the label',
      ),
    ],
    [
      'a preset of other models',
      { nets: 'conv' as never },
      new RangeError('createLadderVae: nets is "conv", needed "mlp"'),
    ],
    [
      'a width for one latent',
      { latent: 4 } as never,
      new RangeError(
        'createLadderVae: latent is not an option, needed data, inputShape, likelihood, input, initializer, seed, classes, classNames, labelPrior, temperature, latents, decoderSeesLabel, nets',
      ),
    ],
    [
      'a prior of too few classes',
      { labelPrior: [0.5, 0.5] },
      new RangeError('createLadderVae: labelPrior is an array of 2, needed an array of 3 probabilities'),
    ],
  ])('refuses %s', (_, options, error) => {
    const before = alive();
    expect(() => tinyLadder(options)).toThrowError(error);
    expect(alive()).toEqual(before);
  });

  it('leaves a mean and a log-variance of each layer behind by encode, and one tensor by decode', () => {
    const model = tinyLadder();
    const { x, y } = tinyExamples(2);
    const before = alive().tensors;
    const [q] = model.encode(x, y);
    expect(alive().tensors - before).toBe(4);
    model.decode(q?.mean as never, y);
    expect(alive().tensors - before).toBe(5);
    model.embed(x);
    model.generate([0], 1);
    model.reconstruct(x, y, everyLabel(2, CLASSES));
    // The labels that reconstruct was given are the caller's.
    expect(alive().tensors - before).toBe(9);
    model.dispose();
  });

  it('says which arguments its functions need', () => {
    const model = tinyLadder();
    const y = oneHotLabels('test', [0, 1], CLASSES);
    expect(() => model.encode(zeros([2, 64]), y)).toThrow('encode: x has shape [2,64], needed [B,8,8,1]');
    expect(() => model.decode(zeros([2, 4]), y)).toThrow('decode: z has shape [2,4], needed [N,3]');
    expect(() => model.decode(zeros([2, 3]), y, { layer: 2 })).toThrow(
      'decode: z has shape [2,3], needed [N,2]',
    );
    expect(() => model.decode(zeros([2, 3]), y, { layer: 3 })).toThrow(
      'decode: layer is 3, needed an integer from 1 to 2',
    );
    const three = oneHotLabels('test', [0, 1, 2], CLASSES);
    const x = zeros([2, ...SHAPE]);
    const needed = (name: string): string => `${name} has 3 rows, needed a multiple of the 2 rows beside it`;
    expect(() => model.encode(x, three)).toThrowError(new RangeError(`encode: ${needed('y')}`));
    expect(() => model.decode(zeros([2, 3]), three)).toThrowError(new RangeError(`decode: ${needed('y')}`));
    expect(() => model.reconstruct(x, y, three)).toThrowError(
      new RangeError('reconstruct: as has 3 rows, needed a multiple of the 2 rows of x'),
    );
    expect(() => model.infer(x, { noise: createNoise(1) }).bound(three)).toThrowError(
      new RangeError(`bound: ${needed('y')}`),
    );
    expect(() => model.encode(x, zeros([2, 4]))).toThrow('encode: y has shape [2,4], needed [R,3]');
    expect(() => model.generate([], 1)).toThrow('generate: labels are empty');
    expect(() => model.generate([3], 1)).toThrow('generate: ');
    model.dispose();
  });
});

describe('a ladder VAE in a file', () => {
  cleanUpAfterEach();

  it.each<[string, Partial<LadderVaeOptions>]>([
    ['the default', { nets: NETS }],
    [
      'its choices',
      {
        latents: [2],
        nets: { preset: 'mlp', widths: [5], activation: 'softplus', norm: 'none' },
        likelihood: gaussianObservation({ variance: 'learned' }),
        labelPrior: [0.5, 0.25, 0.25],
        classNames: ['a', 'b', 'c'],
        temperature: 2,
      },
    ],
  ])('comes back to the bit: %s', async (_, options) => {
    const model = tinyLadder(options);
    const storage = memoryStorage();
    await saveModel(model, storage);
    const loaded = await loadModel(storage, { kind: 'ladder' });
    expect(loaded.spec).toEqual(model.spec);
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
    const draw = (one: LadderVae): Promise<number[]> => read(one.generate([0, 1], createNoise(1)));
    expect(await draw(loaded)).toEqual(await draw(model));
    expect((await predict(loaded, tinyDataset(4).x)).probabilities).toEqual(
      (await predict(model, tinyDataset(4).x)).probabilities,
    );
    for (const one of [model, loaded]) one.dispose();
  });

  it('is refused where its layers do not fit its weights', async () => {
    const model = tinyLadder();
    const storage = memoryStorage();
    await saveModel(model, storage);
    model.dispose();
    const { arrays, metadata } = readSafetensors(storage.bytes as Uint8Array);
    const { format, spec } = metadata as { format: string; spec: Record<string, unknown> };
    const withSpec = (change: object) =>
      memoryStorage(
        writeSafetensors({ arrays, metadata: { format, spec: { ...spec, ...change } } as never }),
      );
    const before = alive();
    await expect(loadModel(withSpec({ latents: [3] }))).rejects.toThrow(RangeError);
    await expect(loadModel(withSpec({ latents: [3, 1e9] }))).rejects.toThrow(
      /: the spec is of nets of \d+ layers/,
    );
    await expect(loadModel(withSpec({ nets: null }))).rejects.toThrow('nets is null, needed "mlp"');
    await expect(loadModel(withSpec({ latents: 'all' }))).rejects.toThrow('latents is "all"');
    expect(alive()).toEqual(before);
  });
});

describe('training of a ladder VAE', () => {
  cleanUpAfterEach();

  const klWeight = { latentKl: 1, 'latentKl.2': linearWarmup({ from: 0.1, steps: 6 }) };
  const options = () => ({
    objective: semiSupervised({ labelHandling: 'gumbel', klWeight }),
    batches: tinyBatches({ stepsPerEpoch: 3 }),
    epochs: 2,
    seed: createNoise(4),
  });

  it('has the divergence of each layer in its history, and improves the bound', async () => {
    const model = tinyLadder({ nets: NETS });
    const optimizer = createAdam({ learningRate: 3e-2 });
    const { history } = await train(model, {
      objective: semiSupervised({ klWeight: linearWarmup({ steps: 10 }) }),
      batches: tinyBatches(),
      epochs: 8,
      optimizer,
      seed: 1,
    });
    const [first, last] = [history[0], history.at(-1)];
    for (const name of ['unlabeled.latentKl', 'unlabeled.latentKl.2', 'labeled.latentKl.2'])
      expect(last?.[name], name).toBeGreaterThan(0);
    expect(last?.['unlabeled.elbo']).toBeGreaterThan((first?.['unlabeled.elbo'] ?? 0) + 5);
    const { pValues } = await noveltyScore(model, tinyDataset(3, 9), {
      reference: tinyDataset(6, 8),
      samples: 2,
      seed: 1,
    });
    expect(pValues).toHaveLength(3);
    optimizer.dispose();
    model.dispose();
  });

  it('interrupted after any step, and resumed in a fresh model, ends to the bit as if it had not been', async () => {
    const go = async (storage = memoryStorage(), stop = Number.POSITIVE_INFINITY) => {
      const model = tinyLadder({ nets: NETS, seed: storage.bytes ? 99 : 1 });
      const controller = new AbortController();
      const optimizer = createAdam({ learningRate: 0.02 });
      try {
        const result = await train(model, {
          ...options(),
          optimizer,
          checkpoint: { storage },
          resume: true,
          signal: controller.signal,
          callbacks: { onBatchEnd: ({ step }) => void (step + 1 === stop && controller.abort()) },
        });
        return { weights: await weightsOf(model), result: comparable(result) };
      } finally {
        optimizer.dispose();
        model.dispose();
      }
    };
    const whole = await go();
    for (let stop = 1; stop < 6; stop += 2) {
      const storage = memoryStorage();
      expect((await go(storage, stop)).result).toMatchObject({ step: stop, stopped: 'aborted' });
      expectSameEnding(await go(storage), whole, `interrupted after step ${stop}`);
    }
  });
});
