import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { linearWarmup } from '../../src/core/schedules';
import type { ConditionalVae } from '../../src/models/conditional/model';
import { labelConditional } from '../../src/models/objectives/labelConditional';
import type { Objective } from '../../src/models/objectives/objective';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { recordedStep } from '../../src/recorded/recordedStep';
import { createAdam } from '../../src/training/optimizer/adam';
import { type Execute, executeEagerly } from '../../src/training/step';
import { train } from '../../src/training/train';
import { cleanUpAfterEach, expectClose } from '../support/numbers';
import { tinyBatches, tinyMarginal, tinyToken, weightsOf } from '../support/tiny';

const nets = { preset: 'mlp', widths: [8], norm: 'batch' } as const;

const kinds: readonly (readonly [string, () => ConditionalVae, () => Objective<never>])[] = [
  ['every label', () => tinyMarginal({ nets }), () => semiSupervised()],
  [
    'a relaxed label, q(z|x), generated labels',
    () => tinyMarginal({ nets, encoderSeesLabel: false }),
    () => regularized({ labelHandling: 'gumbel', generatedLabels: { weight: 0.5, count: 7 } }),
  ],
  [
    'a token, label dropout, a warm-up',
    () => tinyToken({ nets }),
    () => labelConditional({ labelDropout: 0.3, klWeight: linearWarmup({ steps: 6 }) }),
  ],
];

describe.skipIf(process.env.SSVAE_TEST_BACKEND !== 'tensorflow')(
  'a recorded step of a conditional VAE (needs the native backend)',
  () => {
    cleanUpAfterEach();

    it.each(kinds)('moves the weights as the step itself does: %s', async (_, make, objective) => {
      const run = async (execute: Execute) => {
        const model = make();
        // Sums are taken in another order: a gradient that is rounding alone is not to become a full step of Adam.
        const optimizer = createAdam({ learningRate: 0.02, epsilon: 1e-2 });
        await train(model as never, {
          objective: objective(),
          batches: tinyBatches({ stepsPerEpoch: 12 }),
          optimizer,
          seed: createNoise(4),
          epochs: 1,
          execute,
        });
        const weights = await weightsOf(model);
        optimizer.dispose();
        model.dispose();
        return weights;
      };
      const refuse = (reason: string): never => {
        throw new Error(`not recorded: ${reason}`);
      };
      const [found, expected] = [await run(recordedStep({ onEager: refuse })), await run(executeEagerly)];
      expect(Object.keys(found)).toEqual(Object.keys(expected));
      for (const [name, values] of Object.entries(expected))
        expectClose(found[name] as number[], values, 0.01);
    });
  },
);
