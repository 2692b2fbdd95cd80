import {
  add,
  matMul,
  reshape,
  square,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  tensor4d,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { byLabel, everyLabel, repeatRows, withEveryLabel } from '../../src/bounds/everyLabel';
import { checkGradient, expectNoLeak } from '../support/checkGradient';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

describe('everyLabel', () => {
  cleanUpAfterEach();

  it('lists every label for each example in turn: row b·K + k is example b with label k', async () => {
    const { x, labels } = withEveryLabel(
      tensor2d([
        [5, 6],
        [7, 8],
      ]),
      3,
    );
    await expectTensor(x, [
      [5, 6],
      [5, 6],
      [5, 6],
      [7, 8],
      [7, 8],
      [7, 8],
    ]);
    await expectTensor(labels, [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });

  it('unfolds in the order it folded', async () => {
    const { x, labels } = withEveryLabel(tensor2d([[10], [20]]), 3);
    const values = byLabel(sum(add(x, matMul(labels, tensor2d([[1], [2], [3]]))), 1), 3);
    await expectTensor(values, [
      [11, 12, 13],
      [21, 22, 23],
    ]);
  });

  it('keeps images whole', async () => {
    const x = tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 1, 2]);
    const repeated = repeatRows(x, 2);
    expect(repeated.shape).toEqual([4, 2, 1, 2]);
    expect(await read(repeated)).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, 5, 6, 7, 8]);
  });

  it('folds one example and one class', async () => {
    const { x, labels } = withEveryLabel(tensor2d([[5]]), 1);
    await expectTensor(x, [[5]]);
    await expectTensor(labels, [[1]]);
  });

  it('sums the gradient over the repetitions, for rows and for images', async () => {
    const weight = tensor2d([[1, 2, 3, -1, 0.5, 4]]);
    await checkGradient(
      (x) => square(repeatRows(x, 3)),
      [
        tensor2d([
          [1, -2],
          [0.5, 3],
        ]),
      ],
    );
    await checkGradient(
      (x: Tensor) => matMul(weight, reshape(square(repeatRows(x, 3)), [6, 2])),
      [tensor4d([1, -2, 0.5, 3], [2, 1, 2, 1])],
    );
    await checkGradient((values) => square(byLabel(values, 2)), [tensor1d([1, 2, -3, 4])]);
  });

  it('leaves what it returns behind and nothing else', () => {
    expectNoLeak((x) => repeatRows(x, 3), [zeros([2, 2])]);
    expectNoLeak((values) => byLabel(values, 3), [zeros([6])]);
    expectNoLeak((x) => withEveryLabel(x, 3).x, [zeros([2, 2])], 2, false);
    expectNoLeak(() => everyLabel(2, 3), [], 1, false);
  });

  it.each([
    [
      'no class',
      () => withEveryLabel(zeros([2, 2]), 0),
      'withEveryLabel: classes is 0, needed an integer of at least 1',
    ],
    ['no example', () => everyLabel(0, 2), 'everyLabel: count is 0, needed an integer of at least 1'],
    [
      'half a repetition',
      () => repeatRows(zeros([2]), 1.5),
      'repeatRows: times is 1.5, needed an integer of at least 1',
    ],
    ['a scalar', () => withEveryLabel(zeros([]), 2), 'withEveryLabel: x has shape [], needed [B,...]'],
    [
      'a batch that K does not divide',
      () => byLabel(zeros([5]), 2),
      'byLabel: values have shape [5], needed a multiple of 2 classes',
    ],
    [
      'values not yet summed',
      () => byLabel(zeros([4, 2]), 2),
      'byLabel: values has shape [4,2], needed [B·K]',
    ],
  ])('names what came and what was needed: %s', (_, call, message) => {
    expect(call).toThrowError(new RangeError(message));
  });
});
