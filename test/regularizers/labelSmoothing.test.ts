import { sum, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { smoothLabels } from '../../src/regularizers/labelSmoothing';
import { describePrimitive } from '../support/describePrimitive';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

describePrimitive(
  'smoothLabels, ε = 0.1, others',
  (labels) => smoothLabels(labels, 0.1, { spread: 'others' }),
  {
    errors: [
      [
        'labels without batch axis',
        () => smoothLabels(zeros([3]), 0.1),
        'smoothLabels: labels has shape [3], needed [B,K]',
      ],
      [
        'ε below 0',
        () => smoothLabels(zeros([1, 3]), -0.1),
        'smoothLabels: epsilon is -0.1, needed a number in [0, 1]',
      ],
      [
        'ε above 1',
        () => smoothLabels(zeros([1, 3]), 1.1),
        'smoothLabels: epsilon is 1.1, needed a number in [0, 1]',
      ],
      [
        'no other class to take the mass',
        () => smoothLabels(zeros([1, 1]), 0.1),
        'smoothLabels: labels have 1 class, needed at least 2 for spread "others"',
      ],
    ],
  },
);
describePrimitive('smoothLabels, ε = 0.1, uniform', (labels) =>
  smoothLabels(labels, 0.1, { spread: 'uniform' }),
);

describe('smoothLabels', () => {
  cleanUpAfterEach();

  const labels = () =>
    tensor2d([
      [1, 0, 0, 0],
      [0, 0, 1, 0],
      [0.5, 0.5, 0, 0],
    ]);

  it('keeps 1 − ε on the true class and spreads ε over the others, unless asked for the uniform spread', async () => {
    const one = () => tensor2d([[1, 0, 0]]);
    await expectTensor(smoothLabels(one(), 0.3), [[0.7, 0.15, 0.15]]);
    await expectTensor(smoothLabels(one(), 0.3, { spread: 'others' }), [[0.7, 0.15, 0.15]]);
    await expectTensor(smoothLabels(one(), 0.3, { spread: 'uniform' }), [[0.8, 0.1, 0.1]]);
  });

  it.each(['others', 'uniform'] as const)('keeps rows summing to 1 under "%s"', async (spread) => {
    await expectTensor(sum(smoothLabels(labels(), 0.37, { spread }), 1), [1, 1, 1]);
  });

  it.each(['others', 'uniform'] as const)('returns the labels at ε = 0 under "%s"', async (spread) => {
    expect(await read(smoothLabels(labels(), 0, { spread }))).toEqual(await read(labels()));
  });

  it('ends at ε = 1 with nothing on the true class, or with the uniform distribution', async () => {
    const one = () => tensor2d([[1, 0, 0]]);
    await expectTensor(smoothLabels(one(), 1), [[0, 0.5, 0.5]]);
    await expectTensor(smoothLabels(one(), 1, { spread: 'uniform' }), [[1 / 3, 1 / 3, 1 / 3]]);
  });
});
