import { ones, scalar, tidy, type Variable, variable } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../../src/core/noise';
import type { M2 } from '../../../src/models/m2/model';
import { semiSupervised } from '../../../src/models/objectives/semiSupervised';
import { createAdam } from '../../../src/training/optimizer/adam';
import { createEma, decayAt } from '../../../src/training/optimizer/ema';
import type { TrainOptions } from '../../../src/training/options';
import { train } from '../../../src/training/train';
import { trainingSteps } from '../../../src/training/trainingSteps';
import { comparable, type Ending } from '../../support/ending';
import { cleanUpAfterEach, expectClose } from '../../support/numbers';
import {
  alive,
  CONV,
  memoryStorage,
  seedAsOfTrain,
  tinyBatches,
  tinyM2,
  weightsOf,
  withoutEpochs,
} from '../../support/tiny';
import { expectSameEnding } from '../../support/tinyRun';

cleanUpAfterEach();

const numberOf = async (source: Variable): Promise<number> => (await source.data())[0] as number;

describe('createEma', () => {
  it('follows its formula', async () => {
    const weight = variable(scalar(1));
    const ema = createEma({ weight }, { decay: 0.9 });
    let expected = 1;
    for (let step = 0; step < 200; step++) {
      weight.assign(scalar(Math.sin(step)));
      ema.update(step);
      expected += (1 - Math.min(0.9, (1 + step) / (10 + step))) * (Math.sin(step) - expected);
      expectClose([await numberOf(ema.averages.weight as Variable)], [expected], 1e-6);
    }
    ema.dispose();
    weight.dispose();
  });

  it('is the weight itself at a decay of 0, however large it was before', async () => {
    const weight = variable(scalar(1e4));
    const ema = createEma({ weight }, { decay: 0 });
    weight.assign(scalar(1e-4));
    ema.update(0);
    expect(await numberOf(ema.averages.weight as Variable)).toBe(Math.fround(1e-4));
    ema.dispose();
    weight.dispose();
  });

  it('keeps little of the first weights, and then its decay', () => {
    expect([0, 1, 8, 90, 1000].map((step) => decayAt(0.95, step))).toEqual([0.1, 2 / 11, 0.5, 0.91, 0.95]);
    expect(decayAt(0, 5)).toBe(0);
  });

  it('replaces the variables while work lasts, and after an error no longer', async () => {
    const weight = tidy(() => variable(scalar(2)));
    const ema = createEma({ weight }, { decay: 0.5 });
    tidy(() => weight.assign(scalar(4)));
    const before = alive();
    expect(await ema.withAverages(() => numberOf(weight))).toBe(2);
    expect(await numberOf(weight)).toBe(4);
    const fault = ema.withAverages(() => Promise.reject(new Error('no')));
    await expect(fault).rejects.toThrow('no');
    expect(await numberOf(weight)).toBe(4);
    expect(alive()).toEqual(before);
    ema.copyToVariables();
    expect(await numberOf(weight)).toBe(2);
    ema.dispose();
    expect(await numberOf(weight)).toBe(2);
    weight.dispose();
  });

  it('leaves nothing behind', () => {
    const weight = variable(ones([3]));
    const before = alive();
    const ema = createEma({ weight }, { decay: 0.5 });
    ema.update(0);
    ema.update(1);
    ema.dispose();
    expect(alive()).toEqual(before);
    weight.dispose();
  });

  it.each([-0.1, 1, Number.NaN, '0.5' as unknown as number])('refuses a decay of %s', (decay) => {
    expect(() => createEma({}, { decay })).toThrow(/^createEma: decay is .*, needed a number in \[0, 1\)$/);
  });

  it('refuses a variable that is disposed', () => {
    const gone = variable(ones([2]));
    gone.dispose();
    expect(() => createEma({ gone }, { decay: 0.9 })).toThrow(
      'createEma: variables.gone is disposed, needed one that is not',
    );
  });
});

describe('an average by hand', () => {
  it('refuses to be used when it has been disposed, and leaves the weights as they are', async () => {
    const model = tinyM2();
    const before = await weightsOf(model);
    const ema = createEma(model.variables, { decay: 0.5 });
    ema.dispose();
    const message = (where: string) =>
      new RangeError(`${where}: ema is disposed, needed a new createEma(model.variables)`);
    expect(() => ema.copyToVariables()).toThrowError(message('copyToVariables'));
    expect(() => ema.update(1)).toThrowError(message('update'));
    await expect(ema.withAverages(async () => 1)).rejects.toThrowError(message('withAverages'));
    expect(await weightsOf(model)).toEqual(before);
    model.dispose();
  });

  it.each([undefined, Number.NaN, -5, 1.5, '3'])('refuses the step %s', (step) => {
    const model = tinyM2();
    const ema = createEma(model.variables, { decay: 0.5 });
    expect(() => ema.update(step as number)).toThrow(/^update: step is .*, needed an integer of at least 0/);
    ema.dispose();
    model.dispose();
  });
});

describe('an average that does not fit the loop', () => {
  it.each<[string, string]>([
    ['of other variables', 'trainingSteps: ema is of other variables, needed createEma(model.variables)'],
    ['disposed', 'trainingSteps: ema is disposed, needed a new createEma(model.variables)'],
  ])('is refused before the first step: %s', async (kind, message) => {
    const [model, other] = [tinyM2(), tinyM2()];
    const ema = createEma((kind === 'disposed' ? model : other).variables, { decay: 0.5 });
    if (kind === 'disposed') ema.dispose();
    const before = alive();
    const steps = trainingSteps(model, { objective: semiSupervised(), batches: tinyBatches(), seed: 1, ema });
    await expect(steps.next()).rejects.toThrowError(new RangeError(message));
    expect(alive()).toEqual(before);
    if (kind !== 'disposed') ema.dispose();
    model.dispose();
    other.dispose();
  });

  it('is refused between two steps, where it has been disposed', async () => {
    const model = tinyM2();
    const ema = createEma(model.variables, { decay: 0.5 });
    const steps = trainingSteps(model, { objective: semiSupervised(), batches: tinyBatches(), seed: 1, ema });
    await steps.next();
    ema.dispose();
    await expect(steps.next()).rejects.toThrowError(
      new RangeError('train: ema is disposed, needed a new createEma(model.variables)'),
    );
    model.dispose();
  });
});

describe('a loop of fewer than no steps', () => {
  it('is refused', async () => {
    const model = tinyM2();
    const steps = trainingSteps(model, {
      objective: semiSupervised(),
      batches: tinyBatches(),
      seed: 1,
      from: 5,
      to: 3,
    });
    await expect(steps.next()).rejects.toThrowError(
      new RangeError('trainingSteps: from is 5 and to 3, needed to of at least from'),
    );
    model.dispose();
  });
});

describe('a run with an average', () => {
  const NETS = { ...CONV, norm: 'batch' } as const;
  const DECAY = 0.8;
  const options = (): TrainOptions<M2> => ({
    objective: semiSupervised(),
    batches: tinyBatches({ stepsPerEpoch: 3 }),
    epochs: 3,
    seed: createNoise(4),
    ema: { decay: DECAY },
  });
  const ofSteps = () => {
    const others = withoutEpochs(options());
    return { ...others, seed: seedAsOfTrain(others.seed) };
  };
  const go = async (more: Partial<TrainOptions<M2>> = {}): Promise<Ending> => {
    const model = tinyM2({ nets: NETS, seed: createNoise(more.resume ? 99 : 1) });
    const optimizer = createAdam({ learningRate: 0.05 });
    try {
      const result = await train(model, { ...options(), optimizer, ...more });
      return { weights: await weightsOf(model), result: comparable(result) };
    } finally {
      optimizer.dispose();
      model.dispose();
    }
  };

  /** Averages by hand, of the weights that each step leaves. */
  const byHand = async (): Promise<Record<string, number[]>[]> => {
    const model = tinyM2({ nets: NETS });
    const optimizer = createAdam({ learningRate: 0.05 });
    let average = await weightsOf(model);
    const epochs: Record<string, number[]>[] = [];
    for await (const { step } of trainingSteps(model, { ...ofSteps(), optimizer, to: 9 })) {
      const weights = await weightsOf(model);
      average = Object.fromEntries(
        Object.entries(average).map(([name, values]) => [
          name,
          values.map((value, i) => value + (1 - decayAt(DECAY, step)) * ((weights[name]?.[i] ?? 0) - value)),
        ]),
      );
      if ((step + 1) % 3 === 0) epochs.push(average);
    }
    optimizer.dispose();
    model.dispose();
    return epochs;
  };
  const expectWeights = (actual: Ending['weights'], expected: Record<string, number[]>): void => {
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    for (const [name, values] of Object.entries(expected)) expectClose(actual[name] ?? [], values, 1e-4);
  };

  it('validates with it, shows it at the end of an epoch, and ends with it; steps go on from the weights', async () => {
    const expected = await byHand();
    const validated: Record<string, number[]>[] = [];
    const shown: Record<string, number[]>[] = [];
    const model = tinyM2({ nets: NETS });
    const optimizer = createAdam({ learningRate: 0.05 });
    await train(model, {
      ...options(),
      optimizer,
      validate: async () => {
        validated.push(await weightsOf(model));
        return { score: 1 };
      },
      callbacks: { onEpochEnd: async () => void shown.push(await weightsOf(model)) },
    });
    for (const [epoch, average] of expected.entries()) {
      expectWeights(validated[epoch] ?? {}, average);
      expectWeights(shown[epoch] ?? {}, average);
    }
    expectWeights(await weightsOf(model), expected[2] ?? {});
    optimizer.dispose();
    model.dispose();
  });

  it('ends with the best of the averages where it stops by one', async () => {
    const expected = await byHand();
    let epoch = 0;
    const { weights } = await go({
      validate: async () => ({ score: -Math.abs(epoch++ - 1) }),
      earlyStopping: { monitor: 'validation.score', mode: 'max', patience: 9 },
    });
    expectWeights(weights, expected[1] ?? {});
  });

  it('changes no step', async () => {
    const losses = ({ result }: Ending) =>
      (result as { history: Record<string, number>[] }).history.map(({ loss }) => loss);
    const { ema: _, ...plain } = options();
    expect(losses(await go())).toEqual(losses(await go({ ...plain, ema: undefined as never })));
  });

  it('interrupted after any step, and resumed, ends to the bit alike; an aborted one has the weights themselves', async () => {
    const whole = await go();
    const plain = tinyM2({ nets: NETS });
    const optimizer = createAdam({ learningRate: 0.05 });
    let steps = 0;
    for await (const { step } of trainingSteps(plain, { ...ofSteps(), optimizer, to: 8 })) {
      steps++;
      const storage = memoryStorage();
      const controller = new AbortController();
      const onBatchEnd = (end: { step: number }) => void (end.step === step && controller.abort());
      const first = await go({
        checkpoint: { storage },
        callbacks: { onBatchEnd },
        signal: controller.signal,
      });
      expect(first.result).toMatchObject({ stopped: 'aborted', step: step + 1 });
      expectSameEnding(
        { weights: first.weights, result: {} },
        { weights: await weightsOf(plain), result: {} },
      );
      expectSameEnding(await go({ checkpoint: { storage }, resume: true }), whole, `after ${step}`);
    }
    expect(steps).toBe(8);
    optimizer.dispose();
    plain.dispose();
  });

  it('is not gone on with without it, nor with another', async () => {
    const storage = memoryStorage();
    await go({ checkpoint: { storage }, epochs: 1 });
    for (const ema of [undefined as never, { decay: 0.5 }])
      await expect(go({ checkpoint: { storage }, resume: true, ema })).rejects.toThrow(
        /ema(?: is null in this run and \{"decay":0.8\}|\.decay is 0.5 in this run and 0.8) in the checkpoint/,
      );
  });
});
