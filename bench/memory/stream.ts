/**
 * Peak memory of a run over more data than memory: `npx tsx bench/memory/stream.ts [--gigabytes 10]`.
 *
 * Trains a small M2 for one pass over a file of 28×28 images, read by `rowBlocks`. The file is all holes, so that it takes no
 * place on disk: every byte of it is read and trained on nevertheless. Before that, as many steps on data in
 * memory as bring backend, compiler and garbage to their size.
 */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type BatchSource,
  createAdam,
  createBatches,
  createM2,
  digits,
  semiSupervised,
  splitDataset,
  streamBatches,
  trainingSteps,
} from 'ssvae';
import { rowBlocks, selectBackend } from 'ssvae/node';
import { inMiB, peakBytes } from './peak';

const { values } = parseArgs({
  options: {
    gigabytes: { type: 'string', default: '10' },
    backend: { type: 'string', default: 'wasm' },
    /** rows of a block; default: as `rowBlocks` has it */
    rows: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const PIXELS = 784;
const WARM_UP = 200;
const batchSize = { labeled: 20, unlabeled: 500 };

await selectBackend({ backend: values.backend as 'wasm' });
const labeled = digits({ count: 1000, seed: 1 });
const model = createM2({ data: labeled, latent: 2, nets: { preset: 'mlp', widths: [8] }, seed: 1 });

/** Trains over the batches, and says how far it is. */
const train = async (batches: BatchSource, to: number): Promise<void> => {
  const optimizer = createAdam();
  const objective = semiSupervised({ labelHandling: 'gumbel' });
  for await (const { step, read } of trainingSteps(model, { objective, batches, optimizer, seed: 1, to })) {
    if (step % 100 !== 0) continue;
    await read();
    if (!values.json) process.stderr.write(`\rstep ${step} of ${to}, peak ${inMiB(peakBytes())} `);
  }
  optimizer.dispose();
};

const place = await mkdtemp(join(tmpdir(), 'ssvae-stream-'));
try {
  const split = splitDataset(labeled, { labeled: 100, seed: 1 });
  await train(createBatches({ dataset: labeled, split, batchSize, seed: 1 }), WARM_UP);

  const rows = Math.round((Number(values.gigabytes) * 1e9) / PIXELS);
  const path = join(place, 'images.u8');
  const file = await open(path, 'w');
  await file.truncate(rows * PIXELS);
  await file.close();
  const unlabeled = await rowBlocks(path, {
    shape: [28, 28, 1],
    type: 'uint8',
    ...(values.rows !== undefined && { rowsPerBlock: Number(values.rows) }),
  });
  const batches = streamBatches({ unlabeled, labeled, batchSize, seed: 1 });

  const before = peakBytes();
  const start = performance.now();
  await train(batches, batches.stepsPerEpoch);
  const seconds = (performance.now() - start) / 1000;
  const peak = peakBytes();
  const bytes = rows * PIXELS;
  process.stderr.write('\n');
  console.log(
    values.json
      ? JSON.stringify({ bytes, before, peak })
      : `${(bytes / 1e9).toFixed(2)} GB, ${batches.stepsPerEpoch} steps, ${seconds.toFixed(0)} s: peak ${inMiB(peak)}, ${inMiB(peak - before)} above ${WARM_UP} steps on data in memory`,
  );
} finally {
  model.dispose();
  await rm(place, { recursive: true, force: true });
}
