import { ones, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { mixup } from '../../src/regularizers/mixup';
import { describePrimitive } from '../support/describePrimitive';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

describePrimitive('mixup', mixup, {
  errors: [
    [
      'values without batch axis',
      () => mixup(zeros([]), zeros([1])),
      'mixup: values has shape [], needed [B,...]',
    ],
    [
      'shares that would broadcast',
      () => mixup(zeros([3, 2]), zeros([1])),
      'mixup: share has shape [1], needed [B] = [3]',
    ],
  ],
});

describe('mixup', () => {
  cleanUpAfterEach();

  const values = () =>
    tensor2d([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);

  it('is the row itself at a share of 1, and the next one, the first behind the last, at 0', async () => {
    await expectTensor(mixup(values(), ones([3])), await values().array());
    await expectTensor(mixup(values(), zeros([3])), [
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
    expect(await read(mixup(rows, tensor1d([0.3, 0.9])))).toEqual(await read(rows));
  });
});
