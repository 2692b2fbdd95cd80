import { describe, expect, it } from 'vitest';
import { type MemoryRun, type Sample, watchFaults, watchRun } from '../support/memoryRun';
import { cleanUpAfterEach } from '../support/numbers';
import { alive, memoryFolder, tinyBatches, tinyDataset, tinyM2 } from '../support/tiny';

cleanUpAfterEach();

const watched = async (
  watch: (run: MemoryRun) => Promise<void>,
  epochs: number,
): Promise<readonly Sample[]> => {
  const samples: Sample[] = [];
  const before = alive();
  const model = tinyM2({ nets: { preset: 'mlp', widths: [4], batchNorm: true } });
  await watch({
    model,
    batches: tinyBatches({ stepsPerEpoch: 50 }),
    held: tinyDataset(6, 3),
    epochs,
    storage: memoryFolder(),
    onSample: (sample) => void samples.push(sample),
  });
  model.dispose();
  expect(alive()).toEqual(before);
  return samples;
};

// bench/memory/run.ts looks at the memory of the process as well.
describe('1,000 steps', () => {
  it('keep tensors and data buffers constant, with validation, checkpoints, callbacks and an average', async () => {
    const samples = await watched(watchRun, 20);
    expect(samples.at(-1)?.step).toBe(1000);
    const [{ tensors, buffers }] = samples as [Sample];
    for (const sample of samples) expect(sample).toEqual({ step: sample.step, tensors, buffers });
  });

  it('that all throw leave nothing behind either', async () => {
    const samples = await watched(watchFaults, 20);
    expect(samples.at(-1)?.step).toBe(1000);
    const [{ tensors, buffers }] = samples as [Sample];
    for (const sample of samples) expect(sample).toEqual({ step: sample.step, tensors, buffers });
  });
});
