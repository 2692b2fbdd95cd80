import { grads, slice, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { loadModel } from '../../src/models/loadModel';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { saveModel } from '../../src/models/saveModel';
import { LayerNorm } from '../../src/nets/layerNorm';
import { train } from '../../src/training/train';
import goldens from '../golden/nets.json';
import { checkGradient } from '../support/checkGradient';
import { lendWeights } from '../support/layerWeights';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import {
  CONV,
  MLP,
  memoryStorage,
  tinyBatches,
  tinyExamples,
  tinyM1,
  tinyM2,
  weightsOf,
} from '../support/tiny';

const golden = goldens.layerNorm;
const toTensor = ({ shape, values }: { shape: number[]; values: number[] }): Tensor =>
  tensor(values, shape, 'float32');

describe('LayerNorm', () => {
  cleanUpAfterEach();

  it('has PyTorch’s values and gradients, in training and evaluation alike', async () => {
    const layer = new LayerNorm({ name: 'norm' });
    layer.build(golden.x.shape);
    expect(layer.weights).toHaveLength(2);
    for (const training of [false, true]) {
      const f = (x: Tensor, ...weights: Tensor[]): Tensor => {
        lendWeights(layer, weights);
        return layer.apply(x, { training }) as Tensor;
      };
      const inputs = [golden.x, golden.gamma, golden.beta].map(toTensor) as [Tensor, Tensor, Tensor];
      expectClose(await read(f(...inputs)), golden.value.values);
      const gradients = grads(f)(inputs, toTensor(golden.upstream));
      for (const [i, expected] of golden.gradients.entries())
        expectClose(await read(gradients[i] as Tensor), expected.values);
      await checkGradient((...all) => f(...(all as [Tensor])), inputs);
    }
  });

  it('refuses a variance of 0 to be added to', () => {
    expect(() => new LayerNorm({ name: 'norm', epsilon: 0 })).toThrow('LayerNorm: epsilon is 0');
  });
});

describe('preset nets with layer norm', () => {
  cleanUpAfterEach();

  it.each([
    ['mlp', { ...MLP, norm: 'layer' }],
    ['conv', { ...CONV, norm: 'layer' }],
  ] as const)('give each row what it gets alone, in training too: %s', async (_, nets) => {
    const { x } = tinyExamples(5);
    for (const training of [false, true]) {
      const context = { noise: createNoise(3), training };
      const model = tinyM2({ nets });
      const logitsOf = (rows: Tensor) => read(model.infer(rows, context).labelLogits);
      expectClose(await logitsOf(slice(x, [1], [1])), (await logitsOf(x)).slice(3, 6));
      model.dispose();
    }
  });

  it('have a scale and an offset for each unit, and no running statistics', async () => {
    const model = tinyM1({ nets: { ...MLP, norm: 'layer' } });
    const norms = Object.entries(model.variables).filter(([name]) => name.includes('Norm'));
    expect(norms.map(([name, { shape }]) => [name, shape])).toEqual([
      ['encoder/hiddenNorm/gamma', [8]],
      ['encoder/hiddenNorm/beta', [8]],
      ['decoder/hiddenNorm/gamma', [8]],
      ['decoder/hiddenNorm/beta', [8]],
    ]);
    expect(Object.values(model.variables).every(({ trainable }) => trainable)).toBe(true);
    model.dispose();
  });

  it('train, and are saved and loaded', async () => {
    const model = tinyM2({ nets: { ...CONV, norm: 'layer' } });
    const { history } = await train(model, {
      objective: semiSupervised(),
      batches: tinyBatches(),
      epochs: 2,
      seed: 1,
    });
    expect(history[1]?.loss).toBeLessThan(history[0]?.loss as number);
    const storage = memoryStorage();
    await saveModel(model, storage);
    const loaded = await loadModel(storage);
    expect(loaded.spec).toEqual(model.spec);
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
    for (const one of [loaded, model]) one.dispose();
  });
});
