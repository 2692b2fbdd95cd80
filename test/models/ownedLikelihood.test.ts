import {
  memory,
  ones,
  sum,
  type Tensor,
  type Tensor1D,
  type Variable,
  valueAndGrad,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { createDataset } from '../../src/data/dataset';
import { discretizedLogistic } from '../../src/distributions/discretizedLogistic';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import type { Likelihood, TrainingLogProbOptions } from '../../src/distributions/likelihood';
import { multinomial } from '../../src/distributions/multinomial';
import { negativeBinomial } from '../../src/distributions/negativeBinomial';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { reconstruction } from '../../src/models/adversarial/objectives';
import { loadModel } from '../../src/models/loadModel';
import { createM2 } from '../../src/models/m2/model';
import type { SemiSupervisedVae } from '../../src/models/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { unsupervised } from '../../src/models/objectives/unsupervised';
import { saveModel } from '../../src/models/saveModel';
import { createVae } from '../../src/models/vae/model';
import { checkModel } from '../../src/testing/index';
import { createAdam } from '../../src/training/optimizer/adam';
import { train } from '../../src/training/train';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import {
  memoryStorage,
  tinyAae,
  tinyAdgm,
  tinyBatches,
  tinyDataset,
  tinyLadder,
  tinyM1,
  tinyM2,
  tinyMarginal,
  tinySdgm,
  tinyStacked,
  weightsOf,
} from '../support/tiny';

cleanUpAfterEach();

const optimal = (sigma = 1) => gaussianObservation({ variance: 'optimal', sigma });

describe('a likelihood with a running statistic', () => {
  it.each([
    ['a model with labels', tinyM2, semiSupervised()],
    ['a model without labels', tinyM1, unsupervised()],
  ] as const)(
    'of %s moves it in training alone, and is saved and rebuilt of its spec',
    async (_, make, objective) => {
      const likelihood = optimal();
      const model = make({ likelihood });
      expect(model.variables['likelihood/variance']?.trainable).toBe(false);
      const started = await weightsOf(model);
      const dataset = tinyDataset();
      await evaluateElbo(model as never, dataset, { seed: 1 });
      expect(await weightsOf(model)).toEqual(started);
      await train(model as never, {
        objective: objective as never,
        batches: tinyBatches(),
        epochs: 2,
        seed: createNoise(4),
      });
      const after = await weightsOf(model);
      // Of values in [0, 1] the residuals are far below the σ of the start.
      expect(after['likelihood/variance']?.[0]).toBeLessThan(0.7);
      const storage = memoryStorage();
      await saveModel(model, storage);
      const loaded = await loadModel(storage);
      expect(await weightsOf(loaded)).toEqual(after);
      const bounds = [await evaluateElbo(model as never, dataset, { seed: 1 })];
      bounds.push(await evaluateElbo(loaded as never, dataset, { seed: 1 }));
      expect(bounds[1]).toEqual(bounds[0]);
      for (const one of [loaded, model, likelihood]) one.dispose();
    },
  );

  it('goes on from a checkpoint to the same weights', async () => {
    const go = async (epochs: number, storage = memoryStorage()) => {
      const likelihood = optimal();
      const model = tinyM2({ likelihood, seed: createNoise(storage.bytes ? 9 : 1) });
      const optimizer = createAdam();
      await train(model, {
        objective: semiSupervised(),
        batches: tinyBatches(),
        epochs,
        seed: createNoise(4),
        optimizer,
        ema: { decay: 0.9 },
        checkpoint: { storage },
        resume: true,
      });
      const weights = await weightsOf(model);
      expect(Object.keys(optimizer.state.tensors).join()).not.toContain('likelihood');
      for (const one of [optimizer, model, likelihood]) one.dispose();
      return weights;
    };
    const storage = memoryStorage();
    await go(1, storage);
    expect(await go(2, storage)).toEqual(await go(2));
  });

  it.each<[string, (options: { readonly likelihood: Likelihood }) => SemiSupervisedVae]>([
    ['M2', tinyM2],
    ['ADGM', tinyAdgm],
    ['SDGM', tinySdgm],
    ['ladder VAE', tinyLadder],
    ['conditional VAE', tinyMarginal],
  ])(
    'gets what batch norm gets: weights of labels, and one pass a step that moves it, in %s',
    async (_, create) => {
      const passes: (TrainingLogProbOptions & { readonly rows: number })[] = [];
      const counted = optimal();
      // A copy with a function of its own has no spec: it would rebuild the original.
      const { spec: _spec, ...copy } = counted;
      const likelihood: Likelihood = {
        ...copy,
        trainingLogProb(parameters, x, options) {
          passes.push({ ...options, rows: parameters.shape[0] as number });
          return counted.trainingLogProb?.(parameters, x, options) as never;
        },
      };
      const model = create({ likelihood });
      await train(model, {
        objective: semiSupervised(),
        batches: tinyBatches({ stepsPerEpoch: 1 }),
        epochs: 1,
        seed: createNoise(4),
      });
      const moving = passes.filter(({ updateStatistics = true }) => updateStatistics);
      expect(moving).toHaveLength(1);
      expect(moving[0]).toMatchObject({ rows: 6 * 3 });
      expect(moving[0]?.rowWeights?.size).toBe(6 * 3);
      model.dispose();
      counted.dispose();
    },
  );

  it('moves it once a step in the adversarial autoencoder too, by what the reconstruction leaves', async () => {
    const likelihood = optimal();
    const model = tinyAae({ likelihood });
    const variables = Object.keys(model.variables).filter((name) => model.variables[name]?.trainable);
    await train(model, {
      objective: [{ name: 'reconstruction', objective: reconstruction(), variables }],
      batches: tinyBatches({ stepsPerEpoch: 1 }),
      epochs: 1,
      seed: createNoise(4),
    });
    const [once = Number.NaN] = (await weightsOf(model))['likelihood/variance'] ?? [];
    // 0.9 of the start, and 0.1 of the residuals of values in [0, 1].
    expect(once).toBeGreaterThan(0.9);
    expect(once).toBeLessThan(0.95);
    for (const one of [model, likelihood]) one.dispose();
  });

  it('is left as it is in M1, where M1+M2 is trained over inputs', async () => {
    const likelihood = optimal();
    const m1 = tinyM1({ latent: 4, likelihood });
    const model = tinyStacked({ m1 });
    const before = await weightsOf(m1);
    await train(model, {
      objective: semiSupervised(),
      batches: tinyBatches(),
      epochs: 1,
      seed: createNoise(4),
    });
    expect(await weightsOf(m1)).toEqual(before);
    for (const one of [model, likelihood]) one.dispose();
  });

  it('keeps its variance in a batch without any value', async () => {
    const likelihood = optimal(2);
    const [mean, x, observed] = [zeros([3, 2]), ones([3, 2]), zeros([3, 2])];
    const { value, grad } = valueAndGrad((m: Tensor) =>
      sum(likelihood.trainingLogProb?.(m, x, { observed }) as Tensor1D),
    )(mean);
    expectClose([...(await read(value)), ...(await read(grad))], new Array(7).fill(0), 1e-30);
    const { variance } = likelihood.variables as { readonly variance: Variable };
    expectClose(await read(variance), [4], 1e-6);
    likelihood.dispose();
  });

  it('passes the checks of a model', async () => {
    const before = memory().numTensors;
    const create = (seed: number) => {
      const likelihood = optimal();
      const model = tinyM1({ likelihood, seed });
      const dispose = (): void => {
        model.dispose();
        likelihood.dispose();
      };
      return { ...model, dispose };
    };
    await checkModel(create, { objective: unsupervised() });
    expect(memory().numTensors).toBe(before);
  });
});

describe('a likelihood with variables', () => {
  it('is of one model at a time', () => {
    const likelihood = gaussianObservation({ variance: 'shared' });
    const options = { inputShape: [3], likelihood, latent: 1 };
    const first = createVae(options);
    const message =
      'likelihood is that of another model, which trains its variable "logVar"; needed a likelihood of its own, made by another call, or that model disposed';
    const before = memory().numTensors;
    expect(() => createVae(options)).toThrowError(new RangeError(`createVae: ${message}`));
    expect(() => createM2({ ...options, classes: 2 })).toThrowError(new RangeError(`createM2: ${message}`));
    expect(memory().numTensors).toBe(before);
    first.dispose();
    createVae(options).dispose();
    likelihood.dispose();
  });

  it('is free again where its model cannot be loaded', async () => {
    const storage = memoryStorage();
    const made = createVae({ inputShape: [3], latent: 1, likelihood: negativeBinomial() });
    await saveModel(made, storage);
    made.dispose();
    const other = negativeBinomial({ columns: 3 });
    await expect(loadModel(storage, { likelihood: other })).rejects.toThrow('options.likelihood is {');
    createVae({ inputShape: [3], latent: 1, likelihood: other }).dispose();
    other.dispose();
  });
});

describe('a data set', () => {
  const x = Uint8Array.from({ length: 90 }, (_, i) => (i * 7) % 5);
  const y = Uint8Array.from({ length: 30 }, (_, i) => i % 2);
  const own = [
    multinomial({ total: 4, netInput: 'log1p' }),
    negativeBinomial({ dispersion: 'learned', zeroInflated: true }),
    discretizedLogistic({ bins: 5, high: 4, mixture: 2 }),
    gaussianObservation({ variance: 'learned', minSigma: 0.1 }),
    optimal(2),
  ];
  it.each(own.map(({ spec }) => [spec?.kind, spec] as const))(
    'may name a likelihood: a model of %s trains and is loaded',
    async (_, likelihood) => {
      const data = createDataset({
        name: 'named',
        x: Float32Array.from(x),
        y,
        shape: [3],
        classes: 2,
        ...(likelihood && { likelihood }),
      });
      const model = createM2({ data, latent: 2, nets: { preset: 'mlp', widths: [4] } });
      expect(model.likelihood.spec).toEqual(likelihood);
      const { history } = await train(model, {
        objective: semiSupervised(),
        batches: tinyBatches({ dataset: data }),
        epochs: 2,
        seed: 1,
      });
      expect(history.flatMap((row) => Object.values(row)).every(Number.isFinite)).toBe(true);
      const storage = memoryStorage();
      await saveModel(model, storage);
      const loaded = await loadModel(storage);
      expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
      expect(loaded.spec).toEqual(model.spec);
      for (const one of [loaded, model]) one.dispose();
    },
  );
});
