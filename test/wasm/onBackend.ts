/** Runs the same computation on several backends and brings the numbers back. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import 'ssvae/wasm';

/** Numbers of the tensors `compute` returns, computed on the named backend; nothing stays allocated. */
export async function onBackend(name: 'cpu' | 'wasm', compute: () => tf.Tensor[]): Promise<Float32Array[]> {
  await tf.setBackend(name);
  const results = tf.tidy(compute);
  const values = await Promise.all(results.map(async (result) => Float32Array.from(await result.data())));
  tf.dispose(results);
  return values;
}

/** Largest difference as a share of the largest magnitude, or of 1 where cancellation left less than that. */
export function relativeDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let magnitude = 1;
  for (const [i, value] of a.entries()) {
    const gap = Math.abs(value - (b[i] ?? Number.NaN));
    if (!(gap <= difference)) difference = gap;
    magnitude = Math.max(magnitude, Math.abs(value));
  }
  return difference / magnitude;
}

/** Deterministic values in [−1, 1) that repeat on no axis. */
export const values = (shape: readonly number[], seed: number): tf.Tensor => {
  const size = shape.reduce((product, axis) => product * axis, 1);
  const numbers = Float32Array.from({ length: size }, (_, i) => {
    const hash = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
    return ((Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 8) / 2 ** 24) * 2 - 1;
  });
  return tf.tensor(numbers, [...shape], 'float32');
};
