import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { onBackend, relativeDifference, values } from './onBackend';

const flags = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

/** Batch axes of either operand, broadcast against each other. */
const batches = [
  [[], []],
  [[1], [1]],
  [
    [1, 1],
    [1, 1],
  ],
  [[4], [4]],
  [
    [2, 3],
    [2, 3],
  ],
  [[4], [1]],
  [[1], [4]],
] as const;

const table = flags.flatMap(([transposeA, transposeB]) =>
  batches.map(([outerA, outerB]) => ({ transposeA, transposeB, outerA, outerB })),
);

describe('BatchMatMul on WebAssembly', () => {
  it.each(table)(
    'has the product of the cpu backend: %j',
    async ({ transposeA, transposeB, outerA, outerB }) => {
      const compute = (): tf.Tensor[] => {
        const a = values([...outerA, ...(transposeA ? [5, 3] : [3, 5])], 1);
        const b = values([...outerB, ...(transposeB ? [7, 5] : [5, 7])], 2);
        return [tf.matMul(a, b, transposeA, transposeB)];
      };
      const [[expected], [actual]] = [await onBackend('cpu', compute), await onBackend('wasm', compute)];
      expect(relativeDifference(expected as Float32Array, actual as Float32Array)).toBeLessThan(1e-6);
    },
  );

  it.each([
    [1, 1, 1],
    [3, 7, 2],
    [4, 8, 256],
    [5, 9, 257],
    [128, 16, 31],
    [131, 13, 513],
    [2, 1000, 3],
    [0, 3, 4],
    [3, 0, 4],
    [3, 4, 0],
    // A round of the innermost loop does eight depths, and may end after any.
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((k) => [5, 41, k]),
  ])('has the product at the edges of its blocks: %i × %i over %i', async (m, n, k) => {
    for (const [transposeA, transposeB] of flags) {
      const compute = (): tf.Tensor[] => {
        const a = values(transposeA ? [k, m] : [m, k], 1);
        const b = values(transposeB ? [n, k] : [k, n], 2);
        return [tf.matMul(a, b, transposeA, transposeB)];
      };
      const [[expected], [actual]] = [await onBackend('cpu', compute), await onBackend('wasm', compute)];
      expect(relativeDifference(expected as Float32Array, actual as Float32Array)).toBeLessThan(2e-6);
    }
  });

  it('has the same bits again, and for a row next to any other', async () => {
    const compute = (): tf.Tensor[] => {
      const [a, b] = [values([50, 300], 1), values([300, 40], 2)];
      return [tf.matMul(a, b), tf.matMul(tf.slice(a, 21, 7), b)];
    };
    const [[whole, part], again] = [await onBackend('wasm', compute), await onBackend('wasm', compute)];
    expect(again).toEqual([whole, part]);
    expect(part).toEqual(whole?.subarray(21 * 40, 28 * 40));
  });

  it('has the gradients of a dense layer', async () => {
    const compute = (): tf.Tensor[] => {
      const [x, w] = [values([20, 31], 1), values([31, 17], 2)];
      const upstream = values([20, 17], 3);
      return tf.grads((a, b) => tf.sum(tf.mul(tf.matMul(a, b), upstream)))([x, w]);
    };
    const [expected, actual] = [await onBackend('cpu', compute), await onBackend('wasm', compute)];
    for (const i of [0, 1]) {
      expect(relativeDifference(expected[i] as Float32Array, actual[i] as Float32Array)).toBeLessThan(1e-6);
    }
  });

  it('keeps the axes of size one', async () => {
    await onBackend('wasm', () => {
      const product = tf.matMul(values([1, 1, 5, 3], 1), values([1, 1, 5, 7], 2), true, false);
      expect(product.shape).toEqual([1, 1, 3, 7]);
      return [];
    });
  });
});
