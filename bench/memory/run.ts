/**
 * Memory of 1,000 steps: `npm run memory [-- --steps 1000 --backend wasm]`.
 *
 * Trains with validation, checkpoints on disk, callbacks, an average of the weights and early stopping; then as many
 * steps that all throw. Writes docs/results/memory.jsonl, a line for every 20 steps: tensors and data buffers alive, and
 * what the process holds once garbage is collected. `npm run figures` draws it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createBatches, createM2, digits, splitDataset, subset } from 'ssvae';
import { folder, selectBackend } from 'ssvae/node';
import { watchFaults, watchRun } from '../../test/support/memoryRun';
import { writeLines } from '../lines';
import type { MemoryLine } from './line';

const { values } = parseArgs({
  options: {
    steps: { type: 'string', default: '1000' },
    backend: { type: 'string', default: 'wasm' },
    out: { type: 'string', default: 'docs/results/memory.jsonl' },
  },
});

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const STEPS_PER_EPOCH = 20;

const { name: backend } = await selectBackend({ backend: values.backend as 'wasm' });
const dataset = digits({ count: 2000, seed: 1 });
const split = splitDataset(dataset, { labeled: 100, validation: 200, seed: 1 });
const place = await mkdtemp(join(tmpdir(), 'ssvae-memory-'));
const lines: MemoryLine[] = [];
try {
  for (const [kind, watch] of [
    ['training', watchRun],
    ['every step throws', watchFaults],
  ] as const) {
    const model = createM2({
      inputShape: [28, 28, 1],
      classes: 10,
      nets: 'kingma',
      seed: 1,
    });
    await watch({
      model,
      batches: createBatches({
        dataset,
        split,
        batchSize: { labeled: 20, unlabeled: 40 },
        seed: 1,
        stepsPerEpoch: STEPS_PER_EPOCH,
      }),
      held: subset(dataset, split.validation),
      epochs: Number(values.steps) / STEPS_PER_EPOCH,
      storage: folder(join(place, kind)),
      async onSample(sample) {
        // What is unreachable goes in two goes: array buffers are freed in the background.
        for (let pass = 0; pass < 2; pass++) {
          collectGarbage();
          await setTimeout(20);
        }
        const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
        lines.push({ backend, kind, ...sample, rss, heapUsed, arrayBuffers });
        process.stderr.write(`\r${kind}: step ${sample.step}, ${(rss / 2 ** 20).toFixed(0)} MiB `);
      },
    });
    model.dispose();
    process.stderr.write('\n');
  }
} finally {
  await rm(place, { recursive: true, force: true });
}
await writeLines(values.out, lines);
