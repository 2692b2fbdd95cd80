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
