import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { onBackend, values } from './onBackend';

describe('Tile on WebAssembly', () => {
  it.each([
    [[3], [2]],
    [
      [5, 7],
      [3, 1],
    ],
    [
      [5, 7],
      [1, 3],
    ],
    [
      [5, 7],
      [2, 3],
    ],
    [
      [4, 1, 6],
      [1, 10, 1],
    ],
    [
      [2, 3, 4],
      [1, 1, 1],
    ],
    [
      [0, 3],
      [2, 1],
    ],
    [
      [2, 3],
      [0, 1],
    ],
  ])('repeats as the cpu backend does: %j by %j', async (shape, reps) => {
    const compute = (): tf.Tensor[] => [tf.tile(values(shape, 1), reps)];
    expect(await onBackend('wasm', compute)).toEqual(await onBackend('cpu', compute));
  });
});

describe('Identity on WebAssembly', () => {
  it('shares memory, which lives as long as one of its tensors', async () => {
    await onBackend('wasm', () => {
      const ids = tf.engine().backend.numDataIds();
      const first = values([5], 1);
      const second = first.clone();
      expect(tf.engine().backend.numDataIds()).toBe(ids + 1);
      const before = [...first.dataSync()];
      first.dispose();
      values([5], 2);
      expect([...second.dataSync()]).toEqual(before);
      return [];
    });
  });

  it('keeps a variable apart from a copy of it', async () => {
    await onBackend('wasm', () => {
      const variable = tf.variable(tf.tensor1d([1, 2, 3]));
      const copy = variable.clone();
      variable.assign(tf.tensor1d([4, 5, 6]));
      expect([...copy.dataSync()]).toEqual([1, 2, 3]);
      variable.dispose();
      return [];
    });
  });

  it('takes strings', async () => {
    await onBackend('wasm', () => {
      expect(tf.clone(tf.tensor1d(['a', 'b'], 'string')).dataSync()).toEqual(['a', 'b']);
      return [];
    });
  });
});

const cuts: readonly (readonly [number[], number[], number[]])[] = [
  [[7], [2], [4]],
  [
    [4, 5],
    [0, 0],
    [4, 5],
  ],
  [
    [4, 5],
    [1, 0],
    [2, 5],
  ],
  [
    [4, 5],
    [1, 2],
    [2, 3],
  ],
  [
    [3, 4, 5],
    [0, 1, 0],
    [3, 2, 5],
  ],
  [
    [3, 4, 5, 6],
    [1, 1, 1, 1],
    [2, 3, 3, 4],
  ],
  [
    [2, 15, 15, 3],
    [0, 1, 1, 0],
    [2, 14, 14, 3],
  ],
  [
    [2, 15, 15, 40],
    [0, 1, 1, 0],
    [2, 14, 14, 40],
  ],
  [
    [2, 3, 2, 3, 4],
    [0, 0, 1, 0, 0],
    [2, 3, 1, 3, 4],
  ],
  [
    [2, 3, 2, 3, 4],
    [1, 1, 1, 1, 1],
    [1, 2, 1, 2, 2],
  ],
  [
    [3, 4],
    [1, 1],
    [0, 2],
  ],
];

describe('Slice and PadV2 on WebAssembly', () => {
  it.each(cuts)('cut as the cpu backend does: %j from %j by %j', async (shape, begin, size) => {
    const compute = (): tf.Tensor[] => [tf.slice(values(shape, 1), begin, size)];
    expect(await onBackend('wasm', compute)).toEqual(await onBackend('cpu', compute));
  });

  it.each(cuts)('pad as the cpu backend does: %j, %j around %j', async (shape, begin, size) => {
    const paddings = shape.map((whole, axis): [number, number] => {
      const before = begin[axis] as number;
      return [before, whole - before - (size[axis] as number)];
    });
    const compute = (): tf.Tensor[] => [
      tf.pad(values(size, 1), paddings),
      tf.pad(values(size, 1), paddings, 2.5),
    ];
    expect(await onBackend('wasm', compute)).toEqual(await onBackend('cpu', compute));
  });

  it('leave other types to the stock kernels', async () => {
    const [padded, cut] = await onBackend('wasm', () => {
      const x = tf.tensor1d([1, 2, 3], 'int32');
      return [tf.pad(x, [[1, 0]]), tf.slice(x, 1, 2)];
    });
    expect([[...(padded as Float32Array)], [...(cut as Float32Array)]]).toEqual([
      [0, 1, 2, 3],
      [2, 3],
    ]);
  });

  it('refuse a part beyond the tensor', async () => {
    await onBackend('wasm', () => {
      expect(() => tf.slice(tf.ones([3, 4]), [1, 1], [3, 1])).toThrow();
      return [];
    });
  });
});

describe('Cast on WebAssembly', () => {
  it('shares memory for a cast to the type that a tensor has, and for no other', async () => {
    await onBackend('wasm', () => {
      const x = tf.tensor1d([1.5, -2, 0]);
      const ids = tf.engine().backend.numDataIds();
      tf.cast(x, 'float32');
      expect(tf.engine().backend.numDataIds()).toBe(ids);
      expect([...tf.cast(x, 'int32').dataSync()]).toEqual([1, -2, 0]);
      expect([...tf.cast(x, 'bool').dataSync()]).toEqual([1, 1, 0]);
      return [];
    });
  });

  it.each(['int32', 'bool'] as const)('has the values of the cpu backend: to %s', async (type) => {
    const compute = (): tf.Tensor[] => [tf.cast(tf.tensor1d([1.5, -2, 0, 0.5, 256, -0.3]), type)];
    expect(await onBackend('wasm', compute)).toEqual(await onBackend('cpu', compute));
  });
});
