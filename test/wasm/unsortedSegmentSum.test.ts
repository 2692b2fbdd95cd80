import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { onBackend, relativeDifference, values } from './onBackend';

describe('UnsortedSegmentSum on WebAssembly', () => {
  it('adds the rows of each segment and gives zeros where there are none', async () => {
    const [sums] = await onBackend('wasm', () => {
      const x = tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]);
      return [tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2], 'int32'), 4)];
    });
    expect(sums).toEqual(Float32Array.of(3, 4, 0, 0, 6, 8, 0, 0));
  });

  it('leaves out rows whose segment does not exist', async () => {
    const [sums] = await onBackend('wasm', () => [
      tf.unsortedSegmentSum(tf.tensor1d([1, 2, 4]), tf.tensor1d([-1, 1, 2], 'int32'), 2),
    ]);
    expect(sums).toEqual(Float32Array.of(0, 2));
  });

  it.each([0, 1, 2])('gives gather the gradient of the cpu backend along axis %i', async (axis) => {
    const compute = (): tf.Tensor[] => {
      const indices = tf.tensor1d([1, 0, 1, 2, 1], 'int32');
      const x = values([3, 4, 5], 1);
      const upstream = values(tf.gather(x, indices, axis).shape, 2);
      return [tf.grad((a) => tf.sum(tf.mul(tf.gather(a, indices, axis), upstream)))(x)];
    };
    const [[expected], [actual]] = [await onBackend('cpu', compute), await onBackend('wasm', compute)];
    expect(relativeDifference(expected as Float32Array, actual as Float32Array)).toBeLessThan(1e-6);
  });

  it('refuses segments that do not match the rows, naming both', async () => {
    await onBackend('wasm', () => {
      const sum = () => tf.unsortedSegmentSum(tf.ones([3, 2]), tf.tensor1d([0, 1], 'int32'), 2);
      expect(sum).toThrow('UnsortedSegmentSum: segmentIds has shape [2], needed [3]');
      return [];
    });
  });
});
