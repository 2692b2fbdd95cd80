/**
 * Peak memory over the size of the data, for bytes in one array: `npx tsx bench/memory/arrays.ts [--megabytes 500]`.
 *
 * `createDataset`, `splitDataset`, `createBatches`, and an epoch of training with a checkpoint, whose identity looks at every
 * value. What the process held before the array was made is subtracted.
 */
import { parseArgs } from 'node:util';
import {
  createBatches,
  createDataset,
  createM2,
  type Dataset,
  digits,
  type Storage,
  semiSupervised,
  splitDataset,
  train,
} from 'ssvae';
import { selectBackend } from 'ssvae/node';
import { inMiB, peakBytes } from './peak';

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '500' },
    backend: { type: 'string', default: 'wasm' },
    json: { type: 'boolean', default: false },
  },
});

await selectBackend({ backend: values.backend as 'wasm' });
const SHAPE = [28, 28, 1];
const PIXELS = 784;
const nowhere: Storage = { name: 'nowhere', read: async () => undefined, write: async () => undefined };

const learn = async (dataset: Dataset): Promise<void> => {
  const model = createM2({ data: dataset, latent: 2, nets: { preset: 'mlp', widths: [8] }, seed: 1 });
  await train(model, {
    objective: semiSupervised({ labelHandling: 'gumbel' }),
    batches: createBatches({
      dataset,
      split: splitDataset(dataset, { labeled: 100, seed: 1 }),
      batchSize: { labeled: 20, unlabeled: 100 },
      stepsPerEpoch: 20,
      seed: 1,
    }),
    epochs: 1,
    seed: 1,
    checkpoint: { storage: nowhere },
  });
  model.dispose();
};

await learn(digits({ count: 1000, seed: 1 }));
const before = peakBytes();
const count = Math.round((Number(values.megabytes) * 1e6) / PIXELS);
const x = new Uint8Array(count * PIXELS);
for (let i = 0; i < x.length; i++) x[i] = (i * 31) ^ (i >> 9);
const y = Uint8Array.from({ length: count }, (_, i) => i % 10);
await learn(createDataset({ name: 'bytes', x, y, shape: SHAPE, classes: 10 }));
const peak = peakBytes();
const ratio = (peak - before) / x.length;
console.log(
  values.json
    ? JSON.stringify({ bytes: x.length, before, peak, ratio })
    : `${(x.length / 1e6).toFixed(0)} MB: peak ${inMiB(peak)}, ${inMiB(before)} of it before: ${ratio.toFixed(2)} times the data`,
);
