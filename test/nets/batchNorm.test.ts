import { grads, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { m2 } from '../../src/models/m2/objective';
import { BatchNorm } from '../../src/nets/batchNorm';
import { trainingSteps } from '../../src/training/trainingSteps';
import goldens from '../golden/nets.json';
import { checkGradient } from '../support/checkGradient';
import { lendWeights } from '../support/layerWeights';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import { tinyBatches, tinyExamples, tinyM2, weightsOf } from '../support/tiny';

const golden = goldens.batchNorm;
const toTensor = ({ shape, values }: { shape: number[]; values: number[] }): Tensor =>
  tensor(values, shape, 'float32');

const goldenLayer = (): BatchNorm => {
  const layer = new BatchNorm({ name: 'norm' });
  layer.build(golden.x.shape);
  layer.setWeights([toTensor(golden.gamma), toTensor(golden.beta), tensor([0, 0]), tensor([1, 1])]);
  return layer;
};

const statistics = async (layer: BatchNorm): Promise<number[][]> =>
  Promise.all(layer.weights.slice(2).map(async (weight) => Array.from(await weight.read().data())));

describe('BatchNorm', () => {
  cleanUpAfterEach();

  it('has PyTorch’s values in training, and moves the running statistics', async () => {
    const layer = goldenLayer();
    const value = layer.call(toTensor(golden.x), { training: true });
    expectClose(await read(value), golden.trained.values);
    const [mean = [], variance = []] = await statistics(layer);
    expectClose(mean, golden.runningMean.values);
    expectClose(variance, golden.runningVariance.values);
    expectClose(await read(layer.call(toTensor(golden.x))), golden.evaluated.values);
  });

  it('has PyTorch’s gradients in training', async () => {
    const layer = goldenLayer();
    const f = (x: Tensor, ...weights: Tensor[]): Tensor => {
      lendWeights(layer, weights);
      return layer.call(x, { training: true, updateStatistics: false });
    };
    const inputs = [golden.x, golden.gamma, golden.beta].map(toTensor);
    const gradients = grads(f)(inputs, toTensor(golden.upstream));
    for (const [i, expected] of golden.gradients.entries())
      expectClose(await read(gradients[i] as Tensor), expected.values);
    await checkGradient((...all) => f(...(all as [Tensor])), inputs);
  });

  it.each([0, 0.5, 0.9, 0.999])(
    'moves its statistics by a momentum of %s as float64 does',
    async (momentum) => {
      const layer = new BatchNorm({ name: 'norm', momentum });
      layer.build([null, 1]);
      const expected = [0, 1];
      for (const scale of [1000, 1, 1e-3, 1e-3]) {
        layer.call(tensor([[scale], [3 * scale]]), { training: true });
        // The variance is over both examples, not one less.
        for (const [i, now] of [2 * scale, scale ** 2].entries())
          expected[i] = momentum * (expected[i] as number) + (1 - momentum) * now;
        for (const [i, [found = Number.NaN]] of (await statistics(layer)).entries())
          expect(Math.abs(found / (expected[i] as number) - 1)).toBeLessThan(1e-5);
      }
    },
  );

  it('moves nothing in evaluation, nor in a training pass that is told not to', async () => {
    const layer = goldenLayer();
    layer.call(toTensor(golden.x));
    layer.call(toTensor(golden.x), { training: true, updateStatistics: false });
    expect(await statistics(layer)).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it('moves once a step, with the unlabelled examples', async () => {
    const model = tinyM2({ nets: { preset: 'mlp', widths: [4], batchNorm: true } });
    const batches = tinyBatches();
    const { unlabeled } = await batches.at(0);
    // The first layer of the classifier is linear before its norm: the mean of what it gives is known.
    const { variables } = model;
    const pixels = await read(unlabeled?.x as Tensor);
    const kernel = Array.from(await (variables['classifier/hidden/kernel'] as Tensor).data());
    const means = [0, 1, 2, 3].map(
      (unit) =>
        pixels.reduce((sum, pixel, i) => sum + pixel * (kernel[(i % 64) * 4 + unit] as number), 0) / 6,
    );
    for await (const _ of trainingSteps(model, { objective: m2(), batches, noise: createNoise(3), to: 1 }));
    const running = await weightsOf(model);
    expectClose(
      running['classifier/hiddenNorm/movingMean'] as number[],
      means.map((mean) => 0.1 * mean),
    );
    model.dispose();
  });

  it('moves with the labelled examples where there are no others', async () => {
    const model = tinyM2({ nets: { preset: 'mlp', widths: [4], batchNorm: true } });
    const batches = tinyBatches({ batchSize: { labeled: 3, unlabeled: 0 } });
    const before = await weightsOf(model);
    for await (const _ of trainingSteps(model, { objective: m2(), batches, noise: createNoise(3), to: 1 }));
    const after = await weightsOf(model);
    for (const net of ['classifier', 'encoder', 'decoder'])
      expect(after[`${net}/hiddenNorm/movingMean`]).not.toEqual(before[`${net}/hiddenNorm/movingMean`]);
    model.dispose();
  });

  it('is left alone by everything that evaluates a model', async () => {
    const model = tinyM2({ nets: { preset: 'mlp', widths: [4], batchNorm: true } });
    const before = await weightsOf(model);
    const { x, y } = tinyExamples(4);
    model.classify(x);
    model.encode(x, y);
    model.reconstruct(x);
    model.generate([0, 1], createNoise(0));
    expect(await weightsOf(model)).toEqual(before);
    model.dispose();
  });
});
