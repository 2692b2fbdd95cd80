import { fill, grads, reshape, type Tensor, tensor2d, tile, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as categorical from '../../src/distributions/categorical';
import { multinomial } from '../../src/distributions/multinomial';
import { checkGradient, expectNoLeak } from '../support/checkGradient';
import { describePrimitive } from '../support/describePrimitive';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectClose, expectTensor, read, readRows } from '../support/numbers';

// Of the counts there is no gradient, so differences are taken along the logits alone, below.
describePrimitive('multinomial.logProb', (logits, x) => multinomial().logProb(logits, x), {
  smooth: false,
  errors: [
    [
      'counts of another shape',
      () => multinomial().logProb(zeros([2, 3]), zeros([2, 1])),
      'multinomial.logProb: x has shape [2,1], needed [B,...] = [2,3]',
    ],
  ],
});

/** Every way in which n counts fall on three places. */
const waysOf = (n: number): number[][] =>
  Array.from({ length: n + 1 }, (_, i) =>
    Array.from({ length: n + 1 - i }, (_, j) => [i, j, n - i - j]),
  ).flat();

describe('multinomial', () => {
  cleanUpAfterEach();

  it('sums to 1 over the ways in which its total falls on the places', async () => {
    for (const n of [0, 1, 6]) {
      const ways = waysOf(n);
      const logits = tile(tensor2d([[0.3, -1, 2]]), [ways.length, 1]);
      const logProb = await read(multinomial().logProb(logits, tensor2d(ways)));
      expect(logProb.reduce((sum, l) => sum + Math.exp(l), 0)).toBeCloseTo(1, 5);
    }
  });

  it('of one count is the categorical', async () => {
    const [logits, x] = [
      tensor2d([
        [0.3, -1, 2],
        [50, 0, -50],
      ]),
      tensor2d([
        [0, 1, 0],
        [0, 0, 1],
      ]),
    ];
    expectClose(await read(multinomial().logProb(logits, x)), await read(categorical.logProb(logits, x)));
  });

  it('has the gradient that finite differences give, images of counts too', async () => {
    const noise = createNoise(5);
    const x = tensor2d([
      [0, 3, 1],
      [2, 0, 0],
    ]);
    await checkGradient((l) => multinomial().logProb(l, x), [noise.normal([2, 3])]);
    const both = reshape(x, [1, 2, 3]);
    await checkGradient((l) => multinomial().logProb(l, both), [noise.normal([1, 2, 3])]);
  });

  it('stays finite, with its gradient, at logits of ±1000, where the log-probability of a count is −2000', async () => {
    const [logits, x] = [tensor2d([[1000, -1000]]), tensor2d([[0, 1]])];
    expectClose(await read(multinomial().logProb(logits, x)), [-2000]);
    const [gradient] = grads((l: Tensor) => multinomial().logProb(l, x))([logits]);
    expectClose(await read(gradient as Tensor), [-1, 1]);
  });

  it('has draws of its total, with the mean n·softmax(l)', async () => {
    const total = 7;
    const bag = multinomial({ total });
    const rows = await readRows(bag.sample(tile(tensor2d([[0.3, -1, 1]]), [3000, 1]), createNoise(2)));
    for (const row of rows) {
      expect(row.reduce((sum, count) => sum + count, 0)).toBe(total);
      expect(row.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
    }
    const mean = await read(bag.mean(tensor2d([[0.3, -1, 1]])));
    for (const [place, expected] of mean.entries())
      expectWithinError(
        rows.map((row) => row[place] as number),
        expected,
      );
  });

  it('of some observed counts is that of the shares among them', async () => {
    const [logits, x] = [tensor2d([[0.3, -1, 1, 2]]), tensor2d([[1, 2, 0, 4]])];
    const bag = multinomial();
    const all = await read(bag.logProb(logits, x));
    expect(await read(bag.logProb(logits, x, { observed: fill([1, 4], 1) }))).toEqual(all);
    await expectTensor(bag.logProb(logits, x, { observed: zeros([1, 4]) }), [0]);
    const some = await read(bag.logProb(logits, x, { observed: tensor2d([[1, 1, 0, 0]]) }));
    expectClose(some, await read(bag.logProb(tensor2d([[0.3, -1]]), tensor2d([[1, 2]]))));
  });

  it('leaves one tensor behind', () => {
    const bag = multinomial({ total: 3 });
    expectNoLeak(bag.mean, [zeros([2, 2])], 1);
    expectNoLeak((l) => bag.sample(l, createNoise(0)), [zeros([2, 2])], 1, false);
  });
});
