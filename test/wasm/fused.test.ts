import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import * as bernoulli from '../../src/distributions/bernoulli';
import { createAdam } from '../../src/training/optimizer/adam';
import { onBackend, relativeDifference, values } from './onBackend';

const sizes = [1, 2, 3, 4, 5, 63, 64, 65];

describe('the Bernoulli log-likelihood on WebAssembly', () => {
  it.each(sizes)('has value and gradients of the cpu backend: %i values', async (size) => {
    const compute = (): tf.Tensor[] => {
      const logits = tf.mul(values([size, 1], 1), 30);
      const x = values([size, 1], 2);
      const upstream = values([size], 3);
      const loss = (l: tf.Tensor, y: tf.Tensor) => tf.sum(tf.mul(bernoulli.logProb(l, y), upstream));
      return [bernoulli.logProb(logits, x), ...tf.grads(loss)([logits, x])];
    };
    const [expected, actual] = [await onBackend('cpu', compute), await onBackend('wasm', compute)];
    for (const [i, numbers] of expected.entries()) {
      expect(relativeDifference(numbers, actual[i] as Float32Array)).toBeLessThan(1e-6);
    }
  });

  it('takes whole numbers for observations', async () => {
    const compute = (): tf.Tensor[] => [
      bernoulli.logProb(tf.tensor2d([2, -1], [2, 1]), tf.tensor2d([1, 0], [2, 1], 'int32')),
    ];
    const [[expected], [actual]] = [await onBackend('cpu', compute), await onBackend('wasm', compute)];
    expect(relativeDifference(expected as Float32Array, actual as Float32Array)).toBeLessThan(1e-6);
  });

  it('leaves one tensor, and NaN where an operand is', async () => {
    await onBackend('wasm', () => {
      const [logits, x] = [
        tf.tensor2d([Number.NaN, 0, 1000], [3, 1]),
        tf.tensor2d([1, Number.NaN, 1], [3, 1]),
      ];
      const ids = tf.engine().backend.numDataIds();
      const value = bernoulli.logProb(logits, x);
      expect(tf.engine().backend.numDataIds()).toBe(ids + 1);
      expect([...value.dataSync()]).toEqual([Number.NaN, Number.NaN, 0]);
      return [];
    });
  });
});

describe('Adam on WebAssembly', () => {
  it.each(sizes)('takes the steps of the cpu backend: %i values', async (size) => {
    const compute = (): tf.Tensor[] => {
      const optimizer = createAdam({ learningRate: 0.01, weightDecay: 0.1 });
      const variables = { matrix: tf.variable(values([1, size], 1)), vector: tf.variable(values([size], 2)) };
      for (let step = 0; step < 5; step++) {
        const gradients = { matrix: values([1, size], 10 + step), vector: values([size], 20 + step) };
        optimizer.apply(variables, gradients, step);
      }
      const ids = tf.engine().backend.numDataIds();
      const gradients = { matrix: values([1, size], 30), vector: values([size], 31) };
      optimizer.apply(variables, gradients, 5);
      expect(tf.engine().backend.numDataIds()).toBe(ids + 2);
      const { tensors } = optimizer.state;
      const results = [...Object.values(tensors), ...Object.values(variables)].map((one) => one.clone());
      optimizer.dispose();
      for (const variable of Object.values(variables)) variable.dispose();
      return results;
    };
    const [expected, actual] = [await onBackend('cpu', compute), await onBackend('wasm', compute)];
    expect(actual.length).toBe(6);
    for (const [i, numbers] of expected.entries()) {
      expect(relativeDifference(numbers, actual[i] as Float32Array)).toBeLessThan(1e-6);
    }
  });

  // Below a tenth no operation of the backend's own is used; above, it moves from the former value as the others do.
  it.each([0, 1e-4, 0.1, 0.5, 0.999999])('takes the steps of the cpu backend at β₂ = %s', async (beta2) => {
    const compute = (): tf.Tensor[] => {
      const optimizer = createAdam({ beta1: 0, beta2 });
      const weight = tf.variable(tf.zeros([5]));
      for (const [step, size] of [1, 1e-4, 1e-4].entries())
        optimizer.apply({ weight }, { weight: tf.mul(values([5], step), size) }, step);
      const results = [...Object.values(optimizer.state.tensors), weight].map((one) => one.clone());
      optimizer.dispose();
      weight.dispose();
      return results;
    };
    const [expected, actual] = [await onBackend('cpu', compute), await onBackend('wasm', compute)];
    for (const [i, numbers] of expected.entries())
      expect(relativeDifference(numbers, actual[i] as Float32Array)).toBeLessThan(1e-6);
  });
});
