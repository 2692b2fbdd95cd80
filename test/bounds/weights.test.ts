import { describe, expect, it } from 'vitest';
import { completeWeights } from '../../src/bounds/weights';

const defaults = { latentKl: 1, labelKl: 0.5 };

describe('completeWeights', () => {
  it('takes the defaults of weights left out, and of those that are undefined', () => {
    expect(completeWeights('f', defaults)).toEqual(defaults);
    expect(completeWeights('f', defaults, { labelKl: undefined, latentKl: 0 })).toEqual({
      latentKl: 0,
      labelKl: 0.5,
    });
  });

  it.each([
    [{ kl: 5 }, 'f: a name in weights is "kl", needed one of "latentKl", "labelKl"'],
    [{ latentKl: Number.NaN }, 'f: weights.latentKl is NaN, needed a finite number'],
    [{ labelKl: '1' }, 'f: weights.labelKl is "1", needed a finite number'],
  ])('refuses %j', (given, message) => {
    expect(() => completeWeights('f', defaults, given as Partial<typeof defaults>)).toThrow(
      new RangeError(message),
    );
  });
});
