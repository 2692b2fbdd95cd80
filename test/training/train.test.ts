import { add, keep, mean, mul, slice, type Tensor, tensor, variable } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { BatchSource } from '../../src/core/batch';
import { createNoise } from '../../src/core/noise';
import { createDataset } from '../../src/data/dataset';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { evaluateElbo } from '../../src/evaluation/elbo';
import type { Storage } from '../../src/files/storage';
import { loadModel } from '../../src/models/loadModel';
import type { M2 } from '../../src/models/m2/model';
import type { Objective } from '../../src/models/objectives/objective';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { saveModel } from '../../src/models/saveModel';
import { createAdam } from '../../src/training/optimizer/adam';
import type { EarlyStopping, TrainOptions } from '../../src/training/options';
import { executeEagerly } from '../../src/training/step';
import { train } from '../../src/training/train';
import { type StepResult, type TrainingStepsOptions, trainingSteps } from '../../src/training/trainingSteps';
import { comparable } from '../support/ending';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import {
  alive,
  CONV,
  memoryFolder,
  memoryStorage,
  tinyBatches,
  tinyDataset,
  tinyM2,
  weightsOf,
  withoutEpochs,
} from '../support/tiny';
import { expectSameEnding } from '../support/tinyRun';
import { busyFor, ticksDuring } from '../support/waiting';

const run = (options: Partial<TrainOptions<M2>> = {}): TrainOptions<M2> => ({
  objective: semiSupervised(),
  batches: tinyBatches(),
  epochs: 2,
  seed: createNoise(4),
  ...options,
});

/** Measures a list of numbers, one at each call. */
const measuring = (...values: number[]) => {
  let calls = 0;
  return async () => ({ score: values[calls++] as number, table: [1, 2] });
};

describe('trainingSteps', () => {
  cleanUpAfterEach();

  it('yields each step with its epoch, loss and terms, which live until the next', async () => {
    const model = tinyM2();
    const seen: StepResult[] = [];
    const means: Readonly<Record<string, number>>[] = [];
    for await (const result of trainingSteps(model, { ...withoutEpochs(run()), to: 6 })) {
      expect(seen.every(({ loss, terms }) => loss.isDisposed && terms.labeled?.elbo?.isDisposed)).toBe(true);
      seen.push(result);
      means.push(await result.read());
    }
    expect(seen.map(({ step, epoch }) => [step, epoch])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 1],
      [5, 1],
    ]);
    const [first] = means;
    expect(Object.keys(first ?? {})).toEqual(
      expect.arrayContaining([
        'loss',
        'labeled.elbo',
        'labeled.crossEntropy',
        'unlabeled.elbo',
        'unlabeled.labelEntropy',
      ]),
    );
    const {
      loss = 0,
      'labeled.objective': l = 0,
      'unlabeled.objective': u = 0,
      'labeled.crossEntropy': ce = 0,
    } = first ?? {};
    expectClose([loss], [-l - u + ((0.1 * 30) / 6) * ce]);
    model.dispose();
  });

  it('hears a signal that an event gives, without an end of its own', async () => {
    const model = tinyM2();
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 50);
    let count = 0;
    for await (const _ of trainingSteps(model, { ...withoutEpochs(run()), signal: abort.signal })) count++;
    expect(count).toBeGreaterThan(0);
    model.dispose();
  });

  it('leaks nothing when left early, nor when it goes to its end', async () => {
    const model = tinyM2();
    const options = run();
    const optimizer = createAdam();
    for await (const _ of trainingSteps(model, { ...withoutEpochs(options), optimizer, to: 1 }));
    const before = alive();
    for await (const { step } of trainingSteps(model, { ...withoutEpochs(options), optimizer, from: 1 }))
      if (step === 2) break;
    expect(alive()).toEqual(before);
    for await (const _ of trainingSteps(model, { ...withoutEpochs(options), to: 3 }));
    expect(alive()).toEqual(before);
    optimizer.dispose();
    model.dispose();
  });

  it('starts at any step: draws, schedules and batches are those of the step', async () => {
    const lastOf = async (options: { from: number; to: number }) => {
      const fresh = tinyM2();
      const still = createAdam({ learningRate: 0 });
      let means: Readonly<Record<string, number>> = {};
      for await (const step of trainingSteps(fresh, {
        ...withoutEpochs(run()),
        optimizer: still,
        ...options,
      }))
        means = await step.read();
      still.dispose();
      fresh.dispose();
      return means;
    };
    expect(await lastOf({ from: 3, to: 4 })).toEqual(await lastOf({ from: 0, to: 4 }));
  });

  const failing = (message: string) => () => {
    tensor([1, 2, 3]);
    throw new Error(message);
  };
  it.each<[string, Partial<TrainOptions<M2>>]>([
    ['the objective', { objective: failing('objective') as unknown as Objective<M2> }],
    ['an augmentation of the labelled part', { augment: { labeled: failing('augment') } }],
    [
      'an augmentation of the unlabelled part, after the labelled one',
      { augment: { labeled: (x) => mul(x, 0.5), unlabeled: failing('augment') } },
    ],
    ['an augmentation that changes the shape', { augment: (x) => slice(x, [0], [1]) }],
    [
      'the optimizer',
      { optimizer: { ...createAdam(), state: { tensors: {}, counts: {} }, apply: failing('optimizer') } },
    ],
    [
      'the executor',
      {
        execute: () => {
          throw new Error('executor');
        },
      },
    ],
    [
      'the batch source',
      {
        batches: {
          ...tinyBatches(),
          at: () => {
            throw new Error('source');
          },
        },
      },
    ],
    ['α, a schedule that gives no number', { alpha: () => Number.NaN }],
    [
      'a callback',
      {
        callbacks: {
          onBatchEnd: () => {
            throw new Error('callback');
          },
        },
      },
    ],
    [
      'validation',
      {
        validate: async () => {
          throw new Error('validation');
        },
      },
    ],
    [
      'storage',
      {
        checkpoint: {
          storage: {
            ...memoryStorage(),
            write: async () => {
              throw new Error('disk');
            },
          },
          every: 1,
        },
      },
    ],
  ])('leaves no tensor behind when %s throws', async (_, options) => {
    const model = tinyM2();
    for await (const __ of trainingSteps(model, { ...withoutEpochs(run()), to: 1 }));
    const before = alive();
    await expect(train(model, run(options))).rejects.toThrow();
    expect(alive()).toEqual(before);
    model.dispose();
  });

  it.each<[Partial<TrainingStepsOptions<M2>>, Error]>([
    [
      { objective: 3 as unknown as Objective<M2> },
      new TypeError('trainingSteps: objective is 3, needed a function such as semiSupervised(), or phases'),
    ],
    [
      { batches: {} as BatchSource },
      new TypeError('trainingSteps: batches is Object, needed a BatchSource such as createBatches(…)'),
    ],
    [
      { seed: Number.NaN },
      new RangeError('trainingSteps: seed is NaN, needed a safe integer or a stream of createNoise'),
    ],
    [
      { seed: '1' as never },
      new TypeError('trainingSteps: seed is "1", needed a safe integer or a stream of createNoise'),
    ],
    [
      { weighting: 'sum' as 'mean' },
      new RangeError('trainingSteps: weighting is "sum", needed one of "mean", "dataset"'),
    ],
    [
      { alpha: Number.NaN },
      new RangeError('trainingSteps: alpha is NaN, needed a schedule or a finite number of at least 0'),
    ],
    [
      { alpha: -5 },
      new RangeError('trainingSteps: alpha is -5, needed a schedule or a finite number of at least 0'),
    ],
    [
      { optimizer: 'adam' as never },
      new TypeError('trainingSteps: optimizer is "adam", needed an object with apply()'),
    ],
    [
      { signal: new AbortController() as never },
      new TypeError(
        'trainingSteps: signal is AbortController, needed an AbortSignal: a controller has it as its signal',
      ),
    ],
    [
      { augment: { labeled: 1 as never } },
      new TypeError('trainingSteps: augment.labeled is 1, needed a function'),
    ],
    [
      { parameterPrior: 0 },
      new RangeError('trainingSteps: parameterPrior is 0, needed a standard deviation above 0'),
    ],
    [
      { augment: 'flip' as never },
      new TypeError('trainingSteps: augment is "flip", needed a function, or one for either part'),
    ],
    [
      { augment: { unlabelled: () => tensor([0]) } as never },
      new RangeError(
        'trainingSteps: a name in augment is "unlabelled", needed one of "labeled", "unlabeled"',
      ),
    ],
    [
      { batches: { ...tinyBatches(), counts: { labeled: 0, unlabeled: 0 } } },
      new RangeError(
        'trainingSteps: batches.counts.labeled + unlabeled is 0, needed an integer of at least 1',
      ),
    ],
    [
      { batches: { ...tinyBatches(), counts: undefined as never } },
      new RangeError('trainingSteps: batches.counts.labeled is undefined, needed an integer of at least 0'),
    ],
    [{ clipNorm: 0 }, new RangeError('trainingSteps: clipNorm is 0, needed a number above 0')],
    [{ execute: 'fast' as never }, new TypeError('trainingSteps: execute is "fast", needed a function')],
    [{ from: -1 }, new RangeError('trainingSteps: from is -1, needed an integer of at least 0')],
    [{ to: 1.5 }, new RangeError('trainingSteps: to is 1.5, needed an integer of at least 0')],
  ])('refuses %j before the first step', async (options, error) => {
    const model = tinyM2();
    await expect(trainingSteps(model, { ...withoutEpochs(run()), ...options }).next()).rejects.toThrowError(
      error,
    );
    model.dispose();
  });
});

describe('train', () => {
  cleanUpAfterEach();

  it('makes a row for each pass over the unlabeled examples, of means over its steps', async () => {
    const model = tinyM2();
    const losses: number[] = [];
    const onBatchEnd = async ({ read }: { read(): Promise<Readonly<Record<string, number>>> }) => {
      losses.push((await read()).loss as number);
    };
    const { history, step, stopped } = await train(model, run({ epochs: 3, callbacks: { onBatchEnd } }));
    expect([step, stopped, history.length]).toEqual([12, 'finished', 3]);
    expect(history.map((row) => [row.epoch, row.step])).toEqual([
      [0, 4],
      [1, 8],
      [2, 12],
    ]);
    for (const [epoch, row] of history.entries()) {
      const own = losses.slice(4 * epoch, 4 * epoch + 4);
      expectClose([row.loss as number], [own.reduce((sum, loss) => sum + loss, 0) / 4]);
    }
    expect(history[2]?.seconds).toBeGreaterThan(history[0]?.seconds as number);
    model.dispose();
  });

  it('calls back in order, and waits for whatever takes its time', async () => {
    const model = tinyM2();
    const calls: string[] = [];
    const late = (what: string) => async () => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      calls.push(what);
    };
    const second = { onEpochEnd: () => void calls.push('second hears of it') };
    const first = {
      onTrainBegin: late('begin'),
      onEpochBegin: late('epoch'),
      onBatchEnd: late('batch'),
      onEpochEnd: late('epoch end'),
      onTrainEnd: late('end'),
    };
    await train(
      model,
      run({ epochs: 2, batches: tinyBatches({ stepsPerEpoch: 2 }), callbacks: [first, second] }),
    );
    const epoch = ['epoch', 'batch', 'batch', 'epoch end', 'second hears of it'];
    expect(calls).toEqual(['begin', ...epoch, ...epoch, 'end']);
    model.dispose();
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'an option that is none',
      { learningRate: 1e-3 },
      /^train: learningRate is not an option, needed optimizer: createAdam/,
    ],
    [
      'a callback that is none',
      { callbacks: { onEpochEnds: () => {} } },
      /^train: a name in callbacks is "onEpochEnds"/,
    ],
    [
      'a function for callbacks',
      { callbacks: () => {} },
      /^train: callbacks is a function, needed an object/,
    ],
    ['no callbacks among callbacks', { callbacks: [null] }, /^train: callbacks is null, needed an object/],
    ['a callback that is no function', { callbacks: { onEpochEnd: 1 } }, /^train: callbacks.onEpochEnd is 1/],
    [
      'a validation of nothing',
      { validate: async () => {} },
      /^train: what validate gives is undefined, needed an object/,
    ],
    [
      'augmentation to nothing',
      { augment: () => {} },
      /^train: augment gives undefined for labeled inputs, needed a tensor/,
    ],
    [
      'augmentation later on',
      { augment: async () => {} },
      /^train: augment gives a Promise, needed its result at once/,
    ],
  ])('refuses %s', async (_, options, message) => {
    const model = tinyM2();
    const before = alive();
    await expect(train(model, { ...run(), ...options })).rejects.toThrow(message);
    expect(alive()).toEqual(before);
    model.dispose();
  });

  it('refuses a second run on a model while one is under way, and not after it', async () => {
    const model = tinyM2();
    const first = train(model, run());
    await expect(train(model, run())).rejects.toThrow(/^train: model is being trained already/);
    expect((await first).stopped).toBe('finished');
    expect((await train(model, run())).stopped).toBe('finished');
    model.dispose();
  });

  it('refuses a model that is disposed', async () => {
    const model = tinyM2();
    model.dispose();
    await expect(train(model, run())).rejects.toThrow('train: the model is disposed, needed one that is not');
  });

  it('announces an epoch before its first step', async () => {
    const model = tinyM2();
    const seen: unknown[] = [];
    const begun: unknown[] = [];
    const look = async (into: unknown[]) => void into.push(await weightsOf(model));
    await look(seen);
    const callbacks = { onEpochBegin: () => look(begun), onEpochEnd: () => look(seen) };
    await train(model, run({ epochs: 2, callbacks }));
    expect(begun).toEqual(seen.slice(0, 2));
    expect(begun[0]).not.toEqual(begun[1]);
    model.dispose();
  });

  it('has the norm of the gradients in the history where it is asked for or clipped', async () => {
    const norms = async (options: Partial<TrainOptions<M2>>) => {
      const model = tinyM2();
      const { history } = await train(model, run(options));
      model.dispose();
      return history.map(({ gradientNorm }) => gradientNorm);
    };
    expect(await norms({})).toEqual([undefined, undefined]);
    const [plain] = await norms({ gradientNorm: true });
    expect(plain).toBeGreaterThan(1);
    const clipped = await norms({ clipNorm: 0.01 });
    expect(clipped[0]).toBeGreaterThan(1);
    expect(await norms({ clipNorm: 0.01, gradientNorm: false })).toEqual([undefined, undefined]);
  });

  it('ends behind the step at which its time is up, and goes on when resumed', async () => {
    const storage = memoryStorage();
    const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 30));
    const options = { checkpoint: { storage }, resume: true };
    const first = tinyM2();
    const early = await train(first, run({ ...options, timeLimit: 0.02, callbacks: { onBatchEnd: slow } }));
    expect([early.stopped, early.step]).toEqual(['time', 1]);
    const second = tinyM2();
    const rest = await train(second, run({ ...options, timeLimit: 600 }));
    expect([rest.stopped, rest.step]).toEqual(['finished', 8]);
    const whole = tinyM2();
    const result = await train(whole, run());
    expectSameEnding(
      { weights: await weightsOf(second), result: comparable(rest) },
      { weights: await weightsOf(whole), result: comparable(result) },
    );
    for (const model of [first, second, whole]) model.dispose();
  });

  it('refuses inputs that have no density under the likelihood, before the first step', async () => {
    const { y, shape, classes, count } = tinyDataset();
    const x = new Float32Array(count * 64).fill(0.5);
    x[100] = 255;
    const dataset = createDataset({ name: 'grey', x, y, shape, classes });
    const model = tinyM2();
    const before = await weightsOf(model);
    await expect(train(model, run({ batches: tinyBatches({ dataset }) }))).rejects.toThrow(/^train: .*255/);
    expect(await weightsOf(model)).toEqual(before);
    model.dispose();
  });

  it('gives every epoch a reading, so that it has a metric to stop by', async () => {
    const model = tinyM2();
    const earlyStopping = { monitor: 'loss', mode: 'min', patience: 9 } as const;
    const { history } = await train(
      model,
      run({ epochs: 4, batches: tinyBatches({ stepsPerEpoch: 3 }), logEvery: 5, earlyStopping }),
    );
    expect(history.map(({ loss }) => Number.isFinite(loss))).toEqual([true, true, true, true]);
    model.dispose();
  });

  it('leaves alone what an objective gives as a term but did not make', async () => {
    const constant = tensor(1.5);
    const model = tinyM2();
    const bias = variable(tensor(2));
    const before = alive();
    const objective: Objective<M2> = (...given) => {
      const { labeled, ...rest } = semiSupervised()(...given);
      return { ...rest, labeled: { ...labeled, constant, bias } };
    };
    const { history } = await train(model, run({ objective }));
    expect(history.map((row) => row['labeled.constant'])).toEqual([1.5, 1.5]);
    expect([constant.isDisposed, bias.isDisposed]).toEqual([false, false]);
    expect(alive()).toEqual(before);
    constant.dispose();
    bias.dispose();
    model.dispose();
  });

  it('reads terms only as often as asked', async () => {
    const model = tinyM2();
    let reads = 0;
    const execute: TrainOptions<M2>['execute'] = (work) => {
      const out = executeEagerly(work);
      const data = out.loss.data.bind(out.loss);
      out.loss.data = (() => {
        reads += 1;
        return data();
      }) as typeof out.loss.data;
      return out;
    };
    const { history } = await train(model, run({ epochs: 2, logEvery: 4, execute }));
    expect([reads, history.length]).toEqual([2, 2]);
    model.dispose();
  });

  it('writes the numbers of a validation into the row, and leaves the rest of its result out', async () => {
    const model = tinyM2();
    const held = tinyDataset(6, 3);
    const validate = (m: M2) => evaluateClassifier(m, held);
    const { history } = await train(model, run({ validate }));
    const { accuracy } = await evaluateClassifier(model, held);
    expect(history[1]?.['validation.accuracy']).toBe(accuracy);
    expect(history[0]).not.toHaveProperty('validation.confusion');
    model.dispose();
  });

  it('validates every few epochs, and after the last', async () => {
    const model = tinyM2();
    const { history } = await train(
      model,
      run({ epochs: 5, validate: measuring(1, 2, 3), validateEvery: 2 }),
    );
    expect(history.map((row) => row['validation.score'])).toEqual([undefined, 1, undefined, 2, 3]);
    model.dispose();
  });

  const stopping = (mode: EarlyStopping['mode'], patience: number, minDelta?: number): EarlyStopping => ({
    monitor: 'validation.score',
    mode,
    patience,
    ...(minDelta !== undefined && { minDelta }),
  });
  it.each<[string, number[], EarlyStopping, { epochs: number; best: number; stopped: string }, number?]>([
    [
      'after two epochs without a higher score',
      [1, 3, 2, 3, 9, 9],
      stopping('max', 2),
      { epochs: 4, best: 1, stopped: 'early' },
    ],
    [
      'after one without a lower score',
      [4, 3, 5, 0],
      stopping('min', 1),
      { epochs: 3, best: 1, stopped: 'early' },
    ],
    [
      'never, while the score gets better',
      [1, 2, 3, 4, 5, 6],
      stopping('max', 1),
      { epochs: 6, best: 5, stopped: 'finished' },
    ],
    [
      'when it gets better by less than asked',
      [1, 1.05, 1.08, 5],
      stopping('max', 2, 0.1),
      { epochs: 3, best: 0, stopped: 'early' },
    ],
    [
      'not at a NaN, which is never better',
      [Number.NaN, 1, Number.NaN, 2, Number.NaN, 1],
      stopping('max', 2),
      { epochs: 6, best: 3, stopped: 'finished' },
    ],
    [
      'counting only epochs that were measured',
      [1, 2, 1, 9],
      stopping('max', 2),
      { epochs: 6, best: 3, stopped: 'finished' },
      2,
    ],
  ])('stops early: %s', async (_, scores, earlyStopping, expected, validateEvery = 1) => {
    const model = tinyM2();
    const seen: Record<string, number[]>[] = [];
    const validate = measuring(...scores);
    const onEpochEnd = async () => void seen.push(await weightsOf(model));
    const batches = tinyBatches({ stepsPerEpoch: 1 });
    const result = await train(
      model,
      run({ epochs: 6, batches, validate, validateEvery, earlyStopping, callbacks: { onEpochEnd } }),
    );
    expect({ epochs: result.history.length, best: result.best?.epoch, stopped: result.stopped }).toEqual(
      expected,
    );
    // The weights are those of the best epoch, not of the last.
    expect(await weightsOf(model)).toEqual(seen[expected.best]);
    model.dispose();
  });

  it('ends between two steps on a signal, and keeps what was done', async () => {
    const model = tinyM2();
    const controller = new AbortController();
    const onBatchEnd = ({ step }: { step: number }) => (step === 4 ? controller.abort() : undefined);
    const result = await train(
      model,
      run({ epochs: 5, callbacks: { onBatchEnd }, signal: controller.signal }),
    );
    expect([result.step, result.stopped, result.history.length]).toEqual([5, 'aborted', 1]);
    const none = await train(model, run({ signal: AbortSignal.abort() }));
    expect([none.step, none.stopped, none.history]).toEqual([0, 'aborted', []]);
    model.dispose();
  });

  it('takes null for no callbacks, as untyped programs pass it', async () => {
    const model = tinyM2();
    const none = null as unknown as undefined;
    expect((await train(model, run({ epochs: 1, callbacks: none as never }))).stopped).toBe('finished');
    model.dispose();
  });

  it('gives way to timers while it runs', async () => {
    const model = tinyM2();
    const callbacks = { onBatchEnd: () => busyFor(20) };
    const ticks = await ticksDuring(() => train(model, run({ epochs: 3, callbacks })));
    expect(ticks).toBeGreaterThan(2);
    model.dispose();
  });

  it('changes the inputs of either part by its own augmentation, with noise of the step', async () => {
    const model = tinyM2();
    const seen: Tensor[] = [];
    const objective: Objective<M2> = (m, batch, context) => {
      for (const x of [batch.labeled?.x, batch.unlabeled?.x]) seen.push(keep(mean(x as Tensor)));
      return semiSupervised()(m, batch, context);
    };
    const constant = (value: number) => (x: Tensor) => add(mul(x, 0), value);
    await train(
      model,
      run({ objective, epochs: 1, augment: { labeled: constant(0.25), unlabeled: constant(0.75) } }),
    );
    const means = await Promise.all(seen.map(read));
    expectClose(means.flat(), new Array(4).fill([0.25, 0.75]).flat());
    const drawn: number[][] = [];
    const noisy = (x: Tensor, noise: { normals(count: number): Float32Array }) => {
      drawn.push(Array.from(noise.normals(2)));
      return x;
    };
    await train(model, run({ epochs: 2, augment: noisy }));
    expect(drawn.length).toBe(16);
    expect(new Set(drawn.map(String)).size).toBe(16);
    model.dispose();
  });

  it('runs its steps by the executor it is given', async () => {
    const [model, other] = [tinyM2(), tinyM2()];
    const steps: number[] = [];
    const result = await train(
      model,
      run({
        execute: async (work) => {
          steps.push(work.context.step);
          return executeEagerly(work);
        },
      }),
    );
    expect(steps).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const expected = await train(other, run());
    expectSameEnding(
      { weights: await weightsOf(model), result: comparable(result) },
      { weights: await weightsOf(other), result: comparable(expected) },
    );
    model.dispose();
    other.dispose();
  });

  it.each([
    ['m2 on mlp', {}, semiSupervised()],
    [
      'regularized on conv with batch norm',
      { nets: { ...CONV, norm: 'batch' as const } },
      regularized({ labelHandling: 'gumbel' }),
    ],
  ])(
    'is the same run to the bit for the same seed, and another for another: %s',
    async (_, options, objective) => {
      const once = async (seed: number) => {
        const model = tinyM2(options);
        const result = await train(model, run({ objective, seed: createNoise(seed) }));
        const weights = await weightsOf(model);
        model.dispose();
        return { weights, result: comparable(result) };
      };
      const first = await once(1);
      expectSameEnding(await once(1), first);
      expect((await once(2)).weights).not.toEqual(first.weights);
    },
  );

  it.each<[string, Partial<TrainOptions<M2>>, Error]>([
    ['no epochs', { epochs: 0 }, new RangeError('train: epochs is 0, needed an integer of at least 1')],
    [
      'a batch source that is none',
      { batches: undefined as unknown as BatchSource },
      new TypeError('train: batches is undefined, needed a BatchSource such as createBatches(…)'),
    ],
    [
      'a choice that is a text',
      { gradientNorm: 'yes' as never },
      new RangeError('train: gradientNorm is "yes", needed one of true, false'),
    ],
    [
      'resume from nowhere',
      { resume: true },
      new RangeError('train: resume is true, needed a checkpoint to go on from'),
    ],
    [
      'storage that cannot store',
      { checkpoint: { storage: 'run.bin' as unknown as Storage } },
      new TypeError(
        `train: checkpoint.storage is "run.bin", needed a Storage such as file('run.safetensors') or a StorageFolder such as folder('runs/m2')`,
      ),
    ],
    [
      'keeping several in one file',
      { checkpoint: { storage: memoryStorage(), keep: 2 } },
      new RangeError(
        'train: checkpoint.keep is 2, needed a folder to keep them in: checkpoint.storage is the one file memory',
      ),
    ],
    [
      'keeping none',
      { checkpoint: { storage: memoryFolder(), keep: 0 } },
      new RangeError('train: checkpoint.keep is 0, needed an integer of at least 1'),
    ],
    [
      'resume from a name in one file',
      { checkpoint: { storage: memoryStorage() }, resume: 'step-000000004.safetensors' },
      new RangeError(
        `train: resume is "step-000000004.safetensors", needed true or 'latest': checkpoint.storage is the one file memory`,
      ),
    ],
    [
      'resume from a number',
      { checkpoint: { storage: memoryFolder() }, resume: 4 as unknown as boolean },
      new TypeError(`train: resume is 4, needed true, 'latest' or the name of a checkpoint`),
    ],
    [
      'an average that never moves',
      { ema: { decay: 1 } },
      new RangeError('train: ema.decay is 1, needed a number in [0, 1)'),
    ],
    [
      'checkpoints every 0 steps',
      { checkpoint: { storage: memoryStorage(), every: 0 } },
      new RangeError('train: checkpoint.every is 0, needed an integer of at least 1'),
    ],
    [
      'validation that is no function',
      { validate: {} as never },
      new TypeError('train: validate is Object, needed a function'),
    ],
    [
      'negative patience',
      { earlyStopping: { monitor: 'loss', mode: 'min', patience: -1 } },
      new RangeError('train: earlyStopping.patience is -1, needed an integer of at least 0'),
    ],
    [
      'a metric without its validation',
      { earlyStopping: { monitor: 'validation.accuracy', mode: 'max', patience: 1 } },
      new RangeError('train: earlyStopping.monitor is "validation.accuracy", needed validate as well'),
    ],
  ])('refuses %s before the first step', async (_, options, error) => {
    const model = tinyM2();
    const before = await weightsOf(model);
    await expect(train(model, run(options))).rejects.toThrowError(error);
    expect(await weightsOf(model)).toEqual(before);
    model.dispose();
  });

  it('refuses a metric that no epoch has, and names those it has', async () => {
    const model = tinyM2();
    const earlyStopping = { monitor: 'validation.acuracy', mode: 'max', patience: 1 } as const;
    await expect(train(model, run({ validate: measuring(1), earlyStopping }))).rejects.toThrow(
      /^train: earlyStopping\.monitor is "validation\.acuracy", needed a column of the history: epoch, .*validation\.score$/,
    );
    model.dispose();
  });

  it('a hundred steps, saved, loaded, evaluated and disposed, leave nothing', async () => {
    const held = tinyDataset(9, 3);
    const before = alive();
    const model = tinyM2();
    const storage = memoryStorage();
    await train(
      model,
      run({ objective: regularized(), epochs: 25, checkpoint: { storage: memoryStorage() }, logEvery: 5 }),
    );
    await saveModel(model, storage);
    const loaded = await loadModel(storage, { kind: 'm2' });
    await evaluateClassifier(loaded, held);
    await evaluateElbo(loaded, held, { seed: createNoise(0) });
    loaded.dispose();
    model.dispose();
    expect(alive()).toEqual(before);
  });
});
