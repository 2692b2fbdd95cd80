/** Work for threads. */
import * as tf from '@tensorflow/tfjs-core';

const wave = <R extends tf.Rank>(shape: tf.ShapeMap[R], seed: number): tf.Tensor<R> => {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(seed + i * 1.618)),
    shape,
  );
};

const round = (seed: number): tf.Tensor[] =>
  tf.tidy(() => {
    const [a, b] = [wave<tf.Rank.R2>([331, 257], seed), wave<tf.Rank.R2>([257, 173], seed + 1)];
    const [x, w] = [wave<tf.Rank.R4>([9, 15, 15, 12], seed), wave<tf.Rank.R4>([3, 3, 12, 20], 5)];
    const squares = (p: tf.Tensor, q: tf.Tensor): tf.Tensor =>
      tf.sum(tf.square(tf.conv2d(p as tf.Tensor4D, q as tf.Tensor4D, 2, 'valid')));
    return [
      tf.matMul(a, b),
      tf.matMul(b, a, true, true),
      tf.matMul(wave<tf.Rank.R2>([64, 900], 2), wave<tf.Rank.R2>([2000, 900], 3), false, true),
      ...tf.grads(squares)([x, w]),
      tf.softplus(wave([300_001], 7)),
      tf.exp(wave([200_003], 8)),
    ];
  });

/**
 * Computes every kernel that is divided between threads, at sizes that are, several times over while memory grows.
 *
 * @returns a digest of all numbers, in hexadecimal
 */
export async function digestOfDividedWork(): Promise<string> {
  const results = [0, 1, 2, 3].flatMap(round);
  const values = await Promise.all(results.map((result) => result.data<'float32'>()));
  const bytes = await new Blob(values.map((numbers) => Float32Array.from(numbers))).arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
