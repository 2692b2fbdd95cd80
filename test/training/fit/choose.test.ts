import { describe, expect, it } from 'vitest';
import { choose, type Outcomes } from '../../../src/training/fit/compare';

/** How often a choice is right where the labels alone are wrong, and wrong where they are right. */
type Differences = readonly [wins: number, losses: number];

/** Outcomes of 40 examples: the labels alone are wrong on the first 20. */
const outcomes = (both: Differences, mean: Differences = both, all: Differences = mean): Outcomes => {
  const of = ([wins, losses]: Differences): boolean[] =>
    Array.from({ length: 40 }, (_, i) => (i < 20 ? i < wins : i >= 20 + losses));
  return {
    'labels alone': of([0, 0]),
    'labels and unlabeled data': of(both),
    'mean of both': of(mean),
    'mean of all': of(all),
  };
};

describe('choose', () => {
  it('takes the mean of all without cross-validation', () => {
    expect(choose(undefined).chosen).toBe('mean of all');
  });

  it('takes the run on all data where it is right more often than chance explains', () => {
    expect(choose(outcomes([9, 1])).chosen).toBe('labels and unlabeled data');
  });

  it('falls back to the labels alone where the mean of both is worse by more than a standard deviation', () => {
    expect(choose(outcomes([1, 9])).chosen).toBe('labels alone');
    expect(choose(outcomes([1, 5], [1, 4]))).toEqual({
      chosen: 'labels alone',
      why: 'unlabeled data harm the mean of both: -1.3 standard deviations of chance',
    });
    // The mean mends what the run on all data does worse.
    expect(choose(outcomes([1, 9], [2, 3])).chosen).toBe('mean of both');
  });

  it('takes the mean of both where the difference is small, and says how small', () => {
    expect(choose(outcomes([3, 1]))).toEqual({
      chosen: 'mean of both',
      why: 'the difference is small: 1.0 standard deviations of chance',
    });
  });

  it('takes a mean where it is better than the run on all data', () => {
    expect(choose(outcomes([9, 1], [12, 1]))).toEqual({
      chosen: 'mean of both',
      why: 'the mean of both helps: 3.1 standard deviations of chance',
    });
  });

  it('hears the neighbors where they better the mean by more than a standard deviation', () => {
    expect(choose(outcomes([3, 1], [3, 1], [4, 1])).chosen).toBe('mean of both');
    expect(choose(outcomes([3, 1], [3, 1], [9, 1]))).toEqual({
      chosen: 'mean of all',
      why: 'the mean of all helps: 2.5 standard deviations of chance',
    });
    // The labels alone would be taken, but for the neighbors.
    expect(choose(outcomes([1, 5], [1, 5], [5, 2])).chosen).toBe('mean of all');
  });

  it('takes the mean of both where none ever differ', () => {
    expect(choose(outcomes([0, 0])).chosen).toBe('mean of both');
  });
});
