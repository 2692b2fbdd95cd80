import { describe, expect, it } from 'vitest';
import { evaluateElbo } from '../../src/evaluation/elbo';
import type { Model } from '../../src/models/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { predict } from '../../src/models/predict';
import { loadVariables, saveModel } from '../../src/models/saveModel';
import { createAdam } from '../../src/training/optimizer/adam';
import { train } from '../../src/training/train';
import { cleanUpAfterEach } from '../support/numbers';
import { memoryStorage, tinyBatches, tinyDataset, tinyM2, weightsOf } from '../support/tiny';

cleanUpAfterEach();

/** The weights at this moment: awaiting each in turn would read later ones. */
const weightsNow = ({ variables }: Pick<Model, 'variables'>) =>
  Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => [name, Array.from(variable.dataSync())]),
  );

const run = (model: ReturnType<typeof tinyM2>, onBatchEnd: (step: number) => void | Promise<void>) =>
  train(model, {
    objective: semiSupervised(),
    batches: tinyBatches(),
    optimizer: createAdam({ learningRate: 0.05 }),
    epochs: 1,
    seed: 3,
    callbacks: { onBatchEnd: ({ step }) => onBatchEnd(step) },
  });

describe('a save that is not awaited', () => {
  it('holds the weights of the call, while training goes on', async () => {
    const model = tinyM2();
    const seen: unknown[] = [];
    const storages = Array.from({ length: 3 }, () => memoryStorage());
    await run(model, (step) => {
      const storage = storages[step];
      if (storage === undefined) return;
      seen.push(weightsNow(model));
      void saveModel(model, storage);
    });
    for (const [step, storage] of storages.entries()) {
      const loaded = tinyM2();
      await loadVariables(loaded, storage);
      expect(weightsNow(loaded)).toEqual(seen[step]);
      loaded.dispose();
    }
    model.dispose();
  });

  it('leaves its place to that of the last call', async () => {
    const storage = memoryStorage();
    const models = [1, 2, 3, 4].map((seed) => tinyM2({ seed }));
    await Promise.all(models.map((model) => saveModel(model, storage)));
    const loaded = tinyM2();
    await loadVariables(loaded, storage);
    expect(await weightsOf(loaded)).toEqual(await weightsOf(models[3] as (typeof models)[0]));
    for (const model of [loaded, ...models]) model.dispose();
  });
});

describe('an evaluation that is not awaited', () => {
  it('is an error once training goes on between its batches, and no mean over two models', async () => {
    const model = tinyM2();
    const data = tinyDataset(40, 5);
    const found: Promise<unknown>[] = [];
    await run(model, (step) => {
      if (step > 0) return;
      found.push(
        evaluateElbo(model, data, { seed: 1, batchSize: 2 }).catch(String),
        predict(model, data.x, { batchSize: 2 }).catch(String),
      );
    });
    expect(await Promise.all(found)).toEqual(
      ['evaluateElbo', 'predict'].map((name) =>
        expect.stringContaining(
          `${name}: the model took a training step meanwhile, needed the same weights for all batches: await ${name}(…)`,
        ),
      ),
    );
    // Awaited, it is the run that waits.
    const awaited: number[] = [];
    await run(model, async () => {
      awaited.push((await evaluateElbo(model, data, { seed: 1, batchSize: 2 })).elbo);
    });
    expect(awaited.every(Number.isFinite)).toBe(true);
    model.dispose();
  });
});

describe('a run that is not awaited', () => {
  const message = (where: string) =>
    `${where}: model is being trained already, needed the end of that run: await train(…)`;

  it('is named by what reads the model next, and goes on to its end', async () => {
    const model = tinyM2();
    const storage = memoryStorage();
    const before = weightsNow(model);
    const running = run(model, () => {});
    await expect(saveModel(model, storage)).rejects.toThrowError(new Error(message('saveModel')));
    expect((await running).step).toBeGreaterThan(0);
    expect(weightsNow(model)).not.toEqual(before);
    const again = run(model, () => {});
    const { x } = tinyDataset(4);
    expect(() => model.generate([0], 1)).toThrowError(new Error(message('generate')));
    await expect(predict(model, x)).rejects.toThrowError(new Error(message('predict')));
    await again;
    await saveModel(model, storage);
    model.dispose();
  });

  it('lets its callbacks read the model, before the first step too, and leaves it free where it cannot begin', async () => {
    const model = tinyM2();
    const seen: number[] = [];
    const options = { objective: semiSupervised(), batches: tinyBatches(), epochs: 1, seed: 3 };
    const onTrainBegin = async () => {
      seen.push((await predict(model, tinyDataset(4).x)).labels.length);
    };
    await train(model, { ...options, callbacks: { onTrainBegin } });
    expect(seen).toEqual([4]);
    const damaged = memoryStorage(Uint8Array.of(1, 2, 3));
    await expect(
      train(model, { ...options, checkpoint: { storage: damaged, every: 1 }, resume: true }),
    ).rejects.toThrow();
    expect((await predict(model, tinyDataset(4).x)).labels.length).toBe(4);
    model.dispose();
  });
});
