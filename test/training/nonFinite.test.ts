import { mul, scalar, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/core/batch';
import { createNoise } from '../../src/core/noise';
import type { M2 } from '../../src/models/m2/model';
import type { Objective } from '../../src/models/objectives/objective';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { createAdam } from '../../src/training/optimizer/adam';
import type { TrainOptions } from '../../src/training/options';
import { train } from '../../src/training/train';
import { comparable } from '../support/ending';
import { cleanUpAfterEach } from '../support/numbers';
import { alive, memoryStorage, tinyBatches, tinyM2, weightsOf } from '../support/tiny';
import { expectSameEnding } from '../support/tinyRun';

/** The bound, times a number that is not finite at some steps. */
const broken =
  (at: Readonly<Record<number, number>>): Objective<M2> =>
  (model, batch, context) => {
    const terms = semiSupervised()(model, batch, context);
    const factor = at[context.step];
    if (factor === undefined) return terms;
    const { unlabeled = {} } = terms;
    return {
      ...terms,
      unlabeled: { ...unlabeled, objective: mul(unlabeled.objective as Tensor, scalar(factor)) },
    };
  };

const run = (options: Partial<TrainOptions<M2>> = {}): TrainOptions<M2> => ({
  objective: broken({ 2: Number.NaN, 5: Number.POSITIVE_INFINITY }),
  batches: tinyBatches(),
  epochs: 2,
  seed: createNoise(4),
  ...options,
});

const allFinite = (weights: Readonly<Record<string, readonly number[]>>): boolean =>
  Object.values(weights).flat().every(Number.isFinite);

describe('a loss that is not finite', () => {
  cleanUpAfterEach();

  it('throws with term and step, and leaves the weights of before', async () => {
    const model = tinyM2();
    const before = alive();
    await expect(train(model, run())).rejects.toThrow(
      new RangeError(
        "train: unlabeled.objective is NaN at step 2, needed finite numbers; the model has the weights of before (nonFinite: 'skip' leaves such steps out)",
      ),
    );
    expect(alive()).toEqual(before);
    const twoSteps = tinyM2();
    const abort = new AbortController();
    await train(
      twoSteps,
      run({
        signal: abort.signal,
        callbacks: { onBatchEnd: ({ step }) => void (step === 1 && abort.abort()) },
      }),
    );
    expect(await weightsOf(model)).toEqual(await weightsOf(twoSteps));
    model.dispose();
    twoSteps.dispose();
  });

  it('says so where all examples of a part have weight 0', async () => {
    const model = tinyM2();
    const [before, started] = [alive(), await weightsOf(model)];
    const batches = tinyBatches();
    const weightless: typeof batches = {
      ...batches,
      at(step) {
        const { unlabeled, ...others } = batches.at(step) as Batch;
        if (unlabeled === undefined) return others;
        return { ...others, unlabeled: { ...unlabeled, weight: zeros([unlabeled.x.shape[0] as number]) } };
      },
    };
    await expect(train(model, run({ objective: semiSupervised(), batches: weightless }))).rejects.toThrow(
      'train: the weight of all unlabeled examples of the batch is 0, needed one above 0: leave the part out of the batch',
    );
    expect(alive()).toEqual(before);
    expect(await weightsOf(model)).toEqual(started);
    model.dispose();
  });

  const unread = (last: number): string =>
    `the loss or a gradient was not finite at a step from 1 to ${last}`;
  it.each<[string, Partial<TrainOptions<M2>>, string]>([
    ['the next reading', { logEvery: 3 }, unread(3)],
    ['the end of the epoch', { logEvery: 4 }, unread(3)],
    ['the end of the run', { logEvery: 100, epochs: 1 }, unread(3)],
    [
      'a checkpoint',
      { logEvery: 100, checkpoint: { storage: memoryStorage(), every: 3 } },
      'unlabeled.objective is NaN at step 2',
    ],
  ])('is noticed at %s', async (_, options, message) => {
    const model = tinyM2();
    await expect(train(model, run(options))).rejects.toThrow(`train: ${message}, needed finite numbers`);
    expect(allFinite(await weightsOf(model))).toBe(true);
    model.dispose();
  });

  it('is noticed when the run is aborted', async () => {
    const model = tinyM2();
    const abort = new AbortController();
    const onBatchEnd = ({ step }: { step: number }) => void (step === 2 && abort.abort());
    await expect(
      train(model, run({ logEvery: 100, signal: abort.signal, callbacks: { onBatchEnd } })),
    ).rejects.toThrow('unlabeled.objective is NaN at step 2');
    model.dispose();
  });

  it('is not a value of early stopping, and the run goes on', async () => {
    const model = tinyM2();
    const { stopped, history, best } = await train(
      model,
      run({
        objective: broken({ 0: Number.NaN }),
        nonFinite: 'skip',
        logEvery: 4,
        earlyStopping: { monitor: 'loss', mode: 'min', patience: 5 },
      }),
    );
    expect([stopped, history[0]?.loss, history[0]?.skipped, best?.epoch]).toEqual([
      'finished',
      undefined,
      0.25,
      1,
    ]);
    model.dispose();
  });

  it('leaves the last terms of an epoch in its row, where no reading before had any', async () => {
    const options = run({ objective: broken({ 1: Number.NaN }), nonFinite: 'skip', logEvery: 25 });
    const [model, kept] = [tinyM2(), tinyM2()];
    const { history } = await train(model, options);
    expect(history.map(({ loss }) => Number.isFinite(loss))).toEqual([true, true]);
    // The look ahead of a checkpoint within the epoch is no reading.
    const withCheckpoints = { ...options, checkpoint: { storage: memoryStorage(), every: 2 } };
    const names = (await train(kept, withCheckpoints)).history.map((row) => Object.keys(row).sort());
    expect(names).toEqual(history.map((row) => Object.keys(row).sort()));
    model.dispose();
    kept.dispose();
  });

  it('is named next to the fault of a callback, as no resumed run would check it', async () => {
    const model = tinyM2();
    const storage = memoryStorage();
    const failing = run({
      logEvery: 25,
      checkpoint: { storage, every: 25 },
      callbacks: {
        onBatchEnd: ({ step }) => {
          if (step === 2) throw new Error('disk full');
        },
      },
    });
    await expect(train(model, failing)).rejects.toThrow(
      /^Error: disk full; and RangeError: train: .* NaN at step 2/,
    );
    const skipping = tinyM2();
    await expect(train(skipping, { ...failing, nonFinite: 'skip' })).rejects.toThrow(/^disk full$/);
    const { history } = await train(tinyM2(), {
      ...failing,
      callbacks: {},
      nonFinite: 'skip',
      resume: true,
    });
    expect(history.map(({ skipped }) => skipped)).toEqual([0.25, 0.25]);
    model.dispose();
    skipping.dispose();
  });

  it('leaves a diverged run with the weights of its best epoch', async () => {
    const model = tinyM2();
    let ofFirst: Readonly<Record<string, readonly number[]>> = {};
    const { stopped, best } = await train(
      model,
      run({
        objective: broken({ 6: Number.NaN }),
        nonFinite: 'stop',
        validate: async () => ({ accuracy: 0.5 }),
        earlyStopping: { monitor: 'validation.accuracy', mode: 'max', patience: 5 },
        callbacks: {
          async onEpochEnd() {
            ofFirst = await weightsOf(model);
          },
        },
      }),
    );
    expect([stopped, best?.epoch]).toEqual(['diverged', 0]);
    expect(await weightsOf(model)).toEqual(ofFirst);
    model.dispose();
  });

  it('stops the run, with good weights in the model and in the checkpoint', async () => {
    const storage = memoryStorage();
    const model = tinyM2();
    const result = await train(model, run({ nonFinite: 'stop', checkpoint: { storage } }));
    expect([result.stopped, result.step]).toEqual(['diverged', 3]);
    const resumed = tinyM2();
    const rest = await train(resumed, run({ nonFinite: 'skip', checkpoint: { storage }, resume: true }));
    expect([rest.stopped, rest.step, allFinite(await weightsOf(resumed))]).toEqual(['finished', 8, true]);
    model.dispose();
    resumed.dispose();
  });

  it.each([1, 3])(
    'is skipped, and the share of it told, when terms are read every %i steps',
    async (logEvery) => {
      const model = tinyM2();
      const before = alive();
      const { history, stopped } = await train(model, run({ nonFinite: 'skip', logEvery }));
      expect(stopped).toBe('finished');
      expect(alive()).toEqual(before);
      expect(allFinite(await weightsOf(model))).toBe(true);
      for (const row of history) expect(Object.values(row).every(Number.isFinite)).toBe(true);
      expect(history.map(({ skipped }) => skipped)).toEqual([0.25, 0.25]);
      model.dispose();
    },
  );

  it('changes nothing at a step that is left out: neither weights nor statistics nor moments, decay included', async () => {
    const states: (readonly number[])[][] = [];
    const model = tinyM2({ nets: { preset: 'mlp', widths: [4], norm: 'batch' } });
    const optimizer = createAdam({ weightDecay: 0.1 });
    const look = async ({ step }: { step: number }) => {
      if (step !== 1 && step !== 2) return;
      const moments = await Promise.all(
        Object.values(optimizer.state.tensors).map(async (tensor) => Array.from(await tensor.data())),
      );
      states.push([...Object.values(await weightsOf(model)), ...moments]);
    };
    let step = -1;
    // NaN goes through every layer, and with it into what a forward pass moves.
    const augment = { unlabeled: (x: Tensor) => (++step === 2 ? mul(x, Number.NaN) : x) };
    const callbacks = { onBatchEnd: look };
    await train(
      model,
      run({ objective: semiSupervised(), augment, nonFinite: 'skip', optimizer, epochs: 1, callbacks }),
    );
    expect(step).toBe(3);
    expect(states[1]).toEqual(states[0]);
    expect(allFinite(await weightsOf(model))).toBe(true);
    optimizer.dispose();
    model.dispose();
  });

  it('does not change a run without such a step, whatever is done about them', async () => {
    const ending = async (nonFinite: TrainOptions<M2>['nonFinite']) => {
      const model = tinyM2();
      const result = await train(
        model,
        run({ objective: semiSupervised(), ...(nonFinite && { nonFinite }) }),
      );
      const weights = await weightsOf(model);
      model.dispose();
      const { history, ...rest } = comparable(result);
      return { weights, result: { ...rest, history: history.map(({ skipped: _, ...row }) => row) } };
    };
    const plain = await ending('ignore');
    for (const policy of ['throw', 'stop', 'skip'] as const) expectSameEnding(await ending(policy), plain);
  });

  it('leaves statistics as they were where the objective throws behind the forward pass', async () => {
    const model = tinyM2({ nets: { preset: 'mlp', widths: [4], norm: 'batch' } });
    const before = await weightsOf(model);
    const throwing: Objective<M2> = (of, batch, context) => {
      semiSupervised()(of, batch, context);
      throw new Error('a fault');
    };
    await expect(train(model, run({ objective: throwing }))).rejects.toThrow('a fault');
    expect(await weightsOf(model)).toEqual(before);
    model.dispose();
  });

  it('is let through where it is to be ignored', async () => {
    const model = tinyM2();
    const { stopped } = await train(model, run({ nonFinite: 'ignore' }));
    expect([stopped, allFinite(await weightsOf(model))]).toEqual(['finished', false]);
    model.dispose();
  });

  it('is refused as a policy that there is not', async () => {
    const model = tinyM2();
    await expect(train(model, run({ nonFinite: 'stopp' as never }))).rejects.toThrow(
      'train: nonFinite is "stopp", needed one of "throw", "stop", "skip", "ignore"',
    );
    model.dispose();
  });
});
