import { describe, expect, it } from 'vitest';
import {
  constant,
  cosineDecay,
  cyclical,
  exponentialDecay,
  linearWarmup,
  type Schedule,
  sigmoidWarmup,
  valueAt,
} from '../../src/core/schedules';

const table: readonly (readonly [string, Schedule, readonly (readonly [number, number])[]])[] = [
  [
    'constant',
    constant(0.5),
    [
      [0, 0.5],
      [1, 0.5],
      [1e9, 0.5],
    ],
  ],
  [
    'linearWarmup',
    linearWarmup({ from: 1, to: 3, steps: 100 }),
    [
      [0, 1],
      [1, 1.02],
      [50, 2],
      [99, 2.98],
      [100, 3],
      [101, 3],
      [1e9, 3],
    ],
  ],
  [
    'linearWarmup downwards',
    linearWarmup({ from: 1, to: 0, steps: 4 }),
    [
      [0, 1],
      [1, 0.75],
      [4, 0],
      [5, 0],
    ],
  ],
  [
    'linearWarmup by default',
    linearWarmup({ steps: 10 }),
    [
      [0, 0],
      [5, 0.5],
      [10, 1],
    ],
  ],
  [
    'sigmoidWarmup',
    sigmoidWarmup({ from: 1, to: 3, steps: 100 }),
    [
      [0, 1],
      [50, 2],
      [100, 3],
      [1e9, 3],
    ],
  ],
  [
    'sigmoidWarmup at a quarter',
    sigmoidWarmup({ steps: 100, steepness: 4 }),
    // (σ(−1) − σ(−2)) / (σ(2) − σ(−2))
    [[25, (0.2689414213699951 - 0.11920292202211755) / 0.7615941559557649]],
  ],
  [
    'cyclical',
    cyclical({ from: 1, to: 3, period: 100 }),
    [
      [0, 1],
      [25, 2],
      [50, 3],
      [99, 3],
      [100, 1],
      [125, 2],
      [1050, 3],
    ],
  ],
  [
    'cyclical that only rises',
    cyclical({ period: 4, rise: 1 }),
    [
      [0, 0],
      [1, 0.25],
      [3, 0.75],
      [4, 0],
    ],
  ],
  [
    'exponentialDecay',
    exponentialDecay({ from: 2, rate: 0.1, floor: 0.5 }),
    [
      [0, 2],
      [1, 2 * Math.exp(-0.1)],
      [13, 2 * Math.exp(-1.3)],
      [14, 0.5],
      [1e9, 0.5],
    ],
  ],
  [
    'exponentialDecay by default',
    exponentialDecay({ rate: 1 }),
    [
      [0, 1],
      [1, 1 / Math.E],
    ],
  ],
  [
    'cosineDecay',
    cosineDecay({ from: 3, to: 1, steps: 100 }),
    [
      [0, 3],
      [25, 2 + Math.SQRT1_2],
      [50, 2],
      [100, 1],
      [1e9, 1],
    ],
  ],
  [
    'cosineDecay by default',
    cosineDecay({ steps: 3 }),
    [
      [0, 1],
      [1, 0.75],
      [2, 0.25],
      [3, 0],
    ],
  ],
];

describe.each(table)('%s', (_, schedule, points) => {
  it.each(points)('at step %d is %d', (step, value) => {
    expect(schedule(step)).toBeCloseTo(value, 12);
  });

  it('depends on the step alone, in any order of calls', () => {
    const steps = [7, 0, 7, 1e6, 3, 0, 7];
    const first = steps.map(schedule);
    expect(steps.map(schedule)).toEqual(first);
    expect([...steps].reverse().map(schedule)).toEqual(first.reverse());
  });
});

describe('the warm-ups', () => {
  it('never fall on the way up', () => {
    for (const schedule of [linearWarmup({ steps: 50 }), sigmoidWarmup({ steps: 50 })]) {
      for (let step = 1; step < 60; step++) expect(schedule(step)).toBeGreaterThanOrEqual(schedule(step - 1));
    }
  });

  it('start and end exactly, not within rounding', () => {
    const schedule = sigmoidWarmup({ from: 0, to: 1, steps: 7 });
    expect([schedule(0), schedule(7), schedule(8)]).toEqual([0, 1, 1]);
  });
});

describe('valueAt', () => {
  it('takes a number for itself and a schedule at its step', () => {
    expect(valueAt(0.5, 10)).toBe(0.5);
    expect(valueAt((step) => step / 4, 10)).toBe(2.5);
  });

  it('names the weight whose schedule gives no finite number, and the step', () => {
    expect(() => valueAt(() => Number.NaN, 7, 'beta')).toThrowError(
      new RangeError('valueAt: beta at step 7 is NaN, needed a finite number'),
    );
    expect(() => valueAt(() => Number.NaN, 3, 'n'.repeat(1e6))).toThrow(/^valueAt: n{100}… at step 3 is NaN/);
    expect(() => valueAt(Number.POSITIVE_INFINITY, 0)).toThrowError(
      new RangeError('valueAt: value at step 0 is Infinity, needed a finite number'),
    );
  });
});

describe('the ends of a schedule', () => {
  // 0.1 + (0.7 − 0.1) is 0.7000000000000001 at some of these pairs.
  const numbers = [0, 0.1, 0.2, 0.3, 0.7, 1 / 3, 1e-3, 3e-4, 5, 1e8, -0.3];
  const pairs = numbers.flatMap((from) => numbers.map((to) => [from, to] as const));
  it.each<[string, (from: number, to: number) => Schedule, number]>([
    ['linearWarmup', (from, to) => linearWarmup({ from, to, steps: 7 }), 7],
    ['sigmoidWarmup', (from, to) => sigmoidWarmup({ from, to, steps: 7 }), 7],
    ['cyclical', (from, to) => cyclical({ from, to, period: 10, rise: 0.3 }), 3],
    ['cosineDecay', (from, to) => cosineDecay({ from, to, steps: 7 }), 7],
  ])('are exact: %s', (_, make, last) => {
    for (const [from, to] of pairs) {
      const schedule = make(from, to);
      expect([schedule(0), schedule(last)], `${from} to ${to}`).toEqual([from, to]);
    }
  });
});

describe('a schedule', () => {
  it.each([
    [() => constant(Number.NaN), 'constant: value is NaN, needed a finite float32 number'],
    [() => linearWarmup({ steps: 0 }), 'linearWarmup: steps is 0, needed a finite number above 0'],
    [
      () => linearWarmup({ to: Number.NaN, steps: 1 }),
      'linearWarmup: to is NaN, needed a finite float32 number',
    ],
    [() => sigmoidWarmup({ steps: -1 }), 'sigmoidWarmup: steps is -1, needed a finite number above 0'],
    [
      () => sigmoidWarmup({ steps: 1, steepness: 0 }),
      'sigmoidWarmup: steepness is 0, needed a finite number of at least 1e-6',
    ],
    [() => cyclical({ period: 0 }), 'cyclical: period is 0, needed a finite number above 0'],
    [() => cyclical({ period: 1, rise: 0 }), 'cyclical: rise is 0, needed a number in (0, 1]'],
    [() => cyclical({ period: 1, rise: 1.5 }), 'cyclical: rise is 1.5, needed a number in (0, 1]'],
    [() => exponentialDecay({ rate: 0 }), 'exponentialDecay: rate is 0, needed a finite number above 0'],
    [
      () => exponentialDecay({ rate: 1, floor: Number.NaN }),
      'exponentialDecay: floor is NaN, needed a finite float32 number',
    ],
    [
      () => cosineDecay({ steps: Number.POSITIVE_INFINITY }),
      'cosineDecay: steps is Infinity, needed a finite number above 0',
    ],
  ])('is refused when it is none: %#', (make, message) => {
    expect(make).toThrowError(new RangeError(message));
  });
});
