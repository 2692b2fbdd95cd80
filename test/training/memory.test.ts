import { describe, expect, it } from 'vitest';
import { recordedStep } from '../../src/recorded/recordedStep';
import type { Execute } from '../../src/training/step';
import { type MemoryRun, type Sample, watchFaults, watchRun } from '../support/memoryRun';
import { cleanUpAfterEach } from '../support/numbers';
import { alive, memoryFolder, tinyBatches, tinyDataset, tinyM2 } from '../support/tiny';

cleanUpAfterEach();

const expectConstant = (samples: readonly Sample[]): void => {
  const [{ tensors, buffers }] = samples as [Sample];
  for (const sample of samples) expect(sample).toEqual({ step: sample.step, tensors, buffers });
};

const watched = async (
  watch: (run: MemoryRun) => Promise<void>,
  epochs: number,
  { stepsPerEpoch = 50, ...more }: { readonly stepsPerEpoch?: number; readonly execute?: Execute } = {},
): Promise<readonly Sample[]> => {
  const samples: Sample[] = [];
  const before = alive();
  const model = tinyM2({ nets: { preset: 'mlp', widths: [4], batchNorm: true } });
  await watch({
    model,
    batches: tinyBatches({ stepsPerEpoch }),
    held: tinyDataset(6, 3),
    epochs,
    storage: memoryFolder(),
    onSample: (sample) => void samples.push(sample),
    ...more,
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
    expectConstant(samples);
  });

  it('that all throw leave nothing behind either', async () => {
    const samples = await watched(watchFaults, 20);
    expect(samples.at(-1)?.step).toBe(1000);
    expectConstant(samples);
  });
});

describe.skipIf(process.env.SSVAE_TEST_BACKEND !== 'tensorflow')(
  'recorded steps (needs the native backend)',
  () => {
    it('that all throw leave nothing behind', async () => {
      const execute = recordedStep();
      expectConstant(await watched(watchFaults, 3, { stepsPerEpoch: 10, execute }));
      execute.dispose();
    });
  },
);
