import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { swissRoll } from '../../src/distributions/swissRoll';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import type { Aae } from '../../src/models/adversarial/model';
import { supervised } from '../../src/models/objectives/supervised';
import { adversarial } from '../../src/training/adversarial';
import { createAdam } from '../../src/training/optimizer/adam';
import { train } from '../../src/training/train';
import { comparable } from '../support/ending';
import { cleanUpAfterEach } from '../support/numbers';
import {
  CLASSES,
  type MemoryStorage,
  memoryStorage,
  tinyAae,
  tinyBatches,
  tinyDataset,
  tinyM2,
  weightsOf,
} from '../support/tiny';
import { expectSameEnding } from '../support/tinyRun';

const roll = () => ({ classPrior: swissRoll({ classes: CLASSES }), latent: 2 });

describe('adversarial', () => {
  cleanUpAfterEach();

  it('gives the phases in their order, each with its variables and an optimizer of its own', () => {
    const model = tinyAae();
    const made: string[] = [];
    const phases = adversarial(model, {
      optimizer(phase) {
        made.push(phase);
        return createAdam();
      },
    });
    const names = ['reconstruction', 'discriminators', 'generator', 'classification'];
    expect(phases.map(({ name }) => name)).toEqual(names);
    expect(made).toEqual(names);
    expect(new Set(phases.map(({ optimizer }) => optimizer)).size).toBe(4);
    const nets = phases.map(({ variables }) => [...new Set(variables.map((name) => name.split('/')[0]))]);
    expect(nets).toEqual([
      ['trunk', 'classifier', 'encoder', 'decoder'],
      ['labelDiscriminator', 'codeDiscriminator'],
      ['trunk', 'classifier', 'encoder'],
      ['trunk', 'classifier'],
    ]);
    model.dispose();
    const other = tinyAae(roll());
    expect(adversarial(other).map(({ name }) => name)).toEqual(names.slice(0, 3));
    other.dispose();
  });

  it.each([
    ['a label beside the code', {}],
    ['a swiss roll', roll()],
  ])('is resumed to the bit with the state of every optimizer: %s', async (_, options) => {
    const go = async (storage: MemoryStorage, stop?: number) => {
      const model = tinyAae({ ...options, seed: createNoise(storage.bytes ? 99 : 1) });
      const abort = new AbortController();
      const phases = adversarial(model);
      const result = await train(model, {
        objective: phases,
        batches: tinyBatches(),
        epochs: 2,
        seed: 1,
        checkpoint: { storage },
        resume: true,
        signal: abort.signal,
        callbacks: { onBatchEnd: ({ step }) => void (step === stop && abort.abort()) },
      });
      const states = phases.map(({ optimizer }) => optimizer.state.counts);
      const ending = { weights: await weightsOf(model), result: comparable(result) };
      for (const { optimizer } of phases) optimizer.dispose();
      model.dispose();
      return { ending, states };
    };
    const storage = memoryStorage();
    await go(storage, 2);
    const [resumed, whole] = [await go(storage), await go(memoryStorage())];
    expectSameEnding(resumed.ending, whole.ending);
    expect(resumed.states).toEqual(whole.states);
    expect(whole.states.every((counts) => Object.values(counts).every((count) => count === 8))).toBe(true);
  });

  it('is not resumed with another noise on the inputs of the discriminators', async () => {
    const storage = memoryStorage();
    const go = async (inputNoise: number) => {
      const model = tinyAae();
      const phases = adversarial(model, { inputNoise });
      try {
        await train(model, {
          objective: phases,
          batches: tinyBatches(),
          epochs: 1,
          seed: 1,
          checkpoint: { storage },
          resume: true,
        });
      } finally {
        for (const { optimizer } of phases) optimizer.dispose();
        model.dispose();
      }
    };
    await go(0.3);
    await expect(go(0.2)).rejects.toThrowError('inputNoise');
  });

  it('learns the classes, and reports the accuracies of the discriminators', async () => {
    const model = tinyAae({ nets: { preset: 'mlp', widths: [16], discriminatorWidths: [16] } });
    const phases = adversarial(model, { optimizer: () => createAdam({ learningRate: 3e-3, beta1: 0.5 }) });
    const { history } = await train(model, {
      objective: phases,
      batches: tinyBatches(),
      epochs: 30,
      seed: 1,
    });
    const last = history.at(-1) as Readonly<Record<string, number>>;
    for (const judge of ['labelAccuracy', 'codeAccuracy']) {
      const accuracy = last[`unlabeled.discriminators.${judge}`] as number;
      expect(accuracy).toBeGreaterThan(0.2);
      expect(accuracy).toBeLessThanOrEqual(1);
    }
    const first = history[0] as Readonly<Record<string, number>>;
    const term = 'unlabeled.reconstruction.objective';
    expect(last[term]).toBeGreaterThan((first[term] as number) + 1);
    expect((await evaluateClassifier(model, tinyDataset(30, 3))).accuracy).toBeGreaterThan(0.9);
    for (const { optimizer } of phases) optimizer.dispose();
    model.dispose();
  });

  it.each<[string, (model: Aae) => unknown, string]>([
    [
      'a model without discriminators',
      () => adversarial(tinyM2() as never),
      'adversarial: the model has no codeDiscriminator(), needed by adversarial(), the phases of createAae',
    ],
    [
      'a noise below 0',
      (model) => adversarial(model, { inputNoise: -1 }),
      'adversarial: inputNoise is -1, needed a finite number of at least 0',
    ],
    [
      'an optimizer that is none',
      (model) => adversarial(model, { optimizer: createAdam() as never }),
      'adversarial: optimizer is',
    ],
    [
      'a function that makes no optimizer',
      (model) => adversarial(model, { optimizer: () => 3 as never }),
      'adversarial: optimizer("reconstruction") is 3, needed an object with apply()',
    ],
  ])('refuses %s', (_, call, message) => {
    const model = tinyAae();
    expect(() => call(model)).toThrowError(message);
    model.dispose();
  });

  it('names a phase that has no term: before the first step without labels, at its step otherwise', async () => {
    const model = tinyAae();
    const weights = await weightsOf(model);
    const options = { seed: 1, epochs: 1 };
    const unlabeled = tinyBatches({ batchSize: { labeled: 0, unlabeled: 20 } });
    await expect(
      train(model, { ...options, objective: adversarial(model), batches: unlabeled }),
    ).rejects.toThrow(
      new RangeError(
        'train: phase "classification" has no term: the batches have no labeled part, needed labeled examples, or the list without it: phases.filter(({ name }) => name !== "classification")',
      ),
    );
    const other = tinyM2();
    await expect(train(other, { ...options, objective: supervised(), batches: unlabeled })).rejects.toThrow(
      'train: the objective has no term: the batches have no labeled part, needed labeled examples, or another objective',
    );
    expect(await weightsOf(model)).toEqual(weights);
    const batches = tinyBatches();
    await expect(
      train(model, { ...options, objective: adversarial(model), batches, alpha: 0 }),
    ).rejects.toThrow('train: the loss of phase "classification" is empty, needed');
    const phases = adversarial(model).filter(({ name }) => name !== 'classification');
    const { stopped } = await train(model, { ...options, objective: phases, batches: unlabeled });
    expect(stopped).toBe('finished');
    model.dispose();
    other.dispose();
  });
});
