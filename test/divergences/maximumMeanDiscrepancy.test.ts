import { add, grads, slice, type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { maximumMeanDiscrepancy } from '../../src/divergences/maximumMeanDiscrepancy';
import { describePrimitive } from '../support/describePrimitive';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';

const where = 'maximumMeanDiscrepancy';

describePrimitive('maximumMeanDiscrepancy', (a, b) => maximumMeanDiscrepancy(a, b), {
  errors: [
    [
      'samples of other widths',
      () => maximumMeanDiscrepancy(zeros([2, 3]), zeros([2, 2])),
      `${where}: b has shape [2,2], needed [M,Z] = [M,3]`,
    ],
    [
      'weights of other rows',
      () => maximumMeanDiscrepancy(zeros([2, 3]), zeros([4, 3]), { bWeight: zeros([2]) }),
      `${where}: bWeight has shape [2], needed [4]`,
    ],
    [
      'a bandwidth of 0',
      () => maximumMeanDiscrepancy(zeros([2, 3]), zeros([4, 3]), { bandwidth: 0 }),
      `${where}: bandwidth is 0, needed a finite number above 0`,
    ],
  ],
});

describePrimitive(
  'maximumMeanDiscrepancy, γ = 0.7, weighted',
  (a, b) =>
    maximumMeanDiscrepancy(a, b, {
      bandwidth: 0.7,
      aWeight: tensor1d([0.25, 1, 0, 2]),
      bWeight: tensor1d([1, 0, 2, 0, 0.5]),
    }),
  { leaves: 3 },
);

describe('maximumMeanDiscrepancy', () => {
  cleanUpAfterEach();
  const [a, b] = [0, 1].map((name) => () => createNoise(3).split(name).normal([6, 2])) as [
    () => Tensor,
    () => Tensor,
  ];

  it('is exactly 0 at a = b', async () => {
    expect(await read(maximumMeanDiscrepancy(a(), a()))).toEqual([0]);
    const weight = tensor1d([1, 2, 0, 0.3, 5, 0.1]);
    expect(await read(maximumMeanDiscrepancy(a(), a(), { aWeight: weight, bWeight: weight }))).toEqual([0]);
  });

  it('is 2 where the samples are single points far apart', async () => {
    expectClose(await read(maximumMeanDiscrepancy(tensor2d([[-50]]), tensor2d([[50]]))), [2]);
  });

  it('of rows of weight 0 is that of the other rows', async () => {
    const aWeight = tensor1d([1, 1, 1, 1, 0, 0]);
    const without = slice(a(), [0, 0], [4, 2]);
    expectClose(
      await read(maximumMeanDiscrepancy(a(), b(), { aWeight })),
      await read(maximumMeanDiscrepancy(without, b())),
    );
  });

  it('is 0 and without a gradient where a sample has no weight at all, and not NaN', async () => {
    const options = { bWeight: zeros([6]) };
    expect(await read(maximumMeanDiscrepancy(a(), b(), options))).toEqual([0]);
    const found = grads((x: Tensor, y: Tensor) => maximumMeanDiscrepancy(x, y, options))([a(), b()]);
    for (const gradient of found) expect((await read(gradient)).every((value) => value === 0)).toBe(true);
  });

  it('grows with the distance of the samples', async () => {
    const at = async (shift: number): Promise<number> =>
      (await read(maximumMeanDiscrepancy(a(), add(a(), shift))))[0] as number;
    const values = [await at(0.1), await at(0.5), await at(1), await at(2)];
    expect([...values].sort((one, other) => one - other)).toEqual(values);
  });
});
