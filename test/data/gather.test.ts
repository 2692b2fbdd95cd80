import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createDataset } from '../../src/data/dataset';
import { gatherInputs, gatherLabels, subset } from '../../src/data/gather';

const bytes = createDataset({
  name: 'bytes',
  x: Uint8Array.from({ length: 256 }, (_, i) => i),
  y: Uint8Array.from({ length: 64 }, (_, i) => i % 3),
  shape: [2, 2, 1],
  classes: 3,
});

test('every byte becomes its 255th part, rounded once to float32', async () => {
  const x = gatherInputs(
    bytes,
    Array.from({ length: 64 }, (_, i) => i),
  );
  expect(x.shape).toEqual([64, 2, 2, 1]);
  expect(await x.data()).toEqual(Float32Array.from({ length: 256 }, (_, i) => i / 255));
  x.dispose();
});

test('examples come in the order asked for, as often as asked for', async () => {
  const x = gatherInputs(bytes, Int32Array.of(5, 0, 5));
  const y = gatherLabels(bytes, Int32Array.of(5, 0, 5));
  expect(await x.data()).toEqual(
    Float32Array.from([20, 21, 22, 23, 0, 1, 2, 3, 20, 21, 22, 23], (v) => v / 255),
  );
  expect(Array.from(await y.data())).toEqual([0, 0, 1, 1, 0, 0, 0, 0, 1]);
  expect([y.shape, y.dtype]).toEqual([[3, 3], 'float32']);
  tf.dispose([x, y]);
});

test('float inputs are passed through unscaled', async () => {
  const points = createDataset({
    name: 'p',
    x: Float32Array.of(-1, 2, 3, 4.5),
    y: [1, 0],
    shape: [2],
    classes: 2,
  });
  const x = gatherInputs(points, [1, 0]);
  expect(Array.from(await x.data())).toEqual([3, 4.5, -1, 2]);
  x.dispose();
});

test('a batch is one tensor for the inputs and one for the labels', () => {
  const before = tf.memory().numTensors;
  const held = [gatherInputs(bytes, [1]), gatherLabels(bytes, [1])];
  expect(tf.memory().numTensors).toBe(before + 2);
  tf.dispose(held);
});

test('a subset of nothing is refused', () => {
  expect(() => subset(bytes, [])).toThrow('subset: indices are empty, needed at least one example');
});

test('an index outside the set is refused', () => {
  expect(() => subset(bytes, BigInt64Array.of(1n) as never)).toThrow('subset: indices[0] is 1');
  expect(() => gatherInputs(bytes, [64])).toThrow(
    'gatherInputs: indices[0] is 64, needed an integer from 0 to 63',
  );
  expect(() => gatherLabels(bytes, [0, -1])).toThrow(
    'gatherLabels: indices[1] is -1, needed an integer from 0 to 63',
  );
});
