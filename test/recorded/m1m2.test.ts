/** Recorded steps of M1+M2, in one stage and in two. */
import { getBackend } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { linearWarmup } from '../../src/core/schedules';
import { createBatches } from '../../src/data/batches';
import { createDataset } from '../../src/data/dataset';
import type { SemiSupervisedVae } from '../../src/models/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { recordedStep } from '../../src/recorded/recordedStep';
import { encodedBatches } from '../../src/training/encodedBatches';
import { createAdam } from '../../src/training/optimizer/adam';
import type { TrainOptions } from '../../src/training/options';
import type { Execute } from '../../src/training/step';
import { train } from '../../src/training/train';
import { cleanUpAfterEach, expectClose } from '../support/numbers';
import { MLP, tinyDataset, tinyM1M2, tinyStacked, weightsOf } from '../support/tiny';

cleanUpAfterEach();

const range = (from: number, to: number): Int32Array =>
  Int32Array.from({ length: to - from }, (_, i) => from + i);
const split = { labeled: range(0, 6), unlabeled: range(6, 30) };
const batchSize = { labeled: 3, unlabeled: 6 };
const dataset = createDataset({
  ...tinyDataset(),
  covariates: Array.from({ length: 60 }, (_, i) => (Math.floor(i / 2) % 2 === i % 2 ? 1 : 0)),
});

/** Weights after some steps, and the mean loss of each. */
const run = async (
  model: SemiSupervisedVae,
  options: Pick<TrainOptions<SemiSupervisedVae>, 'batches' | 'objective'>,
  execute?: Execute,
): Promise<{ readonly losses: readonly number[]; readonly weights: Record<string, number[]> }> => {
  // A gradient that is nothing but rounding is not to become a full step of Adam.
  const optimizer = createAdam({ learningRate: 0.01, epsilon: 1e-2 });
  const losses: number[] = [];
  await train(model, {
    ...options,
    optimizer,
    epochs: 2,
    seed: 4,
    onWarning: () => undefined,
    ...(execute && { execute }),
    callbacks: {
      async onBatchEnd({ read }) {
        losses.push((await read()).loss ?? Number.NaN);
      },
    },
  });
  optimizer.dispose();
  return { losses, weights: await weightsOf(model) };
};

describe.skipIf(process.env.SSVAE_TEST_BACKEND !== 'tensorflow')(
  'a recorded step (needs the native backend)',
  () => {
    const alike = async (
      make: () => SemiSupervisedVae,
      options: () => Promise<Pick<TrainOptions<SemiSupervisedVae>, 'batches' | 'objective'>>,
    ): Promise<void> => {
      expect(getBackend()).toBe('tensorflow');
      const execute = recordedStep({
        onEager: (reason) => {
          throw new Error(`not recorded: ${reason}`);
        },
      });
      const recorded = await run(make(), await options(), execute);
      const eager = await run(make(), await options());
      execute.dispose();
      expectClose(recorded.losses, eager.losses, 1e-4);
      for (const [name, values] of Object.entries(eager.weights))
        expectClose(recorded.weights[name] ?? [], values, 0.01);
    };

    it('is what it is operation by operation: M1+M2 of two domains, a scheduled discrepancy', () =>
      alike(
        () => tinyM1M2({ covariates: 2, nets: { ...MLP, innerWidths: [8], norm: 'batch' } }),
        async () => ({
          batches: createBatches({ dataset, split, batchSize, seed: 2 }),
          objective: semiSupervised({
            domainDiscrepancy: { weight: linearWarmup({ to: 5, steps: 6 }) },
            klWeight: { featureKl: linearWarmup({ steps: 6 }) },
          }),
        }),
      ));

    it('is what it is operation by operation: M2 over encoded batches', async () => {
      const batches = () => encodedBatches({ model: tinyStacked(), dataset, split, batchSize, seed: 2 });
      await alike(
        () => tinyStacked().m2,
        async () => ({ batches: await batches(), objective: semiSupervised() }),
      );
    });
  },
);
