import { add, clipByValue, mul, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise, type Noise } from '../../../src/core/noise';
import { cosineDecay, exponentialDecay, linearWarmup } from '../../../src/core/schedules';
import { evaluateClassifier } from '../../../src/evaluation/classifier';
import { evaluateElbo } from '../../../src/evaluation/elbo';
import type { Json } from '../../../src/files/json';
import { readSafetensors, writeSafetensors } from '../../../src/files/safetensors';
import type { Storage } from '../../../src/files/storage';
import type { M2 } from '../../../src/models/m2/model';
import type { Model } from '../../../src/models/model';
import { regularized, semiSupervised } from '../../../src/models/objectives/semiSupervised';
import type { TrainingPlan } from '../../../src/training/callbacks';
import { createAdam } from '../../../src/training/optimizer/adam';
import type { TrainOptions } from '../../../src/training/options';
import { train } from '../../../src/training/train';
import { comparable, type Ending } from '../../support/ending';
import { cleanUpAfterEach } from '../../support/numbers';
import {
  alive,
  CONV,
  type MemoryStorage,
  memoryStorage,
  tinyBatches,
  tinyDataset,
  tinyM2,
  weightsOf,
} from '../../support/tiny';
import { expectSameEnding } from '../../support/tinyRun';

const STEPS_PER_EPOCH = 3;
const EPOCHS = 3;
const LAST = STEPS_PER_EPOCH * EPOCHS;

/** Everything that moves along with a run: schedules, batch norm, drawn labels, drawn augmentation, binarisation. */
const NETS = [
  ['mlp', { preset: 'mlp', widths: [4], norm: 'batch' }],
  ['conv', { ...CONV, norm: 'batch' }],
] as const;
type Nets = (typeof NETS)[number][1];

const held = tinyDataset(6, 3);
const klWeight = linearWarmup({ from: 0.1, steps: 6 });
const options = (): TrainOptions<M2> & { optimizer: ReturnType<typeof createAdam> } => ({
  objective: regularized({
    labelHandling: 'gumbel',
    temperature: exponentialDecay({ rate: 0.1, floor: 0.5 }),
    klWeight,
  }),
  batches: tinyBatches({ stepsPerEpoch: STEPS_PER_EPOCH, binarize: 'dynamic' }),
  epochs: EPOCHS,
  seed: createNoise(4),
  optimizer: createAdam({ learningRate: cosineDecay({ from: 0.02, steps: LAST }), weightDecay: 0.01 }),
  alpha: linearWarmup({ to: 5, steps: 4 }),
  augment: (x: Tensor, noise: Noise) => clipByValue(add(x, mul(0.1, noise.normal(x.shape))), 0, 1),
  validate: async (model) => ({
    ...(await evaluateClassifier(model, held)),
    ...(await evaluateElbo(model, held, { seed: createNoise(0) })),
  }),
  earlyStopping: { monitor: 'validation.elbo', mode: 'max', patience: 2 },
});

/**
 * One go of a run in a model of its own, up to a signal, an error or the end. A model that a checkpoint goes into starts
 * from other weights: none of its own may survive.
 */
const go = async (
  nets: Nets,
  storage: MemoryStorage,
  more: Partial<TrainOptions<M2>> = {},
): Promise<Ending> => {
  const resumes = storage.bytes !== undefined && more.resume !== false;
  const model = tinyM2({ nets, seed: createNoise(resumes ? 99 : 1) });
  const all = options();
  try {
    const result = await train(model, { ...all, checkpoint: { storage }, resume: true, ...more });
    return { weights: await weightsOf(model), result: comparable(result) };
  } finally {
    all.optimizer.dispose();
    model.dispose();
  }
};

describe.each(NETS)('a run on %s', (_, nets) => {
  cleanUpAfterEach();

  it('interrupted after any step, and resumed in a fresh model, ends to the bit as if it had not been', async () => {
    const uninterrupted = await go(nets, memoryStorage());
    for (let stop = 0; stop < LAST; stop++) {
      const storage = memoryStorage();
      const controller = new AbortController();
      if (stop === 0) controller.abort();
      const onBatchEnd = ({ step }: { step: number }) => void (step + 1 === stop && controller.abort());
      const first = await go(nets, storage, { callbacks: { onBatchEnd }, signal: controller.signal });
      expect(first.result).toMatchObject({ step: stop, stopped: 'aborted' });
      expectSameEnding(await go(nets, storage), uninterrupted, `interrupted after step ${stop}`);
    }
  });
});

describe('resuming', () => {
  cleanUpAfterEach();
  const [, nets] = NETS[0];

  it('leaves what lies there where a new run is aborted before its first step', async () => {
    const storage = memoryStorage();
    await go(nets, storage);
    const { bytes } = storage;
    const { result } = await go(nets, storage, { resume: false, signal: AbortSignal.abort() });
    expect(result).toMatchObject({ step: 0, stopped: 'aborted' });
    expect(storage.bytes).toBe(bytes);
  });

  /** A run whose callback throws behind a step. */
  const faulty = (crash: number): Partial<TrainOptions<M2>> => ({
    callbacks: {
      onBatchEnd({ step }) {
        if (step === crash) throw new Error('power cut');
      },
    },
  });

  /** Goes on, and tells the step it went on from. */
  const goOn = async (storage: MemoryStorage): Promise<{ ending: Ending; firstStep: number }> => {
    let firstStep = -1;
    const onTrainBegin = (plan: TrainingPlan): void => {
      firstStep = plan.firstStep;
    };
    return { ending: await go(nets, storage, { callbacks: { onTrainBegin } }), firstStep };
  };

  it('after a fault of a callback goes on behind its step', async () => {
    const uninterrupted = await go(nets, memoryStorage());
    for (const crash of [0, 1, 2, 4, 5, 7, 8]) {
      const storage = memoryStorage();
      await expect(go(nets, storage, faulty(crash))).rejects.toThrow('power cut');
      const { ending, firstStep } = await goOn(storage);
      expect(firstStep).toBe(crash + 1);
      expectSameEnding(ending, uninterrupted, `fault behind step ${crash}`);
    }
  });

  it('after a crash goes on from the last checkpoint and does its steps again, alike', async () => {
    const uninterrupted = await go(nets, memoryStorage());
    for (const crash of [2, 4, 6]) {
      const storage = memoryStorage();
      let writes = 0;
      const full: Storage = {
        ...storage,
        async write(bytes) {
          if (writes++ === crash / 2) throw new Error('disk full');
          await storage.write(bytes);
        },
      };
      await expect(
        go(nets, storage, { ...faulty(crash), checkpoint: { storage: full, every: 2 } }),
      ).rejects.toThrow('Error: power cut; and no checkpoint could be written: Error: disk full');
      const { ending, firstStep } = await goOn(storage);
      expect(firstStep).toBe(crash);
      expectSameEnding(ending, uninterrupted, `crash behind step ${crash}`);
    }
  });

  it('again and again, a step at a time, ends alike', async () => {
    const storage = memoryStorage();
    for (let stop = 1; stop < LAST; stop++) {
      const controller = new AbortController();
      await go(nets, storage, {
        callbacks: { onBatchEnd: () => controller.abort() },
        signal: controller.signal,
      });
    }
    expectSameEnding(await go(nets, storage), await go(nets, memoryStorage()));
  });

  it('a finished run changes nothing and gives its result again', async () => {
    const storage = memoryStorage();
    const first = await go(nets, storage);
    const bytes = storage.bytes;
    expect(await go(nets, storage)).toEqual(first);
    expect(storage.bytes).toBe(bytes);
  });

  it('a run that stopped early leaves it stopped, with the best weights', async () => {
    const storage = memoryStorage();
    const worse = () => {
      let epoch = 0;
      return async () => ({ elbo: -epoch++ });
    };
    const early = (): Partial<TrainOptions<M2>> => ({
      epochs: 6,
      validate: worse(),
      earlyStopping: { monitor: 'validation.elbo', mode: 'max', patience: 1 },
    });
    const first = await go(nets, storage, early());
    expect(first.result).toMatchObject({ stopped: 'early', step: 6, best: { epoch: 0, value: -0 } });
    expect(await go(nets, storage, early())).toEqual(first);
  });

  it('goes on to more epochs from the weights of the last step, not from the best', async () => {
    const storage = memoryStorage();
    const plain = { earlyStopping: { monitor: 'loss', mode: 'max', patience: 9 } } as const;
    await go(nets, storage, { ...plain, epochs: 2 });
    expectSameEnding(
      await go(nets, storage, { ...plain, epochs: 4 }),
      await go(nets, memoryStorage(), { ...plain, epochs: 4 }),
    );
  });

  it.each([
    ['objective.labelHandling', { objective: semiSupervised() }],
    [
      'objective.temperature',
      {
        objective: regularized({ labelHandling: 'gumbel', temperature: linearWarmup({ to: 1, steps: 9 }) }),
      },
    ],
    ['optimizer.learningRate', { optimizer: createAdam({ learningRate: 1 }) }],
    ['loss.alpha', { alpha: 99 }],
    ['loss.weighting', { weighting: 'dataset' }],
    ['loss.parameterPrior', { parameterPrior: 1 }],
  ] as const)('refuses a run with another %s: %j', async (what, other) => {
    const storage = memoryStorage();
    await go(nets, storage, { epochs: 1 });
    await expect(go(nets, storage, other)).rejects.toThrow(
      new RegExp(
        `^resume: memory: ${what.replace('.', '\\.')} is .* in this run and .* in the checkpoint, needed the same to go on`,
      ),
    );
  });

  it('starts afresh where there is no checkpoint, and where it is not asked to resume', async () => {
    const storage = memoryStorage();
    const first = await go(nets, storage);
    expectSameEnding(await go(nets, storage, { resume: false }), first);
  });

  it('keeps numbers that are NaN or infinite, in the history and in the sums of an epoch under way', async () => {
    const strange = [Number.NaN, Number.POSITIVE_INFINITY, -0];
    const values = () => {
      let epoch = 0;
      return async () => ({
        elbo: -1,
        strange: strange[epoch++] as number,
        ...(epoch === 2 && { second: 2 }),
      });
    };
    const storage = memoryStorage();
    const controller = new AbortController();
    const onBatchEnd = ({ step }: { step: number }) => void (step === 7 && controller.abort());
    await go(nets, storage, { validate: values(), callbacks: { onBatchEnd }, signal: controller.signal });
    const { result } = await go(nets, storage);
    const { history } = result as { history: Record<string, number>[] };
    expect(history.map((row) => row['validation.strange'])).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      undefined,
    ]);
    expect(history.map((row) => 'validation.second' in row)).toEqual([false, true, false]);
  });

  it('keeps a diverged epoch’s NaN sums', async () => {
    const model = tinyM2();
    const storage = memoryStorage();
    const batches = tinyBatches();
    const learningRate = (step: number): number => (step === 0 ? 1e30 : 1e-3);
    const optimizer = createAdam({ learningRate });
    const common = {
      objective: semiSupervised(),
      batches,
      epochs: 1,
      seed: createNoise(1),
      checkpoint: { storage },
      optimizer,
      nonFinite: 'ignore',
    } as const;
    const controller = new AbortController();
    const onBatchEnd = ({ step }: { step: number }) => void (step === 1 && controller.abort());
    await train(model, {
      ...common,
      callbacks: { onBatchEnd },
      signal: controller.signal,
    });
    const again = tinyM2();
    const { history } = await train(again, { ...common, resume: true });
    expect(history[0]?.loss).toBeNaN();
    optimizer.dispose();
    model.dispose();
    again.dispose();
  });

  const interrupted = async () => {
    const storage = memoryStorage();
    const controller = new AbortController();
    const onBatchEnd = ({ step }: { step: number }) => void (step === 3 && controller.abort());
    await go(nets, storage, { callbacks: { onBatchEnd }, signal: controller.signal });
    return storage;
  };

  it.each<[string, Partial<TrainOptions<M2>>, RegExp]>([
    [
      'another data set',
      { batches: tinyBatches({ dataset: tinyDataset(30, 2), stepsPerEpoch: 3, binarize: 'dynamic' }) },
      /^resume: memory: data is ".*" in this run and ".*" in the checkpoint, needed the same to go on; a new run needs another place$/,
    ],
    [
      'another order of the data',
      { batches: tinyBatches({ seed: createNoise(99), stepsPerEpoch: 3, binarize: 'dynamic' }) },
      /^resume: memory: data is/,
    ],
    [
      'other batch sizes',
      {
        batches: tinyBatches({
          batchSize: { labeled: 2, unlabeled: 6 },
          stepsPerEpoch: 3,
          binarize: 'dynamic',
        }),
      },
      /^resume: memory: data is/,
    ],
    [
      'more examples',
      { batches: tinyBatches({ dataset: tinyDataset(36), stepsPerEpoch: 3, binarize: 'dynamic' }) },
      /^resume: memory: split.unlabeled\[24\] is 30 in this run and none in the checkpoint/,
    ],
    [
      'another length of an epoch',
      { batches: tinyBatches({ stepsPerEpoch: 4, binarize: 'dynamic' }) },
      /^resume: memory: stepsPerEpoch is 4 in this run and 3 in the checkpoint/,
    ],
    ['another seed', { seed: createNoise(5) }, /^resume: memory: noise\.key is/],
  ])('is refused with %s, by name', async (_, other, message) => {
    const storage = await interrupted();
    await expect(go(nets, storage, other)).rejects.toThrow(message);
  });

  it('is refused with another model, and does not mind the order in which its choices are written', async () => {
    const storage = await interrupted();
    const other = { preset: 'mlp', widths: [5], norm: 'batch' } as unknown as Nets;
    await expect(go(other, storage)).rejects.toThrow(
      /^resume: memory: spec\.nets\.widths is \[5\] in this run and \[4\] in the checkpoint/,
    );
    const reordered = { norm: 'batch', widths: [4], preset: 'mlp' } as const as Nets;
    expect((await go(reordered, storage)).result).toMatchObject({ step: LAST });
  });

  /** A checkpoint with parts of it changed and its checksum right. */
  const tampered = (
    bytes: Uint8Array,
    change: (arrays: Record<string, unknown>, metadata: Record<string, Json>) => void,
  ): Uint8Array => {
    const { arrays, metadata } = readSafetensors(bytes);
    const [copies, record] = [{ ...arrays }, { ...(metadata as Record<string, Json>) }];
    change(copies, record);
    return writeSafetensors({ arrays: copies, metadata: record });
  };
  const stateOf = async (model: Model, { state }: ReturnType<typeof createAdam>) => [
    await weightsOf(model),
    Object.keys(state.tensors),
    state.counts,
  ];

  it('is refused from a damaged or foreign checkpoint before anything is changed', async () => {
    const { bytes = new Uint8Array() } = await interrupted();
    const flipped = bytes.slice();
    flipped[bytes.length - 20] = (flipped[bytes.length - 20] as number) ^ 4;
    const cases: [Uint8Array, string | RegExp][] = [
      [bytes.slice(0, bytes.length - 1), /^resume: memory: the checksum/],
      [bytes.slice(0, 60), /^resume: memory: the header claims/],
      [flipped, /the file is damaged$/],
      [new TextEncoder().encode('not a checkpoint at all'), /^resume: memory: /],
      [
        tampered(bytes, (_, metadata) => {
          metadata.format = 'ssvae model 1';
        }),
        'resume: memory: the format is "ssvae model 1", needed "ssvae checkpoint 1"',
      ],
      [
        tampered(bytes, (_, metadata) => {
          metadata.step = -1;
        }),
        'resume: memory: step is -1, needed a step',
      ],
      [
        tampered(bytes, (_, metadata) => {
          metadata.updates = { a: 'b' };
        }),
        'resume: memory: updates is Object, needed counts by name',
      ],
      [
        tampered(bytes, (_, metadata) => {
          metadata.columns = ['loss', 'gone'];
        }),
        'resume: memory: "history/gone" has no numbers, needed 1',
      ],
      [
        tampered(bytes, (_, metadata) => {
          metadata.sums = ['gone'];
        }),
        'resume: memory: "sums/gone" has no numbers, needed 2',
      ],
      [
        tampered(bytes, (arrays) => {
          delete arrays['best-value'];
        }),
        'resume: memory: "best-value" has no numbers, needed 1',
      ],
      [
        tampered(bytes, (arrays) => {
          delete arrays['model/encoder/mean/kernel'];
        }),
        'resume: memory: the file has no variable "encoder/mean/kernel", needed [4,3]',
      ],
      [
        tampered(bytes, (arrays) => {
          delete arrays['best/encoder/mean/kernel'];
        }),
        'resume: memory: the file has no variable "encoder/mean/kernel", needed [4,3]',
      ],
      [
        tampered(bytes, (arrays) => {
          arrays['model/extra'] = { shape: [1], data: Float32Array.of(1) };
        }),
        'resume: memory: the file has a variable "extra" that the model lacks',
      ],
      [
        tampered(bytes, (arrays) => {
          delete arrays['optimizer/second/encoder/mean/kernel'];
        }),
        'adam.restore: moments of "encoder/mean/kernel" are a tensor [4,3] and undefined, needed both',
      ],
      [
        tampered(bytes, (arrays) => {
          arrays['optimizer/first/encoder/mean/kernel'] = { shape: [3], data: new Float32Array(3) };
        }),
        'adam.restore: a moment of "encoder/mean/kernel" is [3], needed [4,3]',
      ],
      [
        tampered(bytes, (arrays) => {
          arrays['optimizer/first/encoder/mean/kernel'] = { shape: [4, 3], data: new Int32Array(12) };
        }),
        'resume: memory: moment "first/encoder/mean/kernel" is Int32Array in the file, needed Float32Array',
      ],
      [
        tampered(bytes, (_, metadata) => {
          metadata.columns = ['epoch', '__proto__'];
        }),
        'resume: memory: columns[1] is "__proto__", needed a name without control characters and line breaks',
      ],
      [
        tampered(bytes, (_, metadata) => {
          metadata.updates = {};
        }),
        /adam.restore: there are \d+ moments, needed two for each of 0 counts/,
      ],
      [
        tampered(bytes, (arrays, metadata) => {
          metadata.updates = { ...(metadata.updates as object), other: 3 };
          for (const moment of ['first', 'second'])
            arrays[`optimizer/${moment}/other`] = { shape: [3], data: new Float32Array(3) };
        }),
        'adam.restore: a moment of "other" is [3], needed a variable of the model',
      ],
      [
        tampered(bytes, (_, metadata) => {
          metadata.columns = Array(7000).fill('loss');
        }),
        'resume: memory: columns[1] is "loss" again, needed each name once',
      ],
      [
        tampered(bytes, (_, metadata) => {
          metadata.step = Number.MAX_SAFE_INTEGER;
        }),
        /resume: memory: the history has 1 epochs, needed the \d+ of 9007199254740991 steps/,
      ],
      [
        tampered(bytes, (arrays) => {
          arrays['history/epoch'] = { shape: [1], data: Float64Array.of(7) };
        }),
        'resume: memory: the history has another epoch in row 0',
      ],
      [
        tampered(bytes, (_, metadata) => {
          metadata.best = 1e15;
        }),
        "resume: memory: the best epoch is 1000000000000000, needed one of the history's 1",
      ],
      [
        tampered(bytes, (arrays) => {
          arrays['__proto__/x'] = { shape: [1], data: Float32Array.of(1) };
        }),
        'resume: memory: the file has "__proto__/x", which no checkpoint has',
      ],
    ];
    for (const [content, message] of cases) {
      const model = tinyM2({ nets });
      const all = options();
      const before = await stateOf(model, all.optimizer);
      const tensors = alive();
      const checkpoint = { storage: memoryStorage(content) };
      await expect(train(model, { ...all, checkpoint, resume: true })).rejects.toThrow(message);
      expect(await stateOf(model, all.optimizer)).toEqual(before);
      expect(alive()).toEqual(tensors);
      model.dispose();
    }
  });

  it('leaves no tensor behind', async () => {
    const storage = await interrupted();
    await go(nets, storage);
    const before = alive();
    await go(nets, await interrupted());
    expect(alive()).toEqual(before);
  });
});
