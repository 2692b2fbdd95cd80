import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalMean } from '../../../src/training/fit/mean';
import { law } from '../../support/law';

/** softmax(T⁻¹ l) of rows of logits. */
const softmax = (rows: readonly (readonly number[])[], temperature = 1): Float32Array =>
  Float32Array.from(
    rows.flatMap((row) => {
      const weights = row.map((logit) => Math.exp((logit - Math.max(...row)) / temperature));
      const sum = weights.reduce((a, b) => a + b);
      return weights.map((weight) => weight / sum);
    }),
  );

const logits = fc.array(
  fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }),
  {
    minLength: 1,
    maxLength: 20,
  },
);

describe('equalMean', () => {
  it('is the same for every temperature of the second run', () => {
    const [first, second] = [
      [
        [2, 0, 0],
        [0, 1, -1],
        [0.5, 0.4, 0],
      ],
      [
        [0, 1, 0],
        [1, 0, 0.5],
        [-1, 0, 1],
      ],
    ];
    const mean = equalMean(softmax(first as number[][]), softmax(second as number[][]), 3);
    for (const temperature of [0.3, 0.8, 4]) {
      const other = equalMean(softmax(first as number[][]), softmax(second as number[][], temperature), 3);
      for (const [i, p] of other.entries()) expect(p).toBeCloseTo(mean[i] as number, 4);
    }
  });

  law(
    'gives a run back when both are it, however sure one of the two is',
    fc.record({ rows: logits, temperature: fc.double({ min: 0.5, max: 2, noNaN: true }) }),
    async ({ rows, temperature }) => {
      const first = softmax(rows);
      const mean = equalMean(first, softmax(rows, temperature), 3);
      for (const [i, p] of mean.entries()) expect(p).toBeCloseTo(first[i] as number, 4);
    },
  );

  law(
    'gives rows of probabilities that sum to 1',
    fc.record({ one: logits, other: logits }),
    async ({ one, other }) => {
      const count = Math.min(one.length, other.length);
      const mean = equalMean(softmax(one.slice(0, count)), softmax(other.slice(0, count)), 3);
      for (let n = 0; n < count; n++) {
        const row = mean.subarray(3 * n, 3 * n + 3);
        expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
        expect(Math.min(...row)).toBeGreaterThanOrEqual(0);
      }
    },
  );

  it('lets neither a certain nor a blind second run decide alone', () => {
    const first = Float32Array.of(0.9, 0.1, 0.2, 0.8);
    // A certain run: T = 20 cannot make it as unsure as the first, and does what it can.
    expect(equalMean(first, Float32Array.of(0, 1, 0, 1), 2)[0]).toBeGreaterThan(0.5);
    // A run that knows nothing: no T makes it sure.
    const mean = equalMean(first, Float32Array.of(0.5, 0.5, 0.5, 0.5), 2);
    for (const [i, p] of [0.7, 0.3, 0.35, 0.65].entries()) expect(mean[i]).toBeCloseTo(p, 6);
  });
});
