import type { Variable } from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { cyclical } from '../../src/core/schedules';
import { affine } from '../../src/data/affine';
import type { Storage } from '../../src/files/storage';
import type { M2 } from '../../src/models/m2/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { loadVariables, saveModel } from '../../src/models/saveModel';
import { createAdam } from '../../src/training/optimizer/adam';
import type { Optimizer } from '../../src/training/optimizer/optimizer';
import type { TrainOptions } from '../../src/training/options';
import { train } from '../../src/training/train';
import { trainingSteps } from '../../src/training/trainingSteps';
import { cleanUpAfterEach } from '../support/numbers';
import { memoryFolder, memoryStorage, tinyBatches, tinyM2, weightsOf, withoutEpochs } from '../support/tiny';

cleanUpAfterEach();

const options = (more: Partial<TrainOptions<M2>> = {}): TrainOptions<M2> => ({
  objective: semiSupervised(),
  batches: tinyBatches({ stepsPerEpoch: 2 }),
  epochs: 2,
  seed: createNoise(4),
  ...more,
});

describe('a model in training', () => {
  it('takes no weights from a file, under its own variables or shared ones', async () => {
    const model = tinyM2();
    const storage = memoryStorage();
    await saveModel(model, storage);
    const load = (target: M2) => ({ onEpochEnd: () => loadVariables(target, storage) });
    await expect(train(model, options({ callbacks: load(model) }))).rejects.toThrow(
      'loadVariables: model is being trained already, needed the end of that run: await train(…)',
    );
    await expect(train(model, options({ callbacks: load({ ...model }) }))).rejects.toThrow(
      'loadVariables: model shares variables with one in training, needed the end of that run: await train(…)',
    );
    // A run that begins while the file is read.
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const read = () => gate.then(() => storage.read());
    const loading = loadVariables(model, { ...storage, read });
    const run = train(model, options({ callbacks: { onTrainBegin: go, onEpochEnd: () => loading } }));
    await expect(loading).rejects.toThrow('loadVariables: model is being trained already');
    await expect(run).rejects.toThrow('loadVariables: model is being trained already');
    await loadVariables(model, storage);
    model.dispose();
  });
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

  it('are not of the same variables under two models', async () => {
    const a = tinyM2();
    let begun = (): void => {};
    const begins = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const first = train(a, options({ callbacks: { onTrainBegin: () => begun() } }));
    await begins;
    await expect(train({ ...a }, options())).rejects.toThrow(
      'train: model shares variables with one in training, needed the end of that run: await train(…)',
    );
    await first;
    await train({ ...a }, options());
    a.dispose();
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
    const own = trainingSteps(model, withoutEpochs(options()));
    const shared = trainingSteps(other, withoutEpochs(options({ optimizer })));
    await own.next();
    const run = train(model, options({ optimizer }));
    await expect(own.next()).rejects.toThrow('train: model is being trained already');
    await expect(shared.next()).rejects.toThrow('train: optimizer is used by another run');
    await run;
    const again = trainingSteps(model, withoutEpochs(options({ optimizer })));
    expect((await again.next()).value).toMatchObject({ step: 0 });
    await again.return();
    optimizer.dispose();
    model.dispose();
    other.dispose();
  });

  it('takes no step once another loop has taken its model or optimizer', async () => {
    const model = tinyM2();
    const other: M2 = { ...model };
    const optimizer = createAdam();
    const loop = (which = model) => trainingSteps(which, withoutEpochs(options({ optimizer })));
    const [first, second] = [loop(), loop()];
    await first.next();
    await second.next();
    await expect(first.next()).rejects.toThrow(
      'trainingSteps: another loop or run has taken the model since',
    );
    await loop(other).next();
    await expect(second.next()).rejects.toThrow('another loop or run has taken the optimizer since');
    optimizer.dispose();
    model.dispose();
  });

  it('takes no options of a run', async () => {
    const model = tinyM2();
    await expect(trainingSteps(model, options() as never).next()).rejects.toThrow(
      'trainingSteps: epochs is not an option, needed objective,',
    );
    model.dispose();
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

describe('a place of your own that lacks something', () => {
  it.each<[string, object, string]>([
    [
      'a claim that is not a function',
      { ...memoryStorage(), claim: 3 },
      'train: checkpoint.storage.claim is 3, needed a function',
    ],
    [
      'a claim without release',
      { ...memoryStorage(), claim: async () => ({ confirm: async () => true }) },
      'needed an object with release()',
    ],
    [
      'a claim of nothing',
      { ...memoryStorage(), claim: async () => undefined },
      'train: the claim of checkpoint.storage is undefined, needed an object with confirm()',
    ],
    [
      'a folder whose files are nothing',
      { ...memoryFolder(), file: () => undefined },
      'train: file() of checkpoint.storage is undefined, needed an object with read()',
    ],
    ['a folder without remove', { ...memoryFolder(), remove: undefined }, 'needed an object with remove()'],
  ])('is refused before the first step: %s', async (_, storage, message) => {
    const model = tinyM2();
    let steps = 0;
    const callbacks = { onBatchEnd: () => void steps++ };
    const checkpoint = { storage: storage as Storage };
    const run = train(model, options({ checkpoint, callbacks }));
    await expect(run).rejects.toThrow(TypeError);
    await expect(run).rejects.toThrow(message);
    expect(steps).toBe(0);
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
          return true;
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
  const stopping = { monitor: 'validation.accuracy', mode: 'max', patience: 9 } as const;
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
      'earlyStopping.monitor is "validation.elbo" in this run and "validation.accuracy"',
      { earlyStopping: { ...stopping, monitor: 'validation.elbo' } },
    ],
    ['earlyStopping.mode is "min" in this run and "max"', { earlyStopping: { ...stopping, mode: 'min' } }],
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
    const misspelt = { ...stopping, monitor: 'validation.accuracie' };
    await expect(
      train(model, options({ validate, checkpoint: { storage: begin }, earlyStopping: misspelt })),
    ).rejects.toThrow('earlyStopping.monitor is "validation.accuracie", needed a column of the history');
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

describe('early stopping', () => {
  it.each([
    [2, 2],
    [1, 1],
    [0, 1],
  ])('ends a run whose metric is never a number: patience %i, epochs %i', async (patience, epochs) => {
    const model = tinyM2();
    const result = await train(
      model,
      options({
        epochs: 6,
        validate: async () => ({ accuracy: Number.NaN }),
        earlyStopping: { monitor: 'validation.accuracy', mode: 'max', patience },
      }),
    );
    expect([result.stopped, result.history.length, result.best]).toEqual(['early', epochs, undefined]);
    model.dispose();
  });
});

describe('options that belong elsewhere', () => {
  it.each([
    [{ learningRate: 0.1 }, 'learningRate is not an option, needed optimizer: createAdam({ learningRate })'],
    [{ batchSize: 5 }, 'batchSize is not an option, needed batches: createBatches({ …, batchSize })'],
  ])('are named with their place: %j', async (more, message) => {
    const model = tinyM2();
    await expect(train(model, { ...options(), ...more })).rejects.toThrow(`train: ${message}`);
    model.dispose();
  });
});

describe('a variable of any name', () => {
  it('is resumed, though every record has it', async () => {
    const storage = memoryStorage();
    const make = () => {
      const model = tinyM2();
      const [[name, first] = [], ...others] = Object.entries(model.variables);
      if (name === undefined || first === undefined) throw new Error('the model has no variables');
      return { ...model, variables: Object.fromEntries([['__proto__', first], ...others]) };
    };
    const model = make();
    await train(model, options({ epochs: 1, checkpoint: { storage } }));
    const other = make();
    expect((await train(other, options({ checkpoint: { storage }, resume: true }))).step).toBe(4);
    model.dispose();
    other.dispose();
  });
});

describe('a metric that no step has', () => {
  it.each([
    [{}, 'labeled.elb', 'train: earlyStopping.monitor is "labeled.elb", needed a column of the history:', 1],
    [{}, 'accuracy', "or one of validate, e.g. 'validation.accuracy'", 1],
    [{}, 'gradientNorm', 'needed gradientNorm: true as well', 0],
  ])('is refused at the first step: %j %s', async (more, monitor, message, most) => {
    const model = tinyM2();
    let steps = 0;
    const earlyStopping = { monitor, mode: 'min', patience: 2 } as const;
    const callbacks = { onBatchEnd: () => void steps++ };
    await expect(train(model, options({ earlyStopping, callbacks, ...more }))).rejects.toThrow(message);
    expect(steps).toBeLessThanOrEqual(most);
    model.dispose();
  });
});

describe('a function that is async', () => {
  it.each([
    ['augment', { augment: async () => Promise.reject(new Error('mine')) }],
    ['objective', { objective: async () => Promise.reject(new Error('mine')) }],
    ['alpha', { alpha: async () => Promise.reject(new Error('mine')) }],
  ])('is refused where its result is needed at once, and ends no process: %s', async (_, wrong) => {
    const model = tinyM2();
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    await expect(train(model, { ...options(), ...(wrong as object) })).rejects.toThrow(
      /gives a Promise, needed its result at once: no async function$/,
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    model.dispose();
  });
});

describe('a schedule that is async', () => {
  const late = (async () => 1) as never;
  it.each<[string, () => unknown]>([
    ['semiSupervised: klWeight', () => semiSupervised({ klWeight: late })],
    ['semiSupervised: klWeight.latentKl', () => semiSupervised({ klWeight: { latentKl: late } })],
    ['semiSupervised: temperature', () => semiSupervised({ temperature: late })],
    ['createAdam: learningRate', () => createAdam({ learningRate: late })],
  ])('is refused at once, by function and option: %s', (name, make) => {
    expect(make).toThrowError(
      new TypeError(`${name} gives a Promise, needed its result at once: no async function`),
    );
  });

  it('is refused as the alpha of a run and of a loop', async () => {
    const model = tinyM2();
    const message = 'alpha gives a Promise, needed its result at once: no async function';
    await expect(train(model, { ...options(), alpha: late })).rejects.toThrow(`train: ${message}`);
    const steps = trainingSteps(model, { ...withoutEpochs(options()), alpha: late });
    await expect(steps.next()).rejects.toThrow(`trainingSteps: ${message}`);
    model.dispose();
  });
});

describe('an optimizer of another model', () => {
  it.each([
    ['whose variables are alike', {}],
    ['whose variables have other shapes', { latent: 2 }],
  ])('is refused before it changes anything: %s', async (_, other) => {
    const models = [tinyM2(), tinyM2(other)] as const;
    const optimizer = createAdam();
    await train(models[0], options({ optimizer, epochs: 1 }));
    const before = await weightsOf(models[1]);
    await expect(train(models[1], options({ optimizer, epochs: 1 }))).rejects.toThrow(
      /^adam\.apply: the moments of ".*" are those of another model's variable, needed an optimizer for each model$/,
    );
    expect(await weightsOf(models[1])).toEqual(before);
    // Its own model may go on.
    expect((await train(models[0], options({ optimizer, epochs: 1 }))).stopped).toBe('finished');
    optimizer.dispose();
    for (const model of models) model.dispose();
  });

  it('is taken where a checkpoint or a state replaces its moments', async () => {
    const [model, other, third, wider] = [tinyM2(), tinyM2(), tinyM2(), tinyM2({ latent: 2 })];
    const optimizer = createAdam();
    const checkpoint = { storage: memoryStorage() };
    await train(model, options({ optimizer, checkpoint, epochs: 1 }));
    const resumed = await train(other, options({ optimizer, checkpoint, resume: true, epochs: 2 }));
    expect(resumed.step).toBe(4);
    optimizer.restore(optimizer.state);
    await expect(train(wider, options({ optimizer, epochs: 1 }))).rejects.toThrow(
      /^adam\.apply: the moments of ".*" are \[.*\], the variable \[.*\]; needed an optimizer for each model$/,
    );
    expect((await train(third, options({ optimizer, epochs: 1 }))).step).toBe(2);
    optimizer.dispose();
    for (const made of [model, other, third, wider]) made.dispose();
  });
});

describe('an optimizer that is disposed', () => {
  const dispose = (optimizer: Optimizer) => ({
    onBatchEnd: ({ step }: { step: number }) => void (step === 1 && optimizer.dispose()),
  });

  it('ends a run before its next step, and writes no checkpoint without moments', async () => {
    const model = tinyM2();
    const optimizer = createAdam();
    const storage = memoryStorage();
    const seen: object[] = [];
    const callbacks = [
      dispose(optimizer),
      { onBatchEnd: async () => void seen.push(await weightsOf(model)) },
    ];
    const run = options({ optimizer, callbacks, checkpoint: { storage, every: 100 } });
    await expect(train(model, run)).rejects.toThrow(
      'train: optimizer is disposed, needed one that is not; and no checkpoint could be written: ',
    );
    expect(await weightsOf(model)).toEqual(seen[1]);
    expect(storage.bytes).toBeUndefined();
    model.dispose();
  });

  it('is named by its phase', async () => {
    const model = tinyM2();
    const optimizer = createAdam();
    const variables = ['classifier/logits/bias'];
    const objective = [{ name: 'labels', variables, objective: semiSupervised(), optimizer }];
    await expect(train(model, options({ objective, callbacks: dispose(optimizer) }))).rejects.toThrow(
      'train: optimizer of phase "labels" is disposed, needed one that is not',
    );
    model.dispose();
  });

  it('is refused before the first step, by a loop too, and moves nothing by itself', async () => {
    const model = tinyM2();
    const optimizer = createAdam();
    optimizer.dispose();
    const message = 'optimizer is disposed, needed one that is not';
    await expect(train(model, options({ optimizer }))).rejects.toThrow(`train: ${message}`);
    await expect(trainingSteps(model, withoutEpochs(options({ optimizer }))).next()).rejects.toThrow(
      `trainingSteps: ${message}`,
    );
    expect(() => optimizer.apply(model.variables, {}, 0)).toThrow(`adam.apply: the ${message}`);
    expect(() => optimizer.restore({ tensors: {}, counts: {} })).toThrow(`adam.restore: the ${message}`);
    model.dispose();
  });
});

describe('a place that holds something else', () => {
  it('is not replaced by the checkpoint of a new run, nor a checkpoint by a model', async () => {
    const model = tinyM2();
    const saved = memoryStorage();
    await saveModel(model, saved);
    await expect(train(model, options({ checkpoint: { storage: saved } }))).rejects.toThrow(
      'train: checkpoint.storage, memory, holds something else than a checkpoint, which the run would replace',
    );
    await expect(train(model, options({ checkpoint: { storage: saved }, resume: true }))).rejects.toThrow(
      'a saved model is read by loadModel, and checkpoints need a place of their own',
    );
    const storage = memoryStorage();
    await train(model, options({ epochs: 1, checkpoint: { storage } }));
    await expect(saveModel(model, storage)).rejects.toThrow(
      'saveModel: memory holds the checkpoint of a run, needed another place for the model',
    );
    for (const text of ['my thesis', '{}']) {
      const other = memoryStorage(new TextEncoder().encode(text));
      await expect(saveModel(model, other)).rejects.toThrow(
        'saveModel: memory holds something else than a model, needed another place for the model',
      );
      expect(new TextDecoder().decode(other.bytes)).toBe(text);
    }
    await saveModel(model, saved);
    await saveModel(model, memoryStorage(new Uint8Array()));
    // A new run replaces the checkpoint of a former one.
    await train(model, options({ epochs: 1, checkpoint: { storage } }));
    model.dispose();
  });

  it('is left alone by a run that lost its place, once another has come and gone', async () => {
    const model = tinyM2();
    const memory = memoryFolder();
    let held = true;
    const lost = {
      ...memory,
      claim: async () => ({ confirm: async () => held, release: async () => {} }),
    };
    const callbacks = {
      onEpochEnd: (epoch: number) => {
        if (epoch !== 1) return;
        held = false;
        memory.files.clear();
        memory.files.set('step-000000099.safetensors', Uint8Array.of(1));
      },
    };
    await expect(
      train(model, options({ epochs: 4, checkpoint: { storage: lost }, callbacks })),
    ).rejects.toThrow('train: memory was taken from this run, and holds the checkpoints of another');
    expect([...memory.files.keys()]).toEqual(['step-000000099.safetensors']);
    model.dispose();
  });
});

describe('a resume', () => {
  it.each([
    ['cycles', cyclical({ period: 1000, rise: 0.5 }), cyclical({ period: 500, rise: 1 })],
    ['short cycles', cyclical({ period: 9, rise: 0.1 }), cyclical({ period: 3, rise: 0.1 })],
    ['steps', (step: number) => (step < 5000 ? 1 : 0), (step: number) => (step < 4900 ? 1 : 0)],
  ])('is refused another schedule that agrees at powers of ten: %s', async (_, alpha, other) => {
    const model = tinyM2();
    const checkpoint = { storage: memoryStorage() };
    await train(model, options({ alpha, checkpoint, epochs: 1 }));
    const resumed = train(model, options({ alpha: other, checkpoint, resume: true }));
    await expect(resumed).rejects.toThrow('alpha is [');
    expect((await train(model, options({ alpha, checkpoint, resume: true }))).step).toBe(4);
    model.dispose();
  });
});

describe('a variable', () => {
  it('has one name in a model: with two it would be moved twice in a step', async () => {
    const model = tinyM2();
    const [name = '', first] = Object.entries(model.variables)[0] ?? [];
    const tied = { ...model, variables: { ...model.variables, tied: first as Variable } };
    await expect(train(tied, options())).rejects.toThrow(
      `train: the model has one variable under two names, "${name}" and "tied", needed one`,
    );
    model.dispose();
  });
});
