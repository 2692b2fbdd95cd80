import { describe, expect, it } from 'vitest';
import { choose, type Outcomes } from '../../../src/training/fit/compare';

/** Outcomes of which the second choice is right `wins` times where the first is wrong, and wrong `losses` times where it is right. */
const outcomes = (wins: number, losses: number): Outcomes => {
  const alone = [...Array(wins).fill(false), ...Array(losses).fill(true), ...Array(20).fill(true)];
  const both = [...Array(wins).fill(true), ...Array(losses).fill(false), ...Array(20).fill(true)];
  return { 'labels alone': alone, 'labels and unlabeled data': both, 'mean of both': alone };
};

describe('choose', () => {
  it('takes the mean of both without cross-validation', () => {
    expect(choose(undefined).chosen).toBe('mean of both');
  });

  it('takes the run on all data where it is right more often than chance explains', () => {
    expect(choose(outcomes(9, 1)).chosen).toBe('labels and unlabeled data');
  });

  it('falls back to the labels alone where unlabeled data harm more often than chance explains', () => {
    expect(choose(outcomes(1, 9)).chosen).toBe('labels alone');
  });

  it('takes the mean of both where the difference is small, and says how small', () => {
    expect(choose(outcomes(3, 1))).toEqual({
      chosen: 'mean of both',
      why: 'the difference is small: 1.0 standard deviations of chance',
    });
  });

  it('takes the mean of both where the two never differ', () => {
    expect(choose(outcomes(0, 0)).chosen).toBe('mean of both');
  });
});
