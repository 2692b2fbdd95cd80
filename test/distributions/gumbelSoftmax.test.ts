import { grad, grads, mul, scalar, sum, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { sampleGumbelSoftmax } from '../../src/distributions/gumbelSoftmax';
import { describePrimitive } from '../support/describePrimitive';
import { fixedNoise } from '../support/fixedNoise';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectClose, expectTensor, read, readRows } from '../support/numbers';

describePrimitive(
  'sampleGumbelSoftmax, τ = 0.67',
  (logits, g) => sampleGumbelSoftmax(logits, { temperature: 0.67, noise: fixedNoise(g) }),
  {
    errors: [
      [
        'logits without batch axis',
        () => sampleGumbelSoftmax(zeros([3]), { temperature: 1, noise: createNoise(0) }),
        'sampleGumbelSoftmax: logits has shape [3], needed [B,K]',
      ],
      [
        'a temperature of 0',
        () => sampleGumbelSoftmax(zeros([1, 3]), { temperature: 0, noise: createNoise(0) }),
        'sampleGumbelSoftmax: temperature is 0, needed a scalar tensor or a finite number of at least 1e-30, so that 1 / τ stays finite',
      ],
      [
        'a temperature whose inverse float32 does not hold',
        () => sampleGumbelSoftmax(zeros([1, 3]), { temperature: 1e-40, noise: createNoise(0) }),
        'sampleGumbelSoftmax: temperature is 1e-40, needed a scalar tensor or a finite number of at least 1e-30, so that 1 / τ stays finite',
      ],
      [
        'an infinite temperature',
        () =>
          sampleGumbelSoftmax(zeros([1, 3]), {
            temperature: Number.POSITIVE_INFINITY,
            noise: createNoise(0),
          }),
        'sampleGumbelSoftmax: temperature is Infinity, needed a scalar tensor or a finite number of at least 1e-30, so that 1 / τ stays finite',
      ],
    ],
  },
);

// Rounding the value jumps where the argmax changes, so differences say nothing about the gradient that is wanted.
describePrimitive(
  'sampleGumbelSoftmax, τ = 0.67, hard',
  (logits, g) => sampleGumbelSoftmax(logits, { temperature: 0.67, hard: true, noise: fixedNoise(g) }),
  { smooth: false },
);

const repeated = (row: readonly number[], times: number) =>
  tensor2d(Array.from({ length: times }, () => [...row]));

describe('sampleGumbelSoftmax', () => {
  cleanUpAfterEach();

  it.each([
    ['logits at the ends of float32', [3e38, -3e38], 1e-30],
    ['large logits over a small temperature', [1e9, 2e9], 1e-30],
    ['logits that tie there', [3e38, 3e38], 0.1],
    ['lowest logits that tie', [-3e38, -3e38], 1e-10],
    ['a temperature in a tensor', [1e9, 2e9], scalar(1e-37)],
  ])('stays on the simplex where (l + g) / τ lies beyond float32: %s', async (_, row, temperature) => {
    const logits = tensor2d([row]);
    for (const hard of [false, true]) {
      const draw = (l: Tensor) => sampleGumbelSoftmax(l, { temperature, hard, noise: createNoise(1) });
      const values = await read(draw(logits));
      expect(values.every((value) => value >= 0)).toBe(true);
      expectClose([values.reduce((total, value) => total + value, 0)], [1]);
      const slope = await read(grad((l) => sum(mul(draw(l), tensor2d([[1, 2]]))))(logits));
      expect(slope.every(Number.isFinite)).toBe(true);
    }
  });

  it('has rows that sum to 1', async () => {
    const rows = sampleGumbelSoftmax(repeated([0, 1, -2, 60], 50), {
      temperature: 0.5,
      noise: createNoise(2),
    });
    expectClose(await read(sum(rows, 1)), new Array(50).fill(1));
  });

  it('becomes the one-hot draw of the same noise as the temperature falls to 0', async () => {
    const logits = repeated([0.3, -0.5, 0.1, 0.8], 200);
    const at = (temperature: number, hard: boolean) =>
      readRows(sampleGumbelSoftmax(logits, { temperature, hard, noise: createNoise(2) }));
    const hard = await at(1, true);
    const gaps: number[] = [];
    for (const temperature of [1, 0.1, 1e-3]) {
      const soft = await at(temperature, false);
      const gap = soft.map((row, b) =>
        Math.max(...row.map((y, k) => Math.abs(y - (hard[b]?.[k] as number)))),
      );
      gaps.push(gap.reduce((total, value) => total + value, 0) / gap.length);
    }
    expect(gaps[0]).toBeGreaterThan(0.2);
    expect(gaps[1]).toBeLessThan(0.15);
    expect(gaps[2]).toBeLessThan(0.002);
  });

  it('picks each class as often as its probability says, at any temperature', async () => {
    const probabilities = [0.1, 0.6, 0.3];
    const logits = repeated(probabilities.map(Math.log), 6000);
    const draws = await readRows(
      sampleGumbelSoftmax(logits, { temperature: 2, hard: true, noise: createNoise(2) }),
    );
    for (const [k, probability] of probabilities.entries()) {
      expectWithinError(
        draws.map((row) => row[k] as number),
        probability,
      );
    }
  });

  it('is one-hot in value with the gradient of the relaxed draw when hard', async () => {
    const g = tensor2d([[0.2, -0.4, 0.9]]);
    const upstream = tensor2d([[3, -2, 0.5]]);
    const gradient = (hard: boolean) =>
      grads((logits: Tensor) =>
        sampleGumbelSoftmax(logits, { temperature: 0.7, hard, noise: fixedNoise(g) }),
      )([tensor2d([[1, 0, -1]])], upstream)[0] as Tensor;
    const [hard, relaxed] = [await read(gradient(true)), await read(gradient(false))];
    expect(hard).toEqual(relaxed);
    expect(Math.max(...relaxed.map(Math.abs))).toBeGreaterThan(0.1);
    const value = sampleGumbelSoftmax(tensor2d([[1, 0, -1]]), {
      temperature: 0.7,
      hard: true,
      noise: fixedNoise(g),
    });
    expect(await read(value)).toEqual([1, 0, 0]);
  });

  it('is uniform over the corners of equal logits and finite at logits of ±60 and small temperatures', async () => {
    const logits = tensor2d([
      [60, -60, 0],
      [-60, -60, -60],
    ]);
    const rows = await readRows(sampleGumbelSoftmax(logits, { temperature: 1e-6, noise: createNoise(9) }));
    expect(rows[0]).toEqual([1, 0, 0]);
    expect((rows[1] as number[]).slice().sort()).toEqual([0, 0, 1]);
  });

  it('is one-hot at the lowest temperature', async () => {
    const draw = sampleGumbelSoftmax(tensor2d([[60, -60, 0]]), { temperature: 1e-30, noise: createNoise(9) });
    expect(await read(draw)).toEqual([1, 0, 0]);
  });

  it('names what came and what was needed: no noise, no options, integers for logits', () => {
    const message = 'sampleGumbelSoftmax: noise is undefined, needed a stream, as createNoise(seed) makes';
    expect(() => sampleGumbelSoftmax(zeros([1, 3]), { temperature: 1 } as never)).toThrowError(
      new TypeError(message),
    );
    expect(() => sampleGumbelSoftmax(zeros([1, 3]), undefined as never)).toThrowError(
      new TypeError('sampleGumbelSoftmax: options is undefined, needed an object'),
    );
    expect(() =>
      sampleGumbelSoftmax(zeros([1, 3], 'int32'), { temperature: 1, noise: createNoise(0) }),
    ).toThrowError(new TypeError('sampleGumbelSoftmax: logits has dtype int32, needed float32'));
  });

  it('draws the same row from the same stream and another one next', async () => {
    const noise = createNoise(1);
    const draw = (from = noise) =>
      read(sampleGumbelSoftmax(zeros([1, 4]), { temperature: 0.7, noise: from }));
    const first = await draw();
    expect(await draw(createNoise(1))).toEqual(first);
    expect(await draw()).not.toEqual(first);
  });

  it('moves with its logits: adding one constant to a row changes nothing', async () => {
    const g = tensor2d([[0.2, -0.4, 0.9]]);
    const at = (row: number[]) =>
      sampleGumbelSoftmax(tensor2d([row]), { temperature: 0.7, noise: fixedNoise(g) });
    await expectTensor(at([11, 10, 9]), [await read(at([1, 0, -1]))]);
    const scaled = await read(mul(at([1, 0, -1]), 1));
    expect(scaled[0]).toBeGreaterThan(scaled[2] as number);
  });
});
