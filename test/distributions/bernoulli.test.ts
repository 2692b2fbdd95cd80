import { fill, grads, neg, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as bernoulli from '../../src/distributions/bernoulli';
import { expectNoLeak } from '../support/checkGradient';
import { describePrimitive } from '../support/describePrimitive';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectClose, expectTensor, read } from '../support/numbers';

const logProb = (logits: Tensor, x: Tensor) => bernoulli.logProb(logits, x);

describePrimitive('bernoulli.logProb', logProb, {
  errors: [
    [
      'values that would broadcast',
      () => bernoulli.logProb(zeros([2, 3]), zeros([2, 1])),
      'bernoulli.logProb: x has shape [2,1], needed [B,...] = [2,3]',
    ],
    [
      'images against rows',
      () => bernoulli.logProb(zeros([2, 4]), zeros([2, 2, 2])),
      'bernoulli.logProb: x has shape [2,2,2], needed [B,...] = [2,4]',
    ],
  ],
});
describePrimitive('bernoulli.mean', bernoulli.mean);
describePrimitive('bernoulli.entropy', bernoulli.entropy);

describe('bernoulli', () => {
  cleanUpAfterEach();

  it('keeps a gradient where a wrong pixel is certain, and has none where a right one is', async () => {
    const [gradient] = grads(logProb)([tensor2d([[60, -60, 60, -60]]), tensor2d([[0, 1, 1, 0]])]);
    await expectTensor(gradient as Tensor, [[-1, 1, 0, 0]]);
  });

  it('has a gradient at a logit of exactly 0', async () => {
    const [gradient] = grads(logProb)([zeros([1, 2]), tensor2d([[1, 0.25]])]);
    await expectTensor(gradient as Tensor, [[0.5, -0.25]]);
  });

  it('keeps softplus accurate for logits in [−14, −8], where that of WebGL and WebGPU is off by up to 6e-2', async () => {
    const logits = [-8, -10, -12, -14];
    const values = await read(bernoulli.logProb(tensor2d(logits.map((l) => [l])), zeros([4, 1])));
    for (const [i, l] of logits.entries()) {
      expect(Math.abs((values[i] as number) + Math.log1p(Math.exp(l)))).toBeLessThan(2e-7);
    }
  });

  it('is the same of a sure value whichever it is, to the bit', async () => {
    const logits = tensor2d([[10, 12, 14, 16, 30, 0.5, -3]]);
    const [ones, zeroes] = [fill([1, 7], 1), zeros([1, 7])];
    expect(await read(bernoulli.logProb(logits, ones))).toEqual(
      await read(bernoulli.logProb(neg(logits), zeroes)),
    );
  });

  it('keeps the digits of a small entropy, whichever value is the sure one', async () => {
    const entropyAt = (l: number) =>
      Math.log1p(Math.exp(-Math.abs(l))) + Math.abs(l) / (1 + Math.exp(Math.abs(l)));
    const logits = [15, 20, 40, 5, 1, 0.1].flatMap((l) => [l, -l]);
    const entropies = await read(bernoulli.entropy(tensor2d(logits.map((l) => [l]))));
    expectClose(
      entropies.map((h, i) => h / entropyAt(logits[i] as number)),
      logits.map(() => 1),
    );
    const [gradient] = grads(bernoulli.entropy)([tensor2d(logits.map((l) => [l]))]);
    const slopeAt = (l: number) => (-l * Math.exp(-Math.abs(l))) / (1 + Math.exp(-Math.abs(l))) ** 2;
    expectClose(
      (await read(gradient as Tensor)).map((slope, i) => slope / slopeAt(logits[i] as number)),
      logits.map(() => 1),
    );
  });

  it('has no entropy, and no slope of it, at logits of ±∞', async () => {
    const logits = tensor2d([[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]]);
    const [gradient] = grads(bernoulli.entropy)([logits]);
    await expectTensor(bernoulli.entropy(logits), [0]);
    await expectTensor(gradient as Tensor, [[0, 0]]);
  });

  it('takes observed values of any type, and logits of float32 alone', async () => {
    const [logits, x] = [tensor2d([[2, -1]]), [[1, 0]]];
    const expected = await read(bernoulli.logProb(logits, tensor2d(x)));
    for (const dtype of ['int32', 'bool'] as const) {
      const values = tensor2d(x, [1, 2], dtype);
      await expectTensor(bernoulli.logProb(logits, values), expected);
      const [gradient] = grads((l: Tensor) => bernoulli.logProb(l, values))([logits]);
      await expectTensor(gradient as Tensor, [[1 / (1 + Math.exp(2)), -1 / (1 + Math.exp(1))]]);
    }
    expect(() => bernoulli.logProb(zeros([1, 2], 'int32'), zeros([1, 2]))).toThrowError(
      new TypeError('bernoulli.logProb: logits has dtype int32, needed float32'),
    );
  });

  it('names what came and what was needed: no noise', () => {
    expect(() => bernoulli.sample(zeros([1, 2]), undefined as never)).toThrowError(
      new TypeError('bernoulli.sample: noise is undefined, needed a stream, as createNoise(seed) makes'),
    );
  });

  it('draws ones as often as its mean says', async () => {
    const draws = await read(bernoulli.sample(fill([8000, 1], -1), createNoise(2)));
    expect(new Set(draws)).toEqual(new Set([0, 1]));
    expectWithinError(draws, 1 / (1 + Math.E));
  });

  it('draws what is certain at logits of ±60', async () => {
    const draws = await read(bernoulli.sample(tensor2d([[60, -60, 60, -60]]), createNoise(2)));
    expect(draws).toEqual([1, 0, 1, 0]);
  });

  it('has the entropy −E log q, by Monte Carlo', async () => {
    const logits = fill([4000, 3], 0.8);
    const [entropy = 0] = await read(bernoulli.entropy(logits));
    const logProb = await read(bernoulli.logProb(logits, bernoulli.sample(logits, createNoise(2))));
    expectWithinError(
      logProb.map((value) => -value),
      entropy,
    );
  });

  it('has its mode where the logit is above 0', async () => {
    await expectTensor(bernoulli.mode(tensor2d([[2, -2, 0]])), [[1, 0, 0]]);
  });

  it('asks the decoder for one number per value', () => {
    expect(bernoulli.parameterShape([4, 3])).toEqual([4, 3]);
  });

  it('names what came and what was needed: logits without batch axis', () => {
    const scalar = zeros([]);
    const message = (name: string) =>
      new RangeError(`bernoulli.${name}: logits has shape [], needed [B,...]`);
    expect(() => bernoulli.mean(scalar)).toThrowError(message('mean'));
    expect(() => bernoulli.sample(scalar, createNoise(0))).toThrowError(message('sample'));
    expect(() => bernoulli.entropy(scalar)).toThrowError(message('entropy'));
    expect(() => bernoulli.mode(scalar)).toThrowError(message('mode'));
  });

  it('leaves one tensor behind when it draws or returns its mode', () => {
    expectNoLeak((logits) => bernoulli.sample(logits, createNoise(0)), [zeros([2, 3])], 1, false);
    expectNoLeak(bernoulli.mode, [zeros([2, 3])], 1, false);
  });
});
