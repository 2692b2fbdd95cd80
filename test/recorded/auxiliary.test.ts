import { describe, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { linearWarmup } from '../../src/core/schedules';
import type { AuxiliaryVae } from '../../src/models/auxiliary/model';
import type { Objective } from '../../src/models/objectives/objective';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { recordedStep } from '../../src/recorded/recordedStep';
import { createAdam } from '../../src/training/optimizer/adam';
import { type Execute, executeEagerly } from '../../src/training/step';
import { train } from '../../src/training/train';
import { cleanUpAfterEach, expectClose } from '../support/numbers';
import { tinyAdgm, tinyBatches, tinySdgm, weightsOf } from '../support/tiny';

const NETS = { preset: 'mlp', widths: [8, 6], norm: 'batch' } as const;

/** Fails where a step is not recorded. */
const recorded = () =>
  recordedStep({
    onEager: (reason) => {
      throw new Error(`not recorded: ${reason}`);
    },
  });

/** Losses and weights of some steps. */
const run = async (
  create: typeof tinyAdgm,
  objective: Objective<AuxiliaryVae>,
  execute: Execute,
): Promise<{ readonly losses: readonly number[]; readonly weights: Record<string, number[]> }> => {
  const model = create({ nets: NETS });
  // A gradient that is nothing but rounding is not to become a full step of Adam.
  const optimizer = createAdam({ learningRate: 0.01, epsilon: 1e-2 });
  const losses: number[] = [];
  try {
    await train(model, {
      objective,
      batches: tinyBatches({ stepsPerEpoch: 8 }),
      optimizer,
      seed: createNoise(4),
      epochs: 1,
      execute,
      callbacks: {
        async onBatchEnd({ read }) {
          losses.push((await read()).loss ?? Number.NaN);
        },
      },
    });
    return { losses, weights: await weightsOf(model) };
  } finally {
    optimizer.dispose();
    model.dispose();
  }
};

describe.skipIf(process.env.SSVAE_TEST_BACKEND !== 'tensorflow')(
  'a recorded step of an auxiliary model (needs the native backend)',
  () => {
    cleanUpAfterEach();

    it.each<[string, typeof tinyAdgm, () => Objective<AuxiliaryVae>]>([
      ['ADGM, every label', tinyAdgm, () => semiSupervised()],
      ['SDGM, every label', tinySdgm, () => semiSupervised()],
      [
        'ADGM, a hard label, a warm-up of its auxiliary divergence',
        tinyAdgm,
        () =>
          semiSupervised({
            labelHandling: 'straight-through',
            klWeight: { auxiliaryKl: linearWarmup({ steps: 6 }) },
          }),
      ],
      [
        'SDGM, a relaxed label and generated labels',
        tinySdgm,
        () => regularized({ labelHandling: 'gumbel', generatedLabels: { weight: 0.5, count: 6 } }),
      ],
      ['ADGM, labels alone', tinyAdgm, () => supervised()],
    ])('is what it is operation by operation: %s', async (_, create, objective) => {
      const execute = recorded();
      const [found, expected] = [
        await run(create, objective(), execute),
        await run(create, objective(), executeEagerly),
      ];
      execute.dispose();
      expectClose(found.losses, expected.losses, 1e-4);
      for (const [name, values] of Object.entries(expected.weights))
        expectClose(found.weights[name] ?? [], values, 0.01);
    });
  },
);
