/** Checks that many descriptions share; each throws where the promise is broken. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { ofValue } from '../tolerance';

/** Fails with what was promised. */
export const must = (holds: boolean, promise: string): void => {
  if (!holds) throw new Error(`promise broken: ${promise}`);
};

/** The shape that was promised. */
export const shaped = (result: Tensor, shape: readonly number[]): void => {
  must(`${result.shape}` === `${shape}`, `shape [${shape}], came [${result.shape}]`);
};

/** Every number within a range, with room for rounding; none is NaN. */
export async function within(
  result: Tensor,
  least = -Infinity,
  largest = Infinity,
  scale = Math.max(1, ...[least, largest].filter(Number.isFinite).map(Math.abs)),
): Promise<void> {
  const slack = 4 * ofValue() * scale;
  for (const value of await result.data())
    must(
      value >= least - slack && value <= largest + slack,
      `a number from ${least} to ${largest}, came ${value}`,
    );
}

/** Finite numbers. */
export async function finite(...results: readonly Tensor[]): Promise<void> {
  for (const result of results)
    for (const value of await result.data()) must(Number.isFinite(value), `a finite number, came ${value}`);
}

/** Rows that sum to 1. */
export async function normalised(result: Tensor): Promise<void> {
  const [rows = 0, classes = 0] = result.shape;
  const values = await result.data();
  for (let b = 0; b < rows; b++) {
    let total = 0;
    for (let k = 0; k < classes; k++) total += values[b * classes + k] as number;
    must(Math.abs(total - 1) < 1e-5, `rows that sum to 1, came ${total}`);
  }
}

/** Zeros and ones. */
export async function binary(result: Tensor): Promise<void> {
  for (const value of await result.data()) must(value === 0 || value === 1, `0 or 1, came ${value}`);
}

/** A chart as plain JSON. */
export const isJson = (result: unknown): void =>
  must(JSON.stringify(JSON.parse(JSON.stringify(result))) === JSON.stringify(result), 'plain JSON');
