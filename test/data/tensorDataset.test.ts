import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { gatherInputs } from '../../src/data/gather';
import { tensorDataset } from '../../src/data/tensorDataset';

/** Runs with tensors that are freed, and fails where others are left. */
const withTensors = async (make: () => readonly [tf.Tensor, tf.Tensor], run: typeof from) => {
  const before = tf.memory().numTensors;
  const [x, y] = make();
  try {
    return await run(x, y);
  } finally {
    tf.dispose([x, y]);
    expect(tf.memory().numTensors).toBe(before);
  }
};
const from = (x: tf.Tensor, y: tf.Tensor) => tensorDataset({ name: 'pair', x, y, classes: 3 });

const inputs = (): tf.Tensor => tf.tensor3d([0, -1, 2, 3.5], [2, 2, 1]);

test.each([
  ['indices as float32', () => tf.tensor1d([2, 0])],
  ['indices as int32', () => tf.tensor1d([2, 0], 'int32')],
  ['one-hot rows', () => tf.tensor2d([0, 0, 1, 1, 0, 0], [2, 3])],
  ['one-hot rows of tf.oneHot', () => tf.oneHot(tf.tensor1d([2, 0], 'int32'), 3)],
  ['one-hot rows of truth values', () => tf.tensor2d([0, 0, 1, 1, 0, 0], [2, 3], 'bool')],
])('reads %s', async (_, labels) => {
  const set = await withTensors(() => [inputs(), tf.tidy(labels)], from);
  expect(set).toEqual({
    name: 'pair',
    x: Float32Array.of(0, -1, 2, 3.5),
    y: Uint8Array.of(2, 0),
    shape: [2, 1],
    classes: 3,
    count: 2,
  });
});

test('the set outlives its tensors, and a change of either leaves the other alone', async () => {
  const x = tf.tensor2d([1, 2], [2, 1]);
  const y = tf.tensor1d([0, 1]);
  const set = await from(x, y);
  (set.x as Float32Array)[0] = 7;
  expect(Array.from(await x.data())).toEqual([1, 2]);
  tf.dispose([x, y]);
  const gathered = gatherInputs(set, [1, 0]);
  expect(Array.from(await gathered.data())).toEqual([2, 7]);
  gathered.dispose();
});

test.each([
  [
    'integers as inputs',
    () => tf.tensor2d([0, 255], [2, 1], 'int32'),
    () => tf.tensor1d([0, 1]),
    'tensorDataset: x has dtype int32, needed float32',
  ],
  ['a label too few', inputs, () => tf.tensor1d([0]), 'tensorDataset: y has shape [1], needed [N] = [2]'],
  [
    'rows of another width',
    inputs,
    () => tf.zeros([2, 4]),
    'tensorDataset: y has shape [2,4], needed [N,3] = [2,3]',
  ],
  [
    'a soft row',
    inputs,
    () => tf.tensor2d([1, 0, 0, 0.5, 0.5, 0], [2, 3]),
    'tensorDataset: y[1] is [0.5,0.5,0], needed a one and else zeros',
  ],
  [
    'a row of two ones',
    inputs,
    () => tf.tensor2d([1, 0, 1, 1, 0, 0], [2, 3]),
    'tensorDataset: y[0] is [1,0,1], needed a one and else zeros',
  ],
  [
    'a label between classes',
    inputs,
    () => tf.tensor1d([0, 1.5]),
    'tensorDataset: y[1] is 1.5, needed an integer from 0 to 2',
  ],
  [
    'a NaN',
    () => tf.tensor2d([0, Number.NaN], [2, 1]),
    () => tf.tensor1d([0, 1]),
    'tensorDataset: x[1] is NaN, needed finite numbers',
  ],
  [
    'no example',
    () => tf.zeros([0, 1]),
    () => tf.zeros([0]),
    'tensorDataset: x has shape [0,1], needed at least 1 along each axis',
  ],
])('refuses %s, by name', async (_, x, y, message) => {
  await expect(withTensors(() => [x(), y()], from)).rejects.toThrow(message);
});

test('refuses what is no tensor', async () => {
  const wrong = { name: 'pair', x: [0, 1], y: [0, 1], classes: 2 } as never;
  await expect(tensorDataset(wrong)).rejects.toThrow('tensorDataset: x is an array of 2, needed a tensor');
});
