import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { createBatches } from '../../src/data/batches';
import { type CreateDatasetOptions, createDataset, type Dataset } from '../../src/data/dataset';
import { gatherInputs, subset } from '../../src/data/gather';
import * as bernoulli from '../../src/distributions/bernoulli';
import { categoricalObservation } from '../../src/distributions/categoricalObservation';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { mixed } from '../../src/distributions/mixed';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { loadModel } from '../../src/models/loadModel';
import { createM2 } from '../../src/models/m2/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { unsupervised } from '../../src/models/objectives/unsupervised';
import { embed, predict } from '../../src/models/predict';
import { saveModel } from '../../src/models/saveModel';
import { checkModel } from '../../src/testing/index';
import { createAdam } from '../../src/training/optimizer/adam';
import { train } from '../../src/training/train';
import { cleanUpAfterEach, read } from '../support/numbers';
import { poisson } from '../support/poisson';
import { memoryStorage, tinyBatches, tinyM1, tinyM2, weightsOf } from '../support/tiny';

cleanUpAfterEach();

const y = Uint8Array.from({ length: 30 }, (_, i) => i % 3);
const counts = Uint8Array.from(createNoise(1).uniforms(30 * 64), (u, i) => {
  const isOften = Math.floor((i % 8) / 3) === y[Math.floor(i / 64)];
  return Math.floor((isOften ? 12 : 3) * u);
});
const datasetOf = (options: Partial<CreateDatasetOptions> = {}) =>
  createDataset({ name: 'counts', x: counts, bytes: 'counts', y, shape: [8, 8, 1], classes: 3, ...options });
const dataset = datasetOf();
const floats = datasetOf({ x: Float32Array.from(counts) });

describe('bytes that are counts', () => {
  it('are read as they are from a data set, its subsets, and batches from host and device', async () => {
    expect(await read(gatherInputs(dataset, [3]))).toEqual([...counts.subarray(192, 256)]);
    expect(subset(dataset, [1]).bytes).toBe('counts');
    const [host, device, plain] = [
      tinyBatches({ dataset }),
      tinyBatches({ dataset, resident: true }),
      tinyBatches({ dataset: floats }),
    ];
    const inputsOf = async ({ at }: typeof host) => read((await at(2)).unlabeled?.x as never);
    expect(await inputsOf(host)).toEqual(await inputsOf(plain));
    expect(await inputsOf(device)).toEqual(await inputsOf(plain));
    device.dispose?.();
    expect([host.bytes, plain.bytes]).toEqual(['counts', undefined]);
    expect(tinyBatches({ dataset: datasetOf({ bytes: 'unit' }) }).identity).not.toBe(host.identity);
  });

  it('are read as they are by predict, embed and evaluation where the likelihood says so', async () => {
    const likelihood = poisson();
    const model = tinyM2({ likelihood });
    const values = Float32Array.from(counts);
    expect(await predict(model, counts)).toEqual(await predict(model, values));
    expect(await embed(model, counts)).toEqual(await embed(model, values));
    const options = { seed: createNoise(2) };
    expect(await evaluateElbo(model, dataset, options)).toEqual(await evaluateElbo(model, floats, options));
    expect(await evaluateElbo(model, { x: counts }, options)).toEqual(
      await evaluateElbo(model, { x: values }, options),
    );
    model.dispose();
    likelihood.dispose();
  });

  it('are refused by a model that takes bytes for something else, before the first step', async () => {
    const likelihood = poisson();
    const [ofCounts, ofPixels] = [tinyM2({ likelihood }), tinyM2()];
    const options = { objective: semiSupervised(), epochs: 1, seed: createNoise(1) };
    const pixels = datasetOf({ bytes: 'unit' });
    await expect(train(ofPixels, { ...options, batches: tinyBatches({ dataset }) })).rejects.toThrow(
      "train: a byte of the data is a count, the model's likelihood takes it for value / 255; needed the same: createDataset with bytes: 'unit', or float32 values",
    );
    await expect(train(ofCounts, { ...options, batches: tinyBatches({ dataset: pixels }) })).rejects.toThrow(
      "train: a byte of the data is value / 255, the model's likelihood takes it for a count",
    );
    await expect(evaluateClassifier(ofPixels, dataset)).rejects.toThrow('a byte of the data is a count');
    ofCounts.dispose();
    ofPixels.dispose();
    likelihood.dispose();
  });

  it('are named where a data set says something else', () => {
    expect(() => datasetOf({ bytes: 'numbers' as never })).toThrow(
      'createDataset: bytes is "numbers", needed one of "unit", "counts"',
    );
    expect(() =>
      createBatches({
        dataset,
        split: { labeled: Int32Array.of(0), unlabeled: Int32Array.of(1) },
        batchSize: { labeled: 1, unlabeled: 1 },
        seed: createNoise(1),
        binarize: 'threshold',
      }),
    ).toThrow(/dataset\.x\[\d+\] is \d+, needed a number from 0 to 1/);
  });
});

describe('a likelihood of integers', () => {
  it('refuses other values before the first step, and where they are predicted', async () => {
    const likelihood = poisson();
    const model = tinyM2({ likelihood });
    const x = Float32Array.from(counts, (count) => count / 2);
    const batches = tinyBatches({ dataset: datasetOf({ x }) });
    const run = train(model, { objective: semiSupervised(), batches, epochs: 1, seed: createNoise(1) });
    await expect(run).rejects.toThrow(
      /^train: dataset\.x\[\d+\] is \d\.5, needed an integer of at least 0; the values go from 0 to 5\.5: hand over counts as they are/,
    );
    await expect(predict(model, new Float32Array(64).fill(-1))).rejects.toThrow(
      'predict: data[0] is -1, needed an integer of at least 0; all values are -1',
    );
    model.dispose();
    likelihood.dispose();
  });

  it.each([
    [{ support: { min: 0, max: 1, integers: 'yes' } }, 'likelihood.support.integers is "yes"'],
    [{ support: { min: 0.5, max: 9, integers: true } }, 'likelihood.support.min is 0.5, needed an integer'],
    [
      {
        support: [
          { min: 0, max: 1 },
          { min: 0, max: 1 },
        ],
      },
      'likelihood.support has 2 entries, needed 1, one for each place of the last axis',
    ],
    [{ bytes: 'numbers' }, 'likelihood.bytes is "numbers", needed one of "unit", "counts"'],
    [{ variables: { scale: 3 } }, 'likelihood.variables.scale is 3, needed an object with assign()'],
  ])('is refused where it is none: %j', (changes, message) => {
    const likelihood = { ...bernoulli, ...changes } as never;
    for (const make of [tinyM2, tinyM1]) expect(() => make({ likelihood })).toThrow(message);
  });
});

/** Ten rows of three columns, of two classes in turn. */
const tenRows = (name: string, x: Float32Array): Dataset =>
  createDataset({ name, x, y: Array.from({ length: 10 }, (_, i) => i % 2), shape: [3], classes: 2 });

/** Batches in which each of ten examples is labeled, and unlabeled too. */
const batchesOfAll = (data: Dataset) => {
  const all = Int32Array.from({ length: 10 }, (_, i) => i);
  return createBatches({
    dataset: data,
    split: { labeled: all, unlabeled: all },
    batchSize: { labeled: 5, unlabeled: 5 },
    seed: 1,
  });
};

describe('mixed columns', () => {
  const blocks = [
    { kind: 'numbers', width: 1 },
    { kind: 'flags', width: 1 },
    { kind: 'counts', width: 1 },
  ] as const;

  it.each([
    ['a flag that is none', [-3, 0.5, 4], 'dataset.x[1] (column 1) is 0.5, needed an integer from 0 to 1'],
    ['a negative count', [-3, 1, -4], 'dataset.x[2] (column 2) is -4, needed an integer of at least 0'],
    ['a count that is no integer', [-3, 1, 0.25], 'dataset.x[2] (column 2) is 0.25, needed an integer'],
  ])('are refused before the first step, each by its block: %s', async (_, first, message) => {
    const likelihood = mixed({ blocks });
    const x = Float32Array.from(
      { length: 30 },
      (_, i) => (i < 3 ? (first[i] as number) : [-3, 1, 4][i % 3]) as number,
    );
    const data = tenRows('mixed', x);
    const model = createM2({ data, likelihood, latent: 2, nets: { preset: 'mlp', widths: [4] } });
    const batches = batchesOfAll(data);
    await expect(train(model, { objective: semiSupervised(), batches, epochs: 1, seed: 1 })).rejects.toThrow(
      `train: ${message}`,
    );
    await expect(predict(model, x)).rejects.toThrow(message.replace('dataset.x', 'data'));
    model.dispose();
    likelihood.dispose();
  });
});

describe('levels', () => {
  it('are one-hot: rows of several are refused, and blocks of other widths by their rows', async () => {
    const x = new Float32Array(30);
    for (let i = 0; i < 6; i++) {
      x[i * 5 + (i % 3)] = 1;
      x[i * 5 + 3 + (i % 2)] = 1;
    }
    const data = createDataset({ name: 'levels', x, y: [0, 1, 0, 1, 0, 1], shape: [5], classes: 2 });
    const nets = { preset: 'mlp', widths: [3] } as const;
    for (const likelihood of [
      categoricalObservation({ levels: [2, 3] }),
      mixed({
        blocks: [
          { kind: 'levels', width: 2 },
          { kind: 'levels', width: 3 },
        ],
      }),
    ]) {
      const model = createM2({ data, likelihood, latent: 1, nets });
      await expect(evaluateElbo(model, data, { seed: 1, samples: 1 })).rejects.toThrow(
        'evaluateElbo: x[12] and the 2 values after it sum to 2, needed at most one 1: they are the levels of one column',
      );
      model.dispose();
    }
    const model = createM2({ data, likelihood: categoricalObservation({ levels: [3, 2] }), latent: 1, nets });
    expect((await evaluateElbo(model, data, { seed: 1, samples: 1 })).count).toBe(6);
    model.dispose();
  });
});

describe('values beyond squares', () => {
  it('are refused before the first step, with the cure', async () => {
    const x = Float32Array.from({ length: 30 }, (_, i) => (i === 7 ? 9.97e36 : i));
    const data = tenRows('fill', x);
    const model = createM2({
      data,
      likelihood: gaussianObservation(),
      latent: 1,
      nets: { preset: 'mlp', widths: [3] },
    });
    const batches = batchesOfAll(data);
    await expect(train(model, { objective: semiSupervised(), batches, epochs: 1, seed: 1 })).rejects.toThrow(
      /^train: dataset\.x\[7\] is 9\.96\d*e\+36, needed a finite number; .* scale them, and mark fill values as missing$/,
    );
    model.dispose();
  });
});

describe('a likelihood with variables', () => {
  it('is trained, saved and loaded with its model', async () => {
    for (const [make, objective] of [
      [tinyM2, semiSupervised()],
      [tinyM1, unsupervised()],
    ] as const) {
      const likelihood = poisson();
      const model = make({ likelihood });
      expect(Object.keys(model.variables).at(-1)).toBe('likelihood/logScale');
      await train(model as never, {
        objective: objective as never,
        batches: tinyBatches({ dataset }),
        epochs: 2,
        seed: createNoise(4),
      });
      const after = await weightsOf(model);
      expect(after['likelihood/logScale']).not.toEqual([0]);
      const storage = memoryStorage();
      await saveModel(model, storage);
      await expect(loadModel(storage)).rejects.toThrow('needed it as options.likelihood');
      const again = poisson(7);
      const loaded = await loadModel(storage, { likelihood: again });
      expect(await weightsOf(loaded)).toEqual(after);
      for (const one of [loaded, model, likelihood, again]) one.dispose();
    }
  });

  it('is averaged, and goes on from a checkpoint to the same weights', async () => {
    const go = async (epochs: number, storage = memoryStorage()) => {
      const likelihood = poisson(storage.bytes ? 5 : 0);
      const model = tinyM2({ likelihood, seed: createNoise(storage.bytes ? 9 : 1) });
      const optimizer = createAdam();
      await train(model, {
        objective: semiSupervised(),
        batches: tinyBatches({ dataset }),
        epochs,
        seed: createNoise(4),
        optimizer,
        ema: { decay: 0.9 },
        checkpoint: { storage },
        resume: true,
      });
      const weights = await weightsOf(model);
      for (const one of [optimizer, model, likelihood]) one.dispose();
      return weights;
    };
    const storage = memoryStorage();
    await go(1, storage);
    expect(await go(2, storage)).toEqual(await go(2));
  });

  it('passes the checks of a model, which refuse one that leaves the variables out', async () => {
    const create = (seed: number) => {
      const likelihood = poisson();
      const model = tinyM2({ likelihood, seed });
      const dispose = (): void => {
        model.dispose();
        likelihood.dispose();
      };
      return { ...model, dispose };
    };
    const before = memory().numTensors;
    await checkModel(create, { objective: semiSupervised() });
    await checkModel(create, { objective: semiSupervised(), examples: dataset });
    await expect(
      checkModel(
        (seed) => {
          const model = create(seed);
          const { 'likelihood/logScale': _, ...variables } = model.variables;
          return { ...model, variables };
        },
        { objective: semiSupervised() },
      ),
    ).rejects.toThrow('variables["likelihood/logScale"] is undefined, needed the variable of the likelihood');
    expect(memory().numTensors).toBe(before);
  });
});
