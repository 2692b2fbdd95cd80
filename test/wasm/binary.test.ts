import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onBackend, values } from './onBackend';

const functions: Readonly<Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor>> = {
  add: tf.add,
  div: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  mul: tf.mul,
  sub: tf.sub,
};

/** Every function of two tensors of these shapes, on both backends: the same to the bit, each being one rounding. */
const expectEqual = async (a: readonly number[], b: readonly number[]): Promise<void> => {
  const compute = (): tf.Tensor[] => Object.values(functions).map((of) => of(values(a, 1), values(b, 2)));
  const [expected, actual] = [await onBackend('cpu', compute), await onBackend('wasm', compute)];
  expect(actual).toEqual(expected);
};

describe('functions of two tensors on WebAssembly', () => {
  it.each([
    [[], []],
    [[1], []],
    [[7], [7]],
    [[3, 5], [5]],
    [
      [3, 5],
      [3, 1],
    ],
    [
      [3, 1],
      [1, 5],
    ],
    [
      [4, 1, 9],
      [4, 6, 1],
    ],
    [
      [4, 1, 9],
      [1, 6, 9],
    ],
    [
      [2, 1, 3, 1, 5],
      [1, 4, 1, 6, 5],
    ],
    [[0, 3], [3]],
    [
      [2, 0],
      [1, 1],
    ],
  ])('have the values of the cpu backend: %j and %j', (a, b) => expectEqual(a, b));

  it('have them for random shapes that broadcast', async () => {
    const axis = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom('both', 'a', 'b'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(axis, { maxLength: 5 }),
        fc.integer({ min: 0, max: 5 }),
        async (axes, cut) => {
          const a = axes.map(([size, kept]) => (kept === 'b' ? 1 : size));
          const b = axes.map(([size, kept]) => (kept === 'a' ? 1 : size)).slice(Math.min(cut, axes.length));
          await expectEqual(a, b);
          await expectEqual(b, a);
        },
      ),
      { numRuns: 100, seed: 7 },
    );
  });

  it('let NaN and infinities through', async () => {
    const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 1];
    const compute = (): tf.Tensor[] =>
      Object.values(functions).map((of) => of(tf.tensor2d(special, [5, 1]), tf.tensor1d(special)));
    expect(await onBackend('wasm', compute)).toEqual(await onBackend('cpu', compute));
  });

  it('leave other types to the stock kernels', async () => {
    const [sum] = await onBackend('wasm', () => [
      tf.add(tf.tensor1d([1, 2], 'int32'), tf.scalar(3, 'int32')),
    ]);
    expect([...(sum as Float32Array)]).toEqual([4, 5]);
  });
});
