import { describe, expect, it, vi } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { affine } from '../../src/data/affine';
import type { Storage } from '../../src/files/storage';
import type { M2 } from '../../src/models/m2/m2';
import { m2 } from '../../src/models/m2/objective';
import { createAdam } from '../../src/training/optimizer/adam';
import type { TrainOptions } from '../../src/training/options';
import { train } from '../../src/training/train';
import { trainingSteps } from '../../src/training/trainingSteps';
import { cleanUpAfterEach } from '../support/numbers';
import { memoryFolder, memoryStorage, tinyBatches, tinyM2 } from '../support/tiny';

cleanUpAfterEach();

const options = (more: Partial<TrainOptions<M2>> = {}): TrainOptions<M2> => ({
  objective: m2(),
  batches: tinyBatches({ stepsPerEpoch: 2 }),
  epochs: 2,
  noise: createNoise(4),
  ...more,
});

describe('two runs at once', () => {
  it.each([
    ['file', memoryStorage],
    ['folder', memoryFolder],
  ])('are not of one place: %s', async (_, placeOf) => {
    const [a, b] = [tinyM2(), tinyM2()];
    const storage = placeOf();
    let steps = 0;
    const first = train(a, options({ checkpoint: { storage } }));
    await expect(
      train(b, options({ checkpoint: { storage }, callbacks: { onBatchEnd: () => void steps++ } })),
    ).rejects.toThrow(
      'train: checkpoint.storage cannot be used: memory belongs to another run of this process, needed the end of that run',
    );
    expect(steps).toBe(0);
    expect((await first).stopped).toBe('finished');
    // The place is free again, after a run that failed as well.
    await expect(
      train(
        a,
        options({
          checkpoint: { storage },
          resume: true,
          epochs: 3,
          callbacks: { onEpochEnd: () => Promise.reject(new Error('a fault')) },
        }),
      ),
    ).rejects.toThrow('a fault');
    expect((await train(b, options({ checkpoint: { storage }, resume: true, epochs: 3 }))).step).toBe(6);
    a.dispose();
    b.dispose();
  });

  it('are not of one optimizer', async () => {
    const [a, b] = [tinyM2(), tinyM2()];
    const optimizer = createAdam();
    const first = train(a, options({ optimizer }));
    await expect(train(b, options({ optimizer }))).rejects.toThrow(
      'train: optimizer is used by another run, needed the end of that run, or an optimizer for each',
    );
    await first;
    await train(b, options({ optimizer: createAdam() }));
    optimizer.dispose();
    a.dispose();
    b.dispose();
  });
});

describe('a loop of trainingSteps', () => {
  it('takes no step while a run has its model or optimizer, and goes on behind it', async () => {
    const [model, other] = [tinyM2(), tinyM2()];
    const optimizer = createAdam();
    const own = trainingSteps(model, options());
    const shared = trainingSteps(other, options({ optimizer }));
    await own.next();
    const run = train(model, options({ optimizer }));
    await expect(own.next()).rejects.toThrow('train: model is being trained already');
    await expect(shared.next()).rejects.toThrow('train: optimizer is used by another run');
    await run;
    const again = trainingSteps(model, options({ optimizer }));
    expect((await again.next()).value).toMatchObject({ step: 0 });
    await again.return();
    optimizer.dispose();
    model.dispose();
    other.dispose();
  });

  it('keeps a run of another copy of the library away from its model', async () => {
    const model = tinyM2();
    const abort = new AbortController();
    const first = train(model, options({ epochs: 10_000, signal: abort.signal }));
    vi.resetModules();
    const copy = await import('../../src/training/train');
    expect(copy.train).not.toBe(train);
    await expect(copy.train(model, options())).rejects.toThrow('train: model is being trained already');
    abort.abort();
    expect((await first).stopped).toBe('aborted');
    model.dispose();
  });
});

describe('a place where nothing can be written', () => {
  it('is refused before the first step', async () => {
    const model = tinyM2();
    let steps = 0;
    const storage: Storage = {
      ...memoryStorage(),
      claim: () => Promise.reject(new Error('file: runs/a cannot be written (EROFS: read-only file system)')),
    };
    await expect(
      train(model, options({ checkpoint: { storage }, callbacks: { onBatchEnd: () => void steps++ } })),
    ).rejects.toThrow(
      'train: checkpoint.storage cannot be used: file: runs/a cannot be written (EROFS: read-only file system)',
    );
    expect(steps).toBe(0);
    model.dispose();
  });

  it('is not written to once another run has taken it', async () => {
    const model = tinyM2();
    const storage = memoryStorage();
    let confirmed = 0;
    const lost: Storage = {
      name: 'memory',
      read: () => storage.read(),
      write: (bytes) => storage.write(bytes),
      claim: async () => ({
        async confirm() {
          if (confirmed++ > 0) throw new Error('memory belongs to another run');
        },
        release: async () => {},
      }),
    };
    await expect(train(model, options({ checkpoint: { storage: lost, every: 1 } }))).rejects.toThrow(
      'memory belongs to another run',
    );
    expect(storage.bytes).toBeDefined();
    const once = storage.bytes;
    expect(storage.bytes).toBe(once);
    model.dispose();
  });
});

describe('a run that is gone on with', () => {
  const validate = async (): Promise<object> => ({ accuracy: 0.5, elbo: -3 });
  const stopping = { metric: 'validation.accuracy', better: 'higher', patience: 9 } as const;
  const begun = async (more: Partial<TrainOptions<M2>>) => {
    const storage = memoryStorage();
    const model = tinyM2();
    await train(model, options({ epochs: 1, validate, checkpoint: { storage }, ...more }));
    model.dispose();
    return storage;
  };
  const goOn = async (storage: Storage, more: Partial<TrainOptions<M2>>) => {
    const model = tinyM2();
    try {
      return await train(model, options({ validate, checkpoint: { storage }, resume: true, ...more }));
    } finally {
      model.dispose();
    }
  };

  it.each<[string, Partial<TrainOptions<M2>>]>([
    [
      'earlyStopping.metric is "validation.elbo" in this run and "validation.accuracy"',
      { earlyStopping: { ...stopping, metric: 'validation.elbo' } },
    ],
    [
      'earlyStopping.better is "lower" in this run and "higher"',
      { earlyStopping: { ...stopping, better: 'lower' } },
    ],
    ['earlyStopping.minDelta is 0.1 in this run and 0', { earlyStopping: { ...stopping, minDelta: 0.1 } }],
    ['earlyStopping.validateEvery is 2 in this run and 1', { earlyStopping: stopping, validateEvery: 2 }],
    ['earlyStopping is null in this run and {', {}],
  ])('has the same best epoch: %s', async (message, more) => {
    const storage = await begun({ earlyStopping: stopping });
    await expect(goOn(storage, more)).rejects.toThrow(message);
  });

  it('may have more patience, and a metric that was not measured yet', async () => {
    const storage = await begun({ earlyStopping: { ...stopping, patience: 1 } });
    expect((await goOn(storage, { earlyStopping: { ...stopping, patience: 5 } })).step).toBe(4);
    const begin = memoryStorage();
    const model = tinyM2();
    const misspelt = { ...stopping, metric: 'validation.accuracie' };
    await expect(
      train(model, options({ validate, checkpoint: { storage: begin }, earlyStopping: misspelt })),
    ).rejects.toThrow('earlyStopping.metric is "validation.accuracie", needed a column of the history');
    model.dispose();
    expect((await goOn(begin, { earlyStopping: stopping })).best).toMatchObject({ value: 0.5 });
  });

  it('has the same changes of its inputs, as far as they tell', async () => {
    const storage = await begun({ augment: affine({ rotation: 0.1 }) });
    await expect(goOn(storage, {})).rejects.toThrow('augment.labeled is "none" in this run and {');
    await expect(goOn(storage, { augment: affine({ rotation: 0.2 }) })).rejects.toThrow(
      'augment.labeled.rotation is 0.2 in this run and 0.1 in the checkpoint',
    );
    await expect(goOn(storage, { augment: { labeled: affine({ rotation: 0.1 }) } })).rejects.toThrow(
      'augment.unlabeled is "none" in this run',
    );
    expect((await goOn(storage, { augment: affine({ rotation: 0.1 }) })).step).toBe(4);
    const own = await begun({ augment: (x) => x.clone() });
    expect((await goOn(own, { augment: (x) => x.clone() })).step).toBe(4);
  });
});
