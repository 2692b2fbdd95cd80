import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { onBackend } from './onBackend';

const f = Math.fround;

/** Distance of a float32 from the true value, in units of its last place. */
const ulps = (value: number, truth: number): number => {
  if (Object.is(f(truth), value) || (Number.isNaN(truth) && Number.isNaN(value))) return 0;
  if (!Number.isFinite(value) || !Number.isFinite(f(truth))) return Number.POSITIVE_INFINITY;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(truth))));
  return Math.abs(value - truth) / 2 ** (exponent - 23);
};

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Each function with its float64 truth, the interval it is swept over, and the units in the last place allowed. */
const table: readonly (readonly [
  string,
  (x: tf.Tensor) => tf.Tensor,
  (x: number) => number,
  number,
  number,
  number,
])[] = [
  ['abs', tf.abs, Math.abs, -5, 5, 0],
  ['exp', tf.exp, Math.exp, -104, 90, 1.5],
  ['exp near 0', tf.exp, Math.exp, -1, 1, 1.5],
  ['log', tf.log, Math.log, 0, 1000, 1.5],
  ['log near 1', tf.log, Math.log, 0.5, 2, 1.5],
  ['log1p', tf.log1p, Math.log1p, -1, 30, 2.5],
  ['log1p near 0', tf.log1p, Math.log1p, -1e-3, 1e-3, 2.5],
  ['neg', tf.neg, (x) => -x, -5, 5, 0],
  ['relu', tf.relu, (x) => Math.max(x, 0), -5, 5, 0],
  ['sigmoid', tf.sigmoid, (x) => 1 / (1 + Math.exp(-x)), -90, 90, 3],
  ['softplus', tf.softplus, softplus, -90, 90, 2.5],
  ['sqrt', tf.sqrt, Math.sqrt, 0, 100, 0.5],
  ['square', tf.square, (x) => x * x, -100, 100, 0.5],
  ['step', (x) => tf.step(x, 0.25), (x) => (x > 0 ? 1 : 0.25), -5, 5, 0],
];

const edges = [0, -0, 1, -1, 1e-45, 1.2e-38, 1e-20, 3e38, -3e38, Infinity, -Infinity, Number.NaN].map(f);

describe('functions of one tensor on WebAssembly', () => {
  it.each(table)('%s has the digits of float32', async (_, compute, truth, from, to, allowed) => {
    const count = 200_003;
    const x = Float32Array.from({ length: count }, (_value, i) => from + ((to - from) * i) / (count - 1));
    const [values] = await onBackend('wasm', () => [compute(tf.tensor1d(x))]);
    let [worst, at] = [0, 0];
    for (const [i, value] of (values as Float32Array).entries()) {
      const error = ulps(value, truth(x[i] as number));
      if (!(error <= worst)) [worst, at] = [error, x[i] as number];
    }
    expect(worst, `at ${at}`).toBeLessThanOrEqual(allowed);
  });

  it.each(table.filter(([name]) => !name.includes('near') && name !== 'step'))(
    '%s is right at the edges',
    async (_, compute, truth, _from, _to, allowed) => {
      const [values] = await onBackend('wasm', () => [compute(tf.tensor1d(edges, 'float32'))]);
      const wrong = edges.filter(
        (x, i) => !(ulps((values as Float32Array)[i] as number, truth(x) + 0) <= Math.max(1, allowed)),
      );
      // The sign of a zero is no matter.
      expect(wrong.filter((x) => truth(x) !== 0)).toEqual([]);
    },
  );

  it.each([0, 1, 2, 3, 4, 5, 7, 8, 9])('takes %i values alike, wherever they stand', async (count) => {
    const x = Float32Array.from({ length: count }, (_, i) => Math.sin(i + 1) * 3);
    for (const [, compute] of table) {
      const [together] = await onBackend('wasm', () => [compute(tf.tensor1d(x))]);
      const alone = await onBackend('wasm', () => [...x].map((value) => compute(tf.scalar(value))));
      expect([...(together as Float32Array)]).toEqual(alone.flatMap((value) => [...value]));
    }
  });

  it('leaves other types to the stock kernels', async () => {
    const [values] = await onBackend('wasm', () => [tf.abs(tf.tensor1d([-1, 2, -3, 4, -5], 'int32'))]);
    expect([...(values as Float32Array)]).toEqual([1, 2, 3, 4, 5]);
  });
});
