import { ones, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { mixPairs } from '../../src/regularizers/mixPairs';
import { describePrimitive } from '../support/describePrimitive';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

describePrimitive('mixPairs', mixPairs, {
  errors: [
    [
      'values without batch axis',
      () => mixPairs(zeros([]), zeros([1])),
      'mixPairs: values has shape [], needed [B,...]',
    ],
    [
      'shares that would broadcast',
      () => mixPairs(zeros([3, 2]), zeros([1])),
      'mixPairs: share has shape [1], needed [B] = [3]',
    ],
  ],
});

describe('mixPairs', () => {
  cleanUpAfterEach();

  const values = () =>
    tensor2d([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);

  it('is the row itself at a share of 1, and the next one, the first behind the last, at 0', async () => {
    await expectTensor(mixPairs(values(), ones([3])), await values().array());
    await expectTensor(mixPairs(values(), zeros([3])), [
      [3, 4],
      [5, 6],
      [1, 2],
    ]);
  });

  it('leaves equal rows as they are, to the bit', async () => {
    const rows = tensor2d([
      [0.1, 0.7],
      [0.1, 0.7],
    ]);
    expect(await read(mixPairs(rows, tensor1d([0.3, 0.9])))).toEqual(await read(rows));
  });
});
