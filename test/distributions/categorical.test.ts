import { grads, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as categorical from '../../src/distributions/categorical';
import { expectNoLeak } from '../support/checkGradient';
import { describePrimitive } from '../support/describePrimitive';
import { fixedNoise } from '../support/fixedNoise';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectTensor, read, readRows } from '../support/numbers';

describePrimitive('categorical.logProb', categorical.logProb, {
  errors: [
    [
      'labels that would broadcast',
      () => categorical.logProb(zeros([2, 3]), zeros([1, 3])),
      'categorical.logProb: labels has shape [1,3], needed [B,K] = [2,3]',
    ],
  ],
});

describePrimitive('categorical.entropy', categorical.entropy, {
  errors: [
    [
      'logits without batch axis',
      () => categorical.entropy(zeros([3])),
      'categorical.entropy: logits has shape [3], needed [B,K]',
    ],
  ],
});

const repeated = (row: readonly number[], times: number) =>
  tensor2d(Array.from({ length: times }, () => [...row]));

describe('categorical', () => {
  cleanUpAfterEach();

  it('is between 0 and log K in entropy, with both ends reached exactly', async () => {
    const entropies = await read(
      categorical.entropy(
        tensor2d([
          [60, -60, -60, -60],
          [7, 7, 7, 7],
        ]),
      ),
    );
    expect(Math.abs(entropies[0] as number)).toBe(0);
    expect(entropies[1]).toBeCloseTo(Math.log(4), 6);
  });

  it('has the entropy −E log q, by Monte Carlo', async () => {
    const logits = repeated([0.5, -1, 1.5, 0], 4000);
    const [entropy = 0] = await read(categorical.entropy(logits));
    const logProb = await read(categorical.logProb(logits, categorical.sample(logits, createNoise(2))));
    expectWithinError(
      logProb.map((value) => -value),
      entropy,
    );
  });

  it('draws each class as often as its probability says', async () => {
    const probabilities = [0.05, 0.2, 0.5, 0.25];
    const draws = await readRows(
      categorical.sample(repeated(probabilities.map(Math.log), 8000), createNoise(4)),
    );
    for (const [k, probability] of probabilities.entries()) {
      expectWithinError(
        draws.map((row) => row[k] as number),
        probability,
      );
    }
  });

  it('draws one-hot rows: the largest of logit plus Gumbel noise', async () => {
    const g = tensor2d([
      [0, 3, 0],
      [0, 0, 0],
    ]);
    await expectTensor(
      categorical.sample(
        tensor2d([
          [1, 0, 2],
          [1, 0, 2],
        ]),
        fixedNoise(g),
      ),
      [
        [0, 1, 0],
        [0, 0, 1],
      ],
    );
  });

  it('draws the certain class at logits of ±60', async () => {
    const draws = await readRows(categorical.sample(repeated([-60, 60], 200), createNoise(4)));
    expect(draws.every(([a, b]) => a === 0 && b === 1)).toBe(true);
  });

  it('has its mode at the largest logit, the first of equals', async () => {
    await expectTensor(
      categorical.mode(
        tensor2d([
          [0, 3, -1],
          [2, 2, 2],
        ]),
      ),
      [
        [0, 1, 0],
        [1, 0, 0],
      ],
    );
  });

  const INFINITY = Number.POSITIVE_INFINITY;

  it('rules a class of logit −∞ out of entropy and expectation, with finite gradients', async () => {
    const logits = tensor2d([[0, -INFINITY, 0]]);
    await expectTensor(categorical.entropy(logits), [Math.LN2]);
    const [inLogits] = grads(categorical.entropy)([logits]);
    await expectTensor(inLogits as Tensor, [[0, 0, 0]]);

    const labels = tensor2d([[0.25, 0, 0.75]]);
    await expectTensor(categorical.logProb(logits, labels), [-Math.LN2]);
    const gradients = grads(categorical.logProb)([logits, labels]);
    await expectTensor(gradients[0] as Tensor, [[-0.25, 0, 0.25]]);
    await expectTensor(gradients[1] as Tensor, [[-Math.LN2, 0, -Math.LN2]]);
  });

  it('has entropy 0 where one class is left', async () => {
    const logits = tensor2d([[3, -INFINITY]]);
    await expectTensor(categorical.entropy(logits), [0]);
    await expectTensor(grads(categorical.entropy)([logits])[0] as Tensor, [[0, 0]]);
  });

  it('has log-probability −∞ at a class ruled out, however little the label is of it', async () => {
    const logits = tensor2d([
      [0, -INFINITY],
      [0, -INFINITY],
    ]);
    const labels = tensor2d([
      [0, 1],
      [1, 1e-30],
    ]);
    expect(await read(categorical.logProb(logits, labels))).toEqual([-INFINITY, -INFINITY]);
  });

  it('never draws a class ruled out', async () => {
    const draws = await readRows(categorical.sample(repeated([0, -INFINITY, 0], 200), createNoise(4)));
    expect(draws.every(([a = 0, b, c = 0]) => b === 0 && a + c === 1)).toBe(true);
  });

  it('passes NaN among its logits on, to the rows that have it', async () => {
    const logits = () =>
      tensor2d([
        [0, Number.NaN, 1],
        [0, 5, -INFINITY],
      ]);
    for (const label of [categorical.mode(logits()), categorical.sample(logits(), fixedNoise(zeros([2, 3])))])
      expect((await readRows(label)).map((row) => (row.some(Number.isNaN) ? 'NaN' : row))).toEqual([
        'NaN',
        [0, 1, 0],
      ]);
    for (const value of [
      categorical.entropy(logits()),
      categorical.logProb(
        logits(),
        tensor2d([
          [1, 0, 0],
          [0, 1, 0],
        ]),
      ),
    ])
      expect((await read(value)).map(Number.isNaN)).toEqual([true, false]);
  });

  it('takes labels of any type, as tf.oneHot gives int32, and logits of float32 alone', async () => {
    const logits = tensor2d([[2, -1]]);
    for (const dtype of ['int32', 'bool'] as const) {
      const labels = tensor2d([[0, 1]], [1, 2], dtype);
      await expectTensor(categorical.logProb(logits, labels), [-3.0485873]);
      const [gradient] = grads((l: Tensor) => categorical.logProb(l, labels))([logits]);
      await expectTensor(gradient as Tensor, [[-0.9525741, 0.9525741]]);
    }
    expect(() => categorical.entropy(zeros([1, 2], 'int32'))).toThrowError(
      new TypeError('categorical.entropy: logits has dtype int32, needed float32'),
    );
  });

  it('names what came and what was needed: no noise', () => {
    expect(() => categorical.sample(zeros([1, 2]), undefined as never)).toThrowError(
      new TypeError('categorical.sample: noise is undefined, needed a stream, as createNoise(seed) makes'),
    );
  });

  it.each([
    ['sample', () => categorical.sample(zeros([3]), createNoise(0))],
    ['mode', () => categorical.mode(zeros([3]))],
  ])('names what came and what was needed: logits without batch axis in %s', (name, call) => {
    expect(call).toThrowError(new RangeError(`categorical.${name}: logits has shape [3], needed [B,K]`));
  });

  it('leaves one tensor behind when it draws or returns its mode', () => {
    expectNoLeak((logits) => categorical.sample(logits, createNoise(0)), [zeros([2, 3])], 1, false);
    expectNoLeak(categorical.mode, [zeros([2, 3])], 1, false);
  });
});
