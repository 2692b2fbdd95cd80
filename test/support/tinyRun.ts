/** Outcomes of short training runs, compared in tests. */
import { expect } from 'vitest';
import { backendTraits } from '../../src/host/backendTraits';
import type { Ending } from './ending';
import { expectClose } from './numbers';

/**
 * Fails unless two runs ended alike: to the bit where runs repeat. Elsewhere the order of a sum is the driver's own
 * from run to run, and the weights of a few steps of Adam agree to a hundredth.
 */
export function expectSameEnding(actual: Ending, expected: Ending, which = ''): void {
  if (backendTraits().repeats) {
    expect(actual, which).toEqual(expected);
    return;
  }
  expect(Object.keys(actual.weights)).toEqual(Object.keys(expected.weights));
  for (const [name, values] of Object.entries(expected.weights))
    expectClose(actual.weights[name] ?? [], values, 0.01);
}
