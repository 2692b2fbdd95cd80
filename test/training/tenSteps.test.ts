import { expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { backendTraits } from '../../src/host/backendTraits';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { createAdam } from '../../src/training/optimizer/adam';
import { train } from '../../src/training/train';
import { cleanUpAfterEach, expectClose } from '../support/numbers';
import { CONV, memoryStorage, tinyBatches, tinyM2, weightsOf } from '../support/tiny';

cleanUpAfterEach();

/** Ten steps, or fewer where the run is aborted, with a checkpoint at its end. */
const run = async (storage = memoryStorage(), { stopAfter = 10, resume = false } = {}) => {
  const abort = new AbortController();
  const model = tinyM2({ nets: CONV });
  const { history, step } = await train(model, {
    objective: semiSupervised(),
    optimizer: createAdam({ learningRate: 0.01 }),
    batches: tinyBatches({ stepsPerEpoch: 5 }),
    epochs: 2,
    seed: createNoise(3),
    checkpoint: { storage },
    resume,
    signal: abort.signal,
    callbacks: {
      onBatchEnd({ step: done }) {
        if (done + 1 === stopAfter && stopAfter < 10) abort.abort();
      },
    },
  });
  return { step, losses: history.map(({ loss }) => loss as number), weights: await weightsOf(model) };
};

it('ten training steps lower the loss', async () => {
  const { step, losses } = await run();
  expect(step).toBe(10);
  expect(losses[1]).toBeLessThan((losses[0] ?? Number.NaN) - 0.5);
});

it('a resume after five steps ends like a run of ten', async () => {
  const whole = await run();
  const storage = memoryStorage();
  const stopped = await run(storage, { stopAfter: 5 });
  expect(stopped.step).toBe(5);
  const resumed = await run(storage, { resume: true });
  expect(resumed.step).toBe(10);
  for (const [name, weights] of Object.entries(whole.weights))
    expectClose(resumed.weights[name] ?? [], weights, backendTraits().repeats ? 0 : 0.01);
});
