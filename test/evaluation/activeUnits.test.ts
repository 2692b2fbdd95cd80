import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { activeUnits } from '../../src/evaluation/activeUnits';

describe('activeUnits', () => {
  it('counts the dimensions whose mean varies with the input', async () => {
    const means = tf.tensor2d([
      [1, 5, 0.1],
      [-1, 5, -0.05],
      [1, 5, 0],
      [-1, 5, -0.05],
    ]);
    const { active, variances } = await activeUnits(means);
    expect(active).toBe(1);
    expect(variances[0]).toBeCloseTo(1, 12);
    expect(variances[1]).toBe(0);
    expect(variances[2]).toBeCloseTo(0.00375, 8);
    expect((await activeUnits(means, { threshold: 0.001 })).active).toBe(2);
    means.dispose();
  });

  it('keeps small variances beside a large mean', async () => {
    const means = tf.tensor2d([[1000.5], [999.5]]);
    expect((await activeUnits(means)).variances).toEqual([0.25]);
    means.dispose();
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'names the first mean that is %s',
    async (bad) => {
      const means = tf.tensor2d([
        [1, 2],
        [3, bad],
        [bad, 1],
      ]);
      await expect(activeUnits(means)).rejects.toThrow(
        `activeUnits: means[1][1] is ${bad}, needed finite numbers`,
      );
      means.dispose();
    },
  );

  it('leaves nothing behind and refuses what is not a table of means', async () => {
    const before = tf.memory().numTensors;
    const empty = tf.zeros([0, 3]);
    const vector = tf.zeros([3]);
    await expect(activeUnits(empty)).rejects.toThrow(
      'activeUnits: means has shape [0,3], needed at least 1 along each axis',
    );
    await expect(activeUnits(vector)).rejects.toThrow('activeUnits: means has shape [3], needed [N,Z]');
    tf.dispose([empty, vector]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
