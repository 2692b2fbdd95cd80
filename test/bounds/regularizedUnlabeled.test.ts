import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { regularizedUnlabeled } from '../../src/bounds/regularizedUnlabeled';
import { cleanUpAfterEach } from '../support/numbers';

cleanUpAfterEach();

it('is one value per example even where the mutual information is all that has a weight', async () => {
  const none = { logLikelihood: 0, latentKl: 0, logLabelPrior: 0, labelEntropy: 0 };
  const values = { logLikelihood: tf.zeros([2]), latentKl: tf.zeros([2]), logLabelPrior: tf.zeros([2]) };
  const labelLogits = tf.tensor2d([
    [60, 0],
    [0, 60],
  ]);
  const { objective } = regularizedUnlabeled({ labelLogits, ...values, gamma: 1, weights: none });
  expect(objective.shape).toEqual([2]);
  expect((await objective.data())[0]).toBeCloseTo(Math.LN2, 5);
});
