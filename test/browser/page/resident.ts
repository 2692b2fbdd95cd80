/** Batches out of a set on the device that is larger than float32 counts places of. */
import * as tf from '@tensorflow/tfjs-core';
import { createBatches, createDataset, createNoise } from 'ssvae';
import { type SelectBackendOptions, selectBackend } from 'ssvae/browser';

const [COUNT, SIDE] = [22_000, 28];

/** The largest difference between a resident set's batches and the host's, over some steps. */
export async function residentInPage(options: SelectBackendOptions): Promise<number> {
  await selectBackend(options);
  const dataset = createDataset({
    name: 'large',
    x: Uint8Array.from({ length: COUNT * SIDE ** 2 }, (_, i) => (i * 2654435761) >>> 24),
    y: new Uint8Array(COUNT),
    shape: [SIDE, SIDE, 1],
    classes: 2,
  });
  const unlabeled = Int32Array.from({ length: COUNT }, (_, i) => i);
  const batchesOf = (resident: boolean) =>
    createBatches({
      dataset,
      split: { labeled: new Int32Array(), unlabeled },
      batchSize: { labeled: 0, unlabeled: 500 },
      seed: createNoise(1),
      resident,
    });
  const [host, resident] = [batchesOf(false), batchesOf(true)];
  let largest = 0;
  for (const step of [0, 3]) {
    const [one, other] = await Promise.all(
      [host, resident].map(async (source) => (await source.at(step)).unlabeled?.x as tf.Tensor),
    );
    const difference = tf.tidy(() => tf.max(tf.abs(tf.sub(one as tf.Tensor, other as tf.Tensor))));
    largest = Math.max(largest, (await difference.data())[0] as number);
    tf.dispose([one as tf.Tensor, other as tf.Tensor, difference]);
  }
  resident.dispose?.();
  return largest;
}
