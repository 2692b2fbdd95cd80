import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import type { M2 } from '../../src/models/m2/model';
import type { Phase } from '../../src/models/objectives/objective';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { createAdam } from '../../src/training/optimizer/adam';
import type { Optimizer } from '../../src/training/optimizer/optimizer';
import type { TrainOptions } from '../../src/training/options';
import { train } from '../../src/training/train';
import { trainingSteps } from '../../src/training/trainingSteps';
import { comparable, type Ending } from '../support/ending';
import { cleanUpAfterEach } from '../support/numbers';
import {
  alive,
  type MemoryStorage,
  memoryStorage,
  seedAsOfTrain,
  tinyBatches,
  tinyM2,
  weightsOf,
  withoutEpochs,
} from '../support/tiny';
import { expectSameEnding } from '../support/tinyRun';

const namesOf = (model: M2, prefix: string): string[] =>
  Object.keys(model.variables).filter((name) => name.startsWith(prefix));

/** Generative nets by the bound, then the classifier by the labels; both move the classifier's first layer. */
const phasesOf = (model: M2): readonly Phase<M2>[] => [
  {
    name: 'bound',
    variables: [
      ...namesOf(model, 'encoder'),
      ...namesOf(model, 'decoder'),
      ...namesOf(model, 'classifier/hidden'),
    ],
    objective: semiSupervised(),
  },
  { name: 'labels', variables: namesOf(model, 'classifier'), objective: supervised() },
];

const options = (model: M2): TrainOptions<M2> => ({
  objective: phasesOf(model),
  batches: tinyBatches(),
  epochs: 2,
  alpha: 1,
  seed: createNoise(4),
});

describe('phases', () => {
  cleanUpAfterEach();

  it('each move their own variables, and name their terms', async () => {
    const model = tinyM2();
    const before = alive();
    const start = await weightsOf(model);
    const [bound] = phasesOf(model);
    const { history } = await train(model, { ...options(model), objective: [bound as Phase<M2>] });
    const end = await weightsOf(model);
    for (const name of Object.keys(start)) {
      if (name.startsWith('classifier/logits')) expect(end[name]).toEqual(start[name]);
      else expect(end[name]).not.toEqual(start[name]);
    }
    expect(history[0]).toHaveProperty(['labeled.bound.elbo']);
    await train(model, options(model));
    expect((await weightsOf(model))['classifier/logits/kernel']).not.toEqual(
      start['classifier/logits/kernel'],
    );
    expect(alive()).toEqual(before);
    model.dispose();
  });

  it('keep a state of the optimizer each, and their losses add up', async () => {
    const model = tinyM2();
    const optimizer = createAdam();
    const { history } = await train(model, { ...options(model), optimizer, epochs: 1 });
    const { counts } = optimizer.state;
    expect(counts['bound/classifier/hidden/kernel']).toBe(4);
    expect(counts['labels/classifier/hidden/kernel']).toBe(4);
    expect(counts).not.toHaveProperty(['labels/decoder/output/kernel']);
    const [row] = history;
    const value = (name: string): number => row?.[name] ?? Number.NaN;
    const parts =
      -value('labeled.bound.objective') -
      value('unlabeled.bound.objective') +
      value('labeled.bound.crossEntropy') +
      value('labeled.labels.crossEntropy');
    expect(value('loss') / parts).toBeCloseTo(1, 5);
    optimizer.dispose();
    model.dispose();
  });

  it('are resumed as if they had never been interrupted', async () => {
    const go = async (storage: MemoryStorage, stop?: number) => {
      const model = tinyM2({ seed: createNoise(storage.bytes ? 99 : 1) });
      const abort = new AbortController();
      const result = await train(model, {
        ...options(model),
        checkpoint: { storage },
        resume: true,
        signal: abort.signal,
        callbacks: { onBatchEnd: ({ step }) => void (step === stop && abort.abort()) },
      });
      const ending = { weights: await weightsOf(model), result: comparable(result) };
      model.dispose();
      return ending;
    };
    const storage = memoryStorage();
    await go(storage, 2);
    expectSameEnding(await go(storage), await go(memoryStorage()));
  });

  it.each([
    [
      [{ name: 'a', variables: ['classifier/logits/bias'], objective: semiSupervised(), optimizer: 3 }],
      TypeError,
      'train: the optimizer of phase "a" is 3, needed an object with apply()',
    ],
    [
      [],
      TypeError,
      'train: objective is an array of 0, needed a function such as semiSupervised(), or phases',
    ],
    [
      [{ name: '', variables: [], objective: semiSupervised() }],
      RangeError,
      'train: the name of phase 0 is "", needed one that no other has',
    ],
    [
      [
        { name: 'a', variables: ['classifier/logits/bias'], objective: semiSupervised() },
        { name: 'a', variables: ['classifier/logits/bias'], objective: semiSupervised() },
      ],
      RangeError,
      'train: the name of phase 1 is "a"',
    ],
    [
      [{ name: 'a', variables: ['weight'], objective: semiSupervised() }],
      RangeError,
      'train: phase "a" moves "weight", needed trainable variables',
    ],
    [
      [{ name: 'a', variables: [], objective: semiSupervised() }],
      RangeError,
      'train: phase "a" moves nothing, needed trainable variables',
    ],
    [
      [{ name: 'a', variables: ['classifier/logits/bias'], objective: 3 }],
      TypeError,
      'train: the objective of phase "a" is 3',
    ],
    [
      [
        {
          name: 'a',
          variables: ['classifier/logits/bias'],
          objective: semiSupervised(),
          optimiser: createAdam(),
        },
      ],
      RangeError,
      'train: phase 0.optimiser is not an option, needed name, variables, objective, optimizer',
    ],
  ])('are refused where they are none: %j', async (phases, type, message) => {
    const model = tinyM2();
    const run = train(model, { ...options(model), objective: phases as unknown as readonly Phase<M2>[] });
    await expect(run).rejects.toThrow(type);
    await expect(run).rejects.toThrow(message);
    model.dispose();
  });
});

describe('phases of a resumed run', () => {
  cleanUpAfterEach();

  const labels = ['classifier/logits/bias'];
  const encoder = ['encoder/mean/bias'];
  const bound: Phase<M2> = { name: 'bound', variables: encoder, objective: semiSupervised() };
  const classes: Phase<M2> = { name: 'classes', variables: labels, objective: supervised() };

  it.each<[string, readonly Phase<M2>[]]>([
    [
      'objective[1].variables is ["encoder/mean/bias"] in this run and ["classifier/logits/bias"] in the checkpoint',
      [bound, { ...classes, variables: encoder }],
    ],
    [
      'objective[0].objective.entropyPenalty is 0.5 in this run and 0 in the checkpoint',
      [{ ...bound, objective: semiSupervised({ entropyPenalty: 0.5 }) }, classes],
    ],
    ['objective[0].name is "classes" in this run and "bound" in the checkpoint', [classes, bound]],
    ['objective[1] is none in this run and {', [bound]],
    ['objective[2] is {', [bound, classes, { ...bound, name: 'more' }]],
  ])('must be those of the checkpoint; the error names the first difference: %s', async (message, other) => {
    const [model, storage] = [tinyM2(), memoryStorage()];
    const go = (objective: readonly Phase<M2>[], epochs: number) =>
      train(model, { ...options(model), objective, epochs, checkpoint: { storage }, resume: true });
    await go([bound, classes], 1);
    await expect(go(other, 2)).rejects.toThrow(`resume: memory: ${message}`);
    expect((await go([bound, classes], 2)).step).toBe(8);
    model.dispose();
  });

  it('name the entry of a list that is too long to be quoted whole', async () => {
    const [model, storage] = [tinyM2(), memoryStorage()];
    const all = namesOf(model, '');
    const go = (variables: readonly string[], epochs: number) =>
      train(model, {
        ...options(model),
        objective: [{ ...bound, variables }],
        epochs,
        checkpoint: { storage },
        resume: true,
      });
    await go(all, 1);
    const last = all.length - 1;
    await expect(go(all.slice(0, last), 2)).rejects.toThrow(
      `objective[0].variables[${last}] is none in this run and "${all[last]}" in the checkpoint`,
    );
    model.dispose();
  });
});

describe('phases with optimizers of their own', () => {
  cleanUpAfterEach();

  const RATES = { bound: 0.01, labels: 0.05 } as const;
  const adams = () => ({
    bound: createAdam({ learningRate: RATES.bound }),
    labels: createAdam({ learningRate: RATES.labels, beta1: 0.5 }),
  });
  type Adams = Partial<ReturnType<typeof adams>>;
  const withOptimizers = (model: M2, optimizers: Adams): readonly Phase<M2>[] =>
    phasesOf(model).map((phase) => {
      const optimizer = optimizers[phase.name as keyof Adams];
      return { ...phase, ...(optimizer && { optimizer }) };
    });
  const dispose = (optimizers: Adams): void => {
    for (const optimizer of Object.values(optimizers)) optimizer.dispose();
  };

  it('train as a loop for each phase does', async () => {
    const [model, byHand] = [tinyM2(), tinyM2()];
    const [own, ofLoops] = [adams(), adams()];
    const result = await train(model, { ...options(model), objective: withOptimizers(model, own) });
    const loop = { ...withoutEpochs(options(byHand)), seed: seedAsOfTrain(options(byHand).seed) };
    for (let step = 0; step < result.step; step++) {
      for (const phase of phasesOf(byHand)) {
        const optimizer = ofLoops[phase.name as keyof Adams] as Optimizer;
        const range = { from: step, to: step + 1 };
        for await (const done of trainingSteps(byHand, { ...loop, objective: [phase], optimizer, ...range }))
          expect(done.step).toBe(step);
      }
    }
    const ending = (weights: Ending['weights']): Ending => ({ weights, result: {} });
    expectSameEnding(ending(await weightsOf(model)), ending(await weightsOf(byHand)));
    for (const name of ['bound', 'labels'] as const)
      expect(own[name].state.counts).toEqual(ofLoops[name].state.counts);
    dispose(own);
    dispose(ofLoops);
    model.dispose();
    byHand.dispose();
  });

  it('leave the others to the run, which frees its own alone', async () => {
    const model = tinyM2();
    const before = alive();
    const own = { labels: createAdam({ learningRate: RATES.labels }) };
    await train(model, { ...options(model), objective: withOptimizers(model, own), epochs: 1 });
    const names = Object.keys(own.labels.state.counts);
    expect(names).toContain('labels/classifier/hidden/kernel');
    expect(names.every((name) => name.startsWith('labels/'))).toBe(true);
    dispose(own);
    expect(alive()).toEqual(before);
    model.dispose();
  });

  it.each<[string, Partial<TrainOptions<M2>>]>([
    ['', {}],
    [', with an average of the weights', { ema: { decay: 0.9 } }],
  ])('are resumed as if they had never been interrupted%s', async (_, more) => {
    const go = async (storage: MemoryStorage, stop?: number) => {
      const model = tinyM2({ seed: createNoise(storage.bytes ? 99 : 1) });
      const { bound, labels } = adams();
      const abort = new AbortController();
      const result = await train(model, {
        ...options(model),
        ...more,
        // The run's own optimizer is part of it too.
        objective: withOptimizers(model, { labels }),
        optimizer: bound,
        checkpoint: { storage },
        resume: true,
        signal: abort.signal,
        callbacks: { onBatchEnd: ({ step }) => void (step === stop && abort.abort()) },
      });
      const counts = { ...bound.state.counts, ...labels.state.counts };
      const ending = { weights: await weightsOf(model), result: { ...comparable(result), counts } };
      dispose({ bound, labels });
      model.dispose();
      return ending;
    };
    const whole = await go(memoryStorage());
    for (const stop of [0, 2, 5]) {
      const storage = memoryStorage();
      await go(storage, stop);
      expectSameEnding(await go(storage), whole, `stopped after step ${stop}`);
    }
  });

  it('are resumed with the same settings alone: the phase that has others is named', async () => {
    const storage = memoryStorage();
    const go = async (optimizers: Adams, epochs: number) => {
      const model = tinyM2();
      const objective = withOptimizers(model, optimizers);
      try {
        return await train(model, {
          ...options(model),
          objective,
          epochs,
          checkpoint: { storage },
          resume: true,
        });
      } finally {
        dispose(optimizers);
        model.dispose();
      }
    };
    await go(adams(), 1);
    const faster = { ...adams(), labels: createAdam({ learningRate: 0.1, beta1: 0.5 }) };
    await expect(go(faster, 2)).rejects.toThrow(
      'phaseOptimizers.labels.learningRate is 0.1 in this run and 0.05 in the checkpoint',
    );
    const { bound } = adams();
    await expect(go({ bound }, 2)).rejects.toThrow('phaseOptimizers.labels is none in this run and {');
    expect((await go(adams(), 2)).step).toBe(8);
  });

  it('are resumed from no checkpoint of a run without them', async () => {
    const storage = memoryStorage();
    const model = tinyM2();
    await train(model, { ...options(model), epochs: 1, checkpoint: { storage } });
    const own = adams();
    const objective = withOptimizers(model, own);
    await expect(
      train(model, { ...options(model), objective, checkpoint: { storage }, resume: true }),
    ).rejects.toThrow('phaseOptimizers.bound is {');
    dispose(own);
    model.dispose();
  });

  it.each<[string, (own: Required<Adams>) => Partial<TrainOptions<M2>> & { optimizers: Adams }, string]>([
    [
      'two phases',
      ({ bound }) => ({ optimizers: { bound, labels: bound } }),
      'train: phase "labels" has the optimizer of phase "bound", needed an optimizer for each, or none for that of the run',
    ],
    [
      'a phase and the run',
      ({ bound }) => ({ optimizers: { bound }, optimizer: bound }),
      'train: phase "bound" has the optimizer of the run, needed an optimizer for each, or none for that of the run',
    ],
    [
      'no phase',
      ({ bound, labels }) => ({ optimizers: { bound, labels }, optimizer: createAdam() }),
      'train: optimizer moves nothing, needed none, as every phase has an optimizer of its own',
    ],
    [
      'a checkpoint that it cannot be restored from',
      ({ bound, labels }) => ({
        optimizers: { bound: { ...bound, state: bound.state, restore: undefined as never }, labels },
        checkpoint: { storage: memoryStorage() },
      }),
      'train: optimizer of phase "bound" is Object, needed an object with restore()',
    ],
  ])('are refused where one is of %s', async (_, misfit, message) => {
    const model = tinyM2();
    const own = adams();
    const { optimizers, ...more } = misfit(own);
    const start = await weightsOf(model);
    const objective = withOptimizers(model, optimizers);
    await expect(train(model, { ...options(model), ...more, objective })).rejects.toThrow(message);
    expect(await weightsOf(model)).toEqual(start);
    dispose(own);
    model.dispose();
  });

  it('are refused where another run has one, or it has moments of another model, before the first step', async () => {
    const [model, other] = [tinyM2(), tinyM2({ nets: { preset: 'mlp', widths: [5], batchNorm: false } })];
    const own = adams();
    const first = train(model, { ...options(model), objective: withOptimizers(model, own), epochs: 1 });
    const start = await weightsOf(other);
    const shared = (): Promise<unknown> => {
      const { bound: _, ...labels } = own;
      return train(other, { ...options(other), objective: withOptimizers(other, labels), epochs: 1 });
    };
    await expect(shared()).rejects.toThrow(
      'train: optimizer of phase "labels" is used by another run, needed the end of that run, or an optimizer for each',
    );
    await first;
    await expect(shared()).rejects.toThrow(/^adam\.apply: the moments of "labels\/.*" are/);
    // The first phase has not moved either.
    expect(await weightsOf(other)).toEqual(start);
    dispose(own);
    model.dispose();
    other.dispose();
  });
});
