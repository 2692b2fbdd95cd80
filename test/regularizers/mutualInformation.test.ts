import { gather, grads, mul, sub, type Tensor, tensor1d, tensor2d, tile, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { mutualInformation } from '../../src/regularizers/mutualInformation';
import { describePrimitive } from '../support/describePrimitive';
import { meanAndError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectTensor, read, readRows } from '../support/numbers';

describePrimitive('mutualInformation', (logits) => mutualInformation(logits), {
  errors: [
    [
      'logits without batch axis',
      () => mutualInformation(zeros([3])),
      'mutualInformation: logits has shape [3], needed [B,K]',
    ],
  ],
});

/** Rows that are sure of one class each. */
const confident = (classes: readonly number[], K: number): Tensor =>
  tensor2d(classes.map((c) => Array.from({ length: K }, (_, k) => (k === c ? 60 : -60))));

describe('mutualInformation', () => {
  cleanUpAfterEach();

  it('is 0 where every example says the same, sure or not', async () => {
    await expectTensor(mutualInformation(tile(tensor2d([[0.3, -1, 2]]), [5, 1])), 0);
    await expectTensor(mutualInformation(confident([1, 1, 1], 3)), 0);
  });

  it('is log min(K, B) where examples are sure and spread, its cap', async () => {
    await expectTensor(mutualInformation(confident([0, 1, 2, 3], 4)), Math.log(4));
    await expectTensor(mutualInformation(confident([0, 1], 4)), Math.LN2);
    await expectTensor(mutualInformation(confident([0, 1, 0, 1], 2)), Math.LN2);
  });

  describe('with weights', () => {
    const logits = createNoise(4).normal([5, 3]);
    const ones = () => mutualInformation(logits, { weight: ones5() });
    const ones5 = () => tensor1d([1, 1, 1, 1, 1]);

    it('of 1 each is that without, in value and gradient', async () => {
      await expectTensor(ones(), (await read(mutualInformation(logits)))[0] as number);
      const weighted = (l: Tensor) => mutualInformation(l, { weight: ones5() });
      const [expected] = grads((l: Tensor) => mutualInformation(l))([logits]);
      await expectTensor(grads(weighted)([logits])[0] as Tensor, await readRows(expected as Tensor));
    });

    it('of 2 counts an example twice, and of 0 not at all, in value and gradient', async () => {
      const picked = gather(logits, tensor1d([0, 0, 2, 3], 'int32'));
      const weight = tensor1d([2, 0, 1, 1, 0]);
      const weighted = (l: Tensor) => mutualInformation(l, { weight });
      await expectTensor(weighted(logits), (await read(mutualInformation(picked)))[0] as number);
      const plain = (l: Tensor) => mutualInformation(gather(l, tensor1d([0, 0, 2, 3], 'int32')));
      const [expected] = grads(plain)([logits]);
      await expectTensor(grads(weighted)([logits])[0] as Tensor, await readRows(expected as Tensor));
    });

    it('is finite where only an example of weight 0 has a class', async () => {
      const sure = confident([0, 1, 2], 3);
      await expectTensor(mutualInformation(mul(sure, 1e4), { weight: tensor1d([1, 1, 0]) }), Math.LN2);
    });

    it('refuses weights of other examples', () => {
      expect(() => mutualInformation(logits, { weight: tensor1d([1]) })).toThrow(
        'mutualInformation: weight has shape [1], needed [B] = [5]',
      );
    });
  });

  it('is the entropy of the class counts where every example is sure', async () => {
    const entropy = -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25);
    await expectTensor(mutualInformation(confident([0, 0, 0, 1], 2)), entropy);
  });

  it('is a statistic of the whole batch: parts of it average to less', async () => {
    const [whole = 0] = await read(mutualInformation(confident([0, 1, 2, 3], 4)));
    const [first = 0] = await read(mutualInformation(confident([0, 1], 4)));
    const [second = 0] = await read(mutualInformation(confident([2, 3], 4)));
    expect((first + second) / 2).toBeLessThan(whole - 0.5);
  });

  it('is biased low by about (K − 1) / (2B) for confident examples', async () => {
    const [K, B] = [5, 50];
    const noise = createNoise(3);
    const gaps: number[] = [];
    for (let trial = 0; trial < 200; trial++) {
      const classes = Array.from(noise.uniforms(B), (u) => Math.floor(u * K));
      gaps.push(Math.log(K) - ((await read(mutualInformation(confident(classes, K))))[0] as number));
    }
    const { mean, error } = meanAndError(gaps);
    // The next term of the expansion is of order 1/B²: 2 % of the first.
    expect(Math.abs(mean - (K - 1) / (2 * B))).toBeLessThan(5 * error + 0.05 * mean);
  });

  it('keeps a finite gradient where a class has all but vanished from the batch', async () => {
    const [gradient] = grads((logits: Tensor) => mutualInformation(logits))([confident([0, 0, 0], 3)]);
    expect((await read(gradient as Tensor)).every(Number.isFinite)).toBe(true);
  });

  it('drops a class that every example, or one of them, rules out', async () => {
    const INFINITY = Number.POSITIVE_INFINITY;
    const logits = tensor2d([
      [0, -INFINITY, -INFINITY],
      [0, 0, -INFINITY],
    ]);
    // mean q = (¾, ¼, 0)
    await expectTensor(
      mutualInformation(logits),
      -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25) - Math.LN2 / 2,
    );
    const [gradient] = grads((l: Tensor) => mutualInformation(l))([logits]);
    const slope = 0.125 * Math.log(3);
    await expectTensor(gradient as Tensor, [
      [0, 0, 0],
      [-slope, slope, 0],
    ]);
  });

  it('is blind to a shift of each row', async () => {
    const logits = tensor2d([
      [0.2, -1],
      [2, 0.1],
    ]);
    const shifted = sub(logits, tensor2d([[3], [-20]]));
    await expectTensor(mutualInformation(shifted), (await read(mutualInformation(logits)))[0] as number);
  });
});
