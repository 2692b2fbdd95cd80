import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { onBackend, relativeDifference, values } from './onBackend';

describe('Sum on WebAssembly', () => {
  it.each([
    [[1], [0]],
    [[17], [0]],
    [[5, 7], [0]],
    [[5, 7], [1]],
    [
      [5, 7],
      [0, 1],
    ],
    [[3, 1, 5], [1]],
    [[3, 4, 5], [1]],
    [
      [3, 4, 5],
      [0, 1],
    ],
    [
      [3, 4, 5],
      [1, 2],
    ],
    [
      [3, 4, 5],
      [0, 2],
    ],
    [
      [2, 3, 4, 5],
      [0, 2],
    ],
    [
      [2, 3, 4, 5],
      [3, 1],
    ],
    [[4, 33], [-1]],
    [[0, 3], [0]],
    [[3, 0], [1]],
    [[2, 3], []],
  ])('has the sums of the cpu backend: %j over %j', async (shape, axes) => {
    const compute = (): tf.Tensor[] => [tf.sum(values(shape, 1), axes), tf.sum(values(shape, 1), axes, true)];
    const [expected, actual] = [await onBackend('cpu', compute), await onBackend('wasm', compute)];
    for (const i of [0, 1]) {
      expect(relativeDifference(expected[i] as Float32Array, actual[i] as Float32Array)).toBeLessThan(1e-6);
    }
    await onBackend('wasm', () => {
      expect(tf.sum(values(shape, 1), axes, true).shape).toEqual(
        shape.map((size, axis) => (axes.some((a) => (a + shape.length) % shape.length === axis) ? 1 : size)),
      );
      return [];
    });
  });

  it('keeps the digits of long sums', async () => {
    const [[sum = 0] = []] = await onBackend('wasm', () => [tf.sum(tf.fill([784_000], 0.1))]);
    expect(Math.abs(sum / (784_000 * Math.fround(0.1)) - 1)).toBeLessThan(1e-6);
  });

  it('lets NaN through and leaves other types to the stock kernel', async () => {
    const [sums, whole] = await onBackend('wasm', () => [
      tf.sum(tf.tensor2d([[1, Number.NaN], [2, 3]]), 1),
      tf.sum(tf.tensor1d([1, 2, 3], 'int32')),
    ]); // biome-ignore format: one row each
    expect(sums).toEqual(Float32Array.of(Number.NaN, 5));
    expect(whole).toEqual(Float32Array.of(6));
  });
});
