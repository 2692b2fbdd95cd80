/** A worker of the page, which computes on WebAssembly as a training loop would. */
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import { type SelectBackendOptions, selectBackend } from 'ssvae/browser';
import { type Measurements, measure } from './measurements';

/** What the worker answers. */
export type WorkerAnswer =
  | { readonly description: string; readonly digest: string; readonly measurements: Measurements }
  | { readonly message: string };

const wave = (shape: number[], seed: number): tf.Tensor => {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(seed + i * 1.618)),
    shape,
  );
};

/** A digest of kernels that are divided between threads, at sizes that are, while memory grows. */
async function digestOf(): Promise<string> {
  const results: tf.Tensor[] = [];
  for (let round = 0; round < 3; round++) {
    const [a, b] = [wave([331, 257], round), wave([257, 173], round + 1)] as tf.Tensor2D[];
    const [x, w] = [wave([9, 15, 15, 12], round), wave([3, 3, 12, 20], 5)] as [tf.Tensor4D, tf.Tensor4D];
    const convolved = tf.grads((p, q) =>
      tf.sum(tf.square(tf.conv2d(p as tf.Tensor4D, q as tf.Tensor4D, 2, 'valid'))),
    )([x, w]);
    results.push(
      tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D),
      ...convolved,
      tf.softplus(wave([300_001], 7)),
    );
  }
  const parts = await Promise.all(results.map((result) => result.data<'float32'>()));
  const bytes = new Uint8Array(await new Blob(parts.map((part) => Float32Array.from(part))).arrayBuffer());
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

self.onmessage = async ({ data }: MessageEvent<SelectBackendOptions>) => {
  const answer = async (): Promise<WorkerAnswer> => {
    const { description } = await selectBackend(data);
    return { description, digest: await digestOf(), measurements: await measure() };
  };
  self.postMessage(await answer().catch(({ message }: Error) => ({ message })));
};
