import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { binarize } from '../../src/data/binarize';

const values = async (x: tf.Tensor): Promise<number[]> => Array.from(await x.data());

test('"none" keeps grey values in a tensor of its own', async () => {
  const x = tf.tensor2d([[0.2, 0.5, 0.7]]);
  const kept = binarize(x, 'none');
  x.dispose();
  expect((await values(kept)).map((v) => Math.round(10 * v))).toEqual([2, 5, 7]);
  kept.dispose();
});

test('"threshold" is 1 above one half, and 0 at it', async () => {
  const x = tf.tensor2d([[0, 0.49, 0.5, 0.51, 1]]);
  const cut = binarize(x, 'threshold');
  expect(await values(cut)).toEqual([0, 0, 0, 1, 1]);
  tf.dispose([x, cut]);
});

test('"dynamic" draws 1 as often as the value says, never at 0 and always at 1', async () => {
  const probabilities = [0, 0.1, 0.5, 0.9, 1];
  const x = tf.tile(tf.tensor2d([probabilities]), [20_000, 1]);
  const drawn = binarize(x, 'dynamic', createNoise(7));
  const rates = await values(tf.mean(drawn, 0));
  for (const [i, p] of probabilities.entries()) {
    // Five standard errors of 20,000 draws; none where the outcome is certain.
    expect(Math.abs((rates[i] as number) - p)).toBeLessThanOrEqual(
      5 * Math.sqrt((p * (1 - p)) / 20_000) + 1e-6,
    );
  }
  tf.dispose([x, drawn]);
});

test('refuses another mode, and "dynamic" without a seed', () => {
  const x = tf.zeros([1, 2]);
  expect(() => binarize(x, 'dynamic')).toThrow('binarize: seed is undefined, needed one for mode "dynamic"');
  // @ts-expect-error: a mode that does not exist
  expect(() => binarize(x, 'sometimes')).toThrow(
    'binarize: mode is "sometimes", needed one of "none", "threshold", "dynamic"',
  );
  x.dispose();
});

test('leaves one tensor behind', () => {
  const x = tf.zeros([2, 3]);
  const before = tf.memory().numTensors;
  const made = (['none', 'threshold', 'dynamic'] as const).map((mode) => binarize(x, mode, createNoise(1)));
  expect(tf.memory().numTensors).toBe(before + 3);
  tf.dispose([x, ...made]);
});
