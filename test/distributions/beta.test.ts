import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { sampleBeta } from '../../src/distributions/beta';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, read } from '../support/numbers';
import { alive } from '../support/tiny';

describe('sampleBeta', () => {
  cleanUpAfterEach();

  it.each([
    [1, 1],
    [2, 2],
    [1, 3],
    [5, 2],
    [8, 8],
  ])('has the mean and variance of Beta(%i, %i), within (0, 1)', async (a, b) => {
    const draws = await read(sampleBeta(5000, { a, b, noise: createNoise(4) }));
    const mean = a / (a + b);
    expectWithinError(draws, mean);
    expectWithinError(
      draws.map((draw) => (draw - mean) ** 2),
      (a * b) / ((a + b) ** 2 * (a + b + 1)),
    );
    expect(Math.min(...draws)).toBeGreaterThan(0);
    expect(Math.max(...draws)).toBeLessThan(1);
  });

  it('is as often below a point as the distribution function of Beta(2, 2) says', async () => {
    const draws = await read(sampleBeta(5000, { a: 2, b: 2, noise: createNoise(5) }));
    for (const x of [0.1, 0.3, 0.5, 0.8])
      expectWithinError(
        draws.map((draw) => (draw < x ? 1 : 0)),
        x * x * (3 - 2 * x),
      );
  });

  it('is the order statistic of the uniforms of its stream', async () => {
    const rows = await read(createNoise(7).uniform([3, 4]));
    const expected = [0, 1, 2].map((b) => rows.slice(4 * b, 4 * b + 4).sort((u, v) => u - v)[1]);
    expect(await read(sampleBeta(3, { a: 2, b: 3, noise: createNoise(7) }))).toEqual(expected);
  });

  it('is the same for the same seed, and leaves one tensor', async () => {
    const before = alive().tensors;
    const first = sampleBeta(4, { a: 2, b: 2, noise: createNoise(1) });
    expect(alive().tensors - before).toBe(1);
    expect(first.shape).toEqual([4]);
    expect(await read(sampleBeta(4, { a: 2, b: 2, noise: createNoise(1) }))).toEqual(await read(first));
  });

  it.each([
    [0, 2, 2, 'sampleBeta: count is 0, needed an integer of at least 1'],
    [3, 0.5, 2, 'sampleBeta: a is 0.5, needed an integer of at least 1'],
    [3, 2, 0, 'sampleBeta: b is 0, needed an integer of at least 1'],
  ])('names what came and what was needed: %d of Beta(%d, %d)', (count, a, b, message) => {
    expect(() => sampleBeta(count, { a, b, noise: createNoise(0) })).toThrowError(new RangeError(message));
  });

  it('needs a stream', () => {
    expect(() => sampleBeta(3, { a: 1, b: 1, noise: undefined as never })).toThrowError(
      new TypeError('sampleBeta: noise is undefined, needed a stream, as createNoise(seed) makes'),
    );
  });
});
