import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { linearWarmup } from '../../src/core/schedules';
import type { LadderVaeOptions } from '../../src/models/ladder/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import type { SemiSupervisedOptions } from '../../src/models/objectives/settings';
import { recordedStep } from '../../src/recorded/recordedStep';
import { createAdam } from '../../src/training/optimizer/adam';
import type { Execute } from '../../src/training/step';
import { train } from '../../src/training/train';
import { cleanUpAfterEach, expectClose } from '../support/numbers';
import { tinyBatches, tinyLadder, weightsOf } from '../support/tiny';

// As for other models: sums are taken in another order, and a gradient of rounding alone is not to become a step of Adam.
const EPSILON = 1e-2;
const warmup = linearWarmup({ steps: 6 });

const run = async (
  options: Partial<LadderVaeOptions>,
  objective: SemiSupervisedOptions,
  execute?: Execute,
) => {
  const model = tinyLadder(options);
  const optimizer = createAdam({ learningRate: 0.01, epsilon: EPSILON });
  const losses: number[] = [];
  let terms: Readonly<Record<string, number>> = {};
  try {
    await train(model, {
      objective: semiSupervised(objective),
      batches: tinyBatches({ stepsPerEpoch: 8 }),
      optimizer,
      seed: 4,
      epochs: 1,
      ...(execute && { execute }),
      callbacks: {
        async onBatchEnd({ read }) {
          terms = await read();
          losses.push(terms.loss ?? Number.NaN);
        },
      },
    });
    return { losses, terms, weights: await weightsOf(model) };
  } finally {
    optimizer.dispose();
    model.dispose();
  }
};

describe.skipIf(process.env.SSVAE_TEST_BACKEND !== 'tensorflow')(
  'a recorded step of a ladder VAE (needs the native backend)',
  () => {
    cleanUpAfterEach();

    it.each<[string, Partial<LadderVaeOptions>, SemiSupervisedOptions]>([
      [
        'over every label, a weight for each layer',
        { nets: { preset: 'mlp', widths: [8, 6] } },
        { klWeight: { latentKl: 0.5, 'latentKl.2': warmup } },
      ],
      [
        'a Gumbel label, three layers, a label at the decoder, generated labels',
        {
          latents: [3, 2, 2],
          nets: { preset: 'mlp', widths: [8, 6, 5] },
          decoderSeesLabel: true,
          seed: createNoise(2),
        },
        { labelHandling: 'gumbel', klWeight: warmup, generatedLabels: { weight: 0.2, count: 6 } },
      ],
    ])('is what it is operation by operation: %s', async (_, options, objective) => {
      const execute = recordedStep({
        onEager: (reason) => {
          throw new Error(`not recorded: ${reason}`);
        },
      });
      const [actual, expected] = [await run(options, objective, execute), await run(options, objective)];
      execute.dispose();
      expectClose(actual.losses, expected.losses, 1e-4);
      expect(Object.keys(actual.terms).sort()).toEqual(Object.keys(expected.terms).sort());
      expect(Object.keys(actual.terms)).toContain('unlabeled.latentKl.2');
      for (const [name, value] of Object.entries(expected.terms))
        expectClose([actual.terms[name] ?? Number.NaN], [value], 1e-3);
      for (const [name, values] of Object.entries(expected.weights))
        expectClose(actual.weights[name] ?? [], values, 0.01);
    });
  },
);
