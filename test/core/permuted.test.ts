import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { keyedOrder, permuted } from '../../src/core/permuted';

const listOf = (seed: number, count: number, order = keyedOrder): number[] => {
  const at = order(createNoise(seed), count);
  return Array.from({ length: count }, (_, i) => at(i));
};

/** How often each cell is hit. */
const counted = (cells: number, hits: readonly number[]): readonly number[] =>
  hits.reduce<number[]>((counts, cell) => {
    counts[cell] = (counts[cell] as number) + 1;
    return counts;
  }, new Array<number>(cells).fill(0));

/** Σ (found − expected)² / expected, over equally probable cells. */
const chiSquare = (found: readonly number[], expected: number): number =>
  found.reduce((sum, one) => sum + (one - expected) ** 2 / expected, 0);

describe('an order without a list', () => {
  it.each([1, 2, 3, 10, 97, 1000, 65_536, 100_003])('has each of %d integers once', (count) => {
    expect(new Set(listOf(1, count))).toEqual(new Set(Array.from({ length: count }, (_, i) => i)));
  });

  it('depends on the seed alone', () => {
    expect(listOf(1, 1000)).toEqual(listOf(1, 1000));
    const same = listOf(1, 1000).filter((value, i) => listOf(2, 1000)[i] === value);
    expect(same.length).toBeLessThan(10); // 1 is expected
  });

  it('leads every position to every integer equally often', () => {
    const count = 12;
    for (const position of [0, 5, 11]) {
      const found = counted(
        count,
        Array.from({ length: 12_000 }, (_, seed) => keyedOrder(createNoise(seed), count)(position)),
      );
      expect(chiSquare(found, 1000)).toBeLessThan(35); // 11 degrees of freedom: 31.3 in one of 1,000
    }
  });

  it('has neighbors anywhere beside each other', () => {
    const count = 2_000_000;
    const at = keyedOrder(createNoise(3), count);
    const steps = counted(
      16,
      Array.from({ length: 160_000 }, (_, i) =>
        Math.floor((16 * ((at(i + 1) - at(i) + count) % count)) / count),
      ),
    );
    expect(chiSquare(steps, 10_000)).toBeLessThan(42); // 15 degrees of freedom: 37.7 in one of 1,000
  });

  it('is computed at once for more integers than a list of them would take a second for', () => {
    const count = 2 ** 31 - 1;
    const at = permuted(createNoise(1), count);
    const places = Array.from({ length: 1000 }, (_, i) => at(i * 2_000_000));
    expect(new Set(places).size).toBe(1000);
    for (const place of places) expect(place >= 0 && place < count && Number.isInteger(place)).toBe(true);
  });
});

it('a short order is the permutation of its stream', () => {
  expect(listOf(7, 100, permuted)).toEqual([...createNoise(7).permutation(100)]);
});
