import { fill, tensor2d, tensor3d, tile, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { categoricalObservation } from '../../src/distributions/categoricalObservation';
import { checkGradient, expectNoLeak } from '../support/checkGradient';
import { describePrimitive } from '../support/describePrimitive';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

const two = categoricalObservation({ levels: [3, 2] });

describePrimitive(
  'categoricalObservation.logProb, of 3 and 2 levels',
  (logits, x) => two.logProb(logits, x),
  {
    errors: [
      [
        'other columns',
        () => two.logProb(zeros([2, 4]), zeros([2, 4])),
        'categoricalObservation.logProb: the last axis is that of [2,4], needed 5, the columns of 2 blocks of levels',
      ],
    ],
  },
);

describe('categoricalObservation', () => {
  cleanUpAfterEach();

  const logits = tensor2d([[0.3, -1, 2, 0.5, -0.5]]);
  const pairs = [0, 1, 2].flatMap((i) =>
    [3, 4].map((j) => [0, 1, 2, 3, 4].map((column) => (column === i || column === j ? 1 : 0))),
  );

  it('sums to 1 over all combinations of levels', async () => {
    const logProb = await read(two.logProb(tile(logits, [6, 1]), tensor2d(pairs)));
    expect(logProb.reduce((sum, l) => sum + Math.exp(l), 0)).toBeCloseTo(1, 6);
  });

  it('draws one level of each block, as often as the mean says', async () => {
    const mean = await read(two.mean(logits));
    const draws = await read(two.sample(tile(logits, [6000, 1]), createNoise(4)));
    for (const column of [0, 1, 2, 3, 4])
      expectWithinError(
        draws.filter((_, i) => i % 5 === column),
        mean[column] as number,
      );
    for (let row = 0; row < 20; row++)
      expect(draws.slice(5 * row, 5 * row + 5).reduce((sum, x) => sum + x, 0)).toBe(2);
    await expectTensor(two.mode(logits), [[0, 0, 1, 1, 0]]);
  });

  it('leaves out a block of zeros, and a block that is not observed', async () => {
    const x = tensor2d([[0, 1, 0, 1, 0]]);
    const first = await read(two.logProb(logits, tensor2d([[0, 1, 0, 0, 0]])));
    expect(await read(two.logProb(logits, x, { observed: tensor2d([[1, 1, 1, 0, 0]]) }))).toEqual(first);
    expect(await read(two.logProb(logits, x, { observed: tensor2d([[1, 1, 1, 1, 0]]) }))).toEqual(first);
    const all = await read(two.logProb(logits, x));
    expect(await read(two.logProb(logits, x, { observed: fill([1, 5], 1) }))).toEqual(all);
    expect(Math.abs((await read(two.logProb(logits, x, { observed: zeros([1, 5]) })))[0] as number)).toBe(0);
  });

  it('takes further axes, as of levels at each place', async () => {
    const places = categoricalObservation({ levels: [2] });
    const x = tensor3d([
      [
        [1, 0],
        [0, 1],
      ],
    ]);
    await expectTensor(places.logProb(zeros([1, 2, 2]), x), [-2 * Math.log(2)]);
    await checkGradient((l) => places.logProb(l, x), [fill([1, 2, 2], 0.3)]);
  });

  it('refuses levels that are none', () => {
    const refusal = (levels: unknown) => () => categoricalObservation({ levels: levels as number[] });
    expect(refusal([3, 1])).toThrowError(
      new RangeError('categoricalObservation: levels[1] is 1, needed an integer of at least 2'),
    );
    expect(refusal(3)).toThrowError(
      new TypeError('categoricalObservation: levels is 3, needed an array such as [3, 2]'),
    );
  });

  it('leaves one tensor behind', () => {
    for (const ask of [two.mean, two.mode]) expectNoLeak(ask, [zeros([2, 5])], 1, false);
    expectNoLeak((l) => two.sample(l, createNoise(0)), [zeros([2, 5])], 1, false);
  });
});
