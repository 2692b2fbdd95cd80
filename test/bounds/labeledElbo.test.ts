import { tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { labelExpectation } from '../../src/bounds/labelExpectation';
import { labeledElbo } from '../../src/bounds/labeledElbo';
import { assertLabelPrior, logLabelPrior, uniformLabelPrior } from '../../src/bounds/labelPrior';
import { describePrimitive } from '../support/describePrimitive';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

const PRIOR = [0.1, 0.2, 0.3, 0.25, 0.15];

describePrimitive(
  'labeledElbo',
  (logLikelihood, latentKl, logLabelPrior) => labeledElbo({ logLikelihood, latentKl, logLabelPrior }).elbo,
  {
    leaves: 4,
    errors: [
      [
        'a divergence that would broadcast',
        () => labeledElbo({ logLikelihood: zeros([3]), latentKl: zeros([1]), logLabelPrior: zeros([3]) }),
        'labeledElbo: latentKl has shape [1], needed [B] = [3]',
      ],
      [
        'a prior already averaged over the batch',
        () => labeledElbo({ logLikelihood: zeros([3]), latentKl: zeros([3]), logLabelPrior: zeros([]) }),
        'labeledElbo: logLabelPrior has shape [], needed [B] = [3]',
      ],
    ],
  },
);

describePrimitive('logLabelPrior', (labels) => logLabelPrior(labels, PRIOR), {
  errors: [
    [
      'labels without batch axis',
      () => logLabelPrior(zeros([5]), PRIOR),
      'logLabelPrior: labels has shape [5], needed [B,K]',
    ],
    [
      'a prior over other classes',
      () => logLabelPrior(zeros([1, 2]), PRIOR),
      'logLabelPrior: labelPrior is an array of 5, needed an array of 2 probabilities',
    ],
    [
      'a class without probability',
      () => logLabelPrior(zeros([1, 2]), [1, 0]),
      'logLabelPrior: an entry of labelPrior is 0, needed a number in (0, 1]',
    ],
    [
      'counts in place of probabilities',
      () => logLabelPrior(zeros([1, 2]), [0.5, 0.75]),
      'logLabelPrior: labelPrior sums to 1.25, needed 1',
    ],
  ],
});

describePrimitive('logLabelPrior, π = (¼, ¾)', (labels) => logLabelPrior(labels, [0.25, 0.75]));

describePrimitive('labelExpectation', (labels, valueByLabel) => labelExpectation({ labels, valueByLabel }), {
  errors: [
    [
      'values at one label only',
      () => labelExpectation({ labels: zeros([2, 3]), valueByLabel: zeros([2]) }),
      'labelExpectation: valueByLabel has shape [2], needed [B,K] = [2,3]',
    ],
  ],
});

describe('labeledElbo', () => {
  cleanUpAfterEach();

  it('returns its parts with the bound, and does not dispose its arguments', () => {
    const parts = { logLikelihood: tensor1d([-90]), latentKl: tensor1d([10]), logLabelPrior: tensor1d([-2]) };
    const { elbo, ...terms } = labeledElbo(parts);
    expect(elbo.shape).toEqual([1]);
    for (const [name, part] of Object.entries(parts)) {
      const term = terms[name as keyof typeof parts];
      expect(term).not.toBe(part);
      term.dispose();
      expect(part.isDisposed).toBe(false);
    }
  });
});

describe('the label prior', () => {
  cleanUpAfterEach();

  it('is off by no log K: a uniform prior costs −log K at every label', async () => {
    const labels = tensor2d([
      [1, 0, 0, 0],
      [0, 0, 0, 1],
    ]);
    await expectTensor(logLabelPrior(labels, uniformLabelPrior(4)), [-Math.log(4), -Math.log(4)]);
  });

  it('accepts rounding in its sum, and no more', () => {
    expect(() => assertLabelPrior('f', uniformLabelPrior(7), 7)).not.toThrow();
    expect(() => assertLabelPrior('f', [0.5, 0.5 + 1e-4], 2)).toThrow(RangeError);
  });

  it('keeps log π exact for a class as rare as one in a million', async () => {
    const [value = 0] = await read(logLabelPrior(tensor2d([[0, 1]]), [1 - 1e-6, 1e-6]));
    expect(value).toBeCloseTo(Math.log(1e-6), 4);
  });
});

describe('labelExpectation', () => {
  cleanUpAfterEach();

  it('picks the value at the true label under one-hot labels', async () => {
    const expectation = labelExpectation({
      labels: tensor2d([
        [0, 1],
        [1, 0],
      ]),
      valueByLabel: tensor2d([
        [-10, -20],
        [-30, -40],
      ]),
    });
    await expectTensor(expectation, [-20, -30]);
  });
});
