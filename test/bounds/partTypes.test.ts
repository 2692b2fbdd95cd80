import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { labelExpectation } from '../../src/bounds/labelExpectation';
import { labeledElbo } from '../../src/bounds/labeledElbo';
import { regularizedLabeled } from '../../src/bounds/regularizedLabeled';
import { regularizedUnlabeled } from '../../src/bounds/regularizedUnlabeled';
import { unlabeledElbo } from '../../src/bounds/unlabeledElbo';
import { cleanUpAfterEach } from '../support/numbers';

cleanUpAfterEach();

// A kernel of WebAssembly that negates truths says so on the standard error, and gives whatever memory held.
it('parts of a bound must be float32', () => {
  const floats = tensor1d([1, 2]);
  const truths = tensor1d([true, false], 'bool');
  const logits = tensor2d([
    [0, 1],
    [1, 0],
  ]);
  const labels = tensor2d([
    [0, 1],
    [1, 0],
  ]);
  const shared = { logLikelihood: floats, latentKl: truths };
  const parts = { ...shared, logLabelPrior: floats };
  expect(() => labeledElbo(parts)).toThrow('labeledElbo: latentKl has dtype bool, needed float32');
  expect(() =>
    regularizedLabeled({ bound: truths, labels, labelLogits: logits, labelPrior: [0.5, 0.5] }),
  ).toThrow('regularizedLabeled: bound has dtype bool, needed float32');
  expect(() => regularizedUnlabeled({ bound: truths, labelLogits: logits })).toThrow(
    'regularizedUnlabeled: bound has dtype bool, needed float32',
  );
  expect(() => unlabeledElbo({ labelLogits: logits, labeledBound: truths })).toThrow(
    'unlabeledElbo: labeledBound has dtype bool, needed float32',
  );
  expect(() => labelExpectation({ labels, valueByLabel: tensor2d([[true, false]], [1, 2], 'bool') })).toThrow(
    'labelExpectation: valueByLabel has',
  );
});
