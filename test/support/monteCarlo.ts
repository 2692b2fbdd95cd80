/** Monte-Carlo estimates against what they estimate. */
import { expect } from 'vitest';

/** Mean and the standard error of it. */
export function meanAndError(draws: readonly number[]): { readonly mean: number; readonly error: number } {
  const mean = draws.reduce((total, draw) => total + draw, 0) / draws.length;
  const variance = draws.reduce((total, draw) => total + (draw - mean) ** 2, 0) / (draws.length - 1);
  return { mean, error: Math.sqrt(variance / draws.length) };
}

/**
 * Fails unless the mean of the draws lies within five of its standard errors of `expected`: by chance once in
 * two million, and never anew, since every stream of the tests is seeded.
 */
export function expectWithinError(draws: readonly number[], expected: number): void {
  const { mean, error } = meanAndError(draws);
  expect(Math.abs(mean - expected), `mean ${mean} ± ${error}, expected ${expected}`).toBeLessThanOrEqual(
    5 * error,
  );
}
