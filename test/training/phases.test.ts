import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import type { M2 } from '../../src/models/m2/model';
import type { Phase } from '../../src/models/objectives/objective';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { createAdam } from '../../src/training/optimizer/adam';
import type { TrainOptions } from '../../src/training/options';
import { train } from '../../src/training/train';
import { comparable } from '../support/ending';
import { cleanUpAfterEach } from '../support/numbers';
import { alive, type MemoryStorage, memoryStorage, tinyBatches, tinyM2, weightsOf } from '../support/tiny';
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
  noise: createNoise(4),
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
      const model = tinyM2({ noise: createNoise(storage.bytes ? 99 : 1) });
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
  ])('are refused where they are none: %j', async (phases, type, message) => {
    const model = tinyM2();
    const run = train(model, { ...options(model), objective: phases as unknown as readonly Phase<M2>[] });
    await expect(run).rejects.toThrow(type);
    await expect(run).rejects.toThrow(message);
    model.dispose();
  });
});
