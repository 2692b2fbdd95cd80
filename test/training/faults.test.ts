import { afterAll, describe, expect, it } from 'vitest';
import type { BatchSource } from '../../src/core/batch';
import { createNoise } from '../../src/core/noise';
import type { M2 } from '../../src/models/m2/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { recordedStep } from '../../src/recorded/recordedStep';
import type { TrainOptions } from '../../src/training/options';
import { type Execute, executeEagerly } from '../../src/training/step';
import { disposeTerms } from '../../src/training/terms';
import { train } from '../../src/training/train';
import { comparable, type Ending } from '../support/ending';
import { cleanUpAfterEach } from '../support/numbers';
import { alive, type MemoryStorage, memoryStorage, tinyBatches, tinyM2, weightsOf } from '../support/tiny';
import { expectSameEnding } from '../support/tinyRun';

cleanUpAfterEach();

const LAST = 6;
const validate = async (): Promise<{ score: number }> => ({ score: 1 });
const options = (): TrainOptions<M2> => ({
  objective: semiSupervised(),
  batches: tinyBatches({ stepsPerEpoch: 3 }),
  epochs: 2,
  seed: createNoise(4),
  validate,
  ema: { decay: 0.9 },
});

const runFrom = async (storage: MemoryStorage, more: Partial<TrainOptions<M2>>): Promise<Ending> => {
  const model = tinyM2({ seed: createNoise(storage.bytes ? 99 : 1) });
  try {
    const result = await train(model, { ...options(), checkpoint: { storage }, resume: true, ...more });
    return { weights: await weightsOf(model), result: comparable(result) };
  } finally {
    model.dispose();
  }
};

/** Throws at the nth time it is called. */
const failsAt = (nth: number): (() => void) => {
  let calls = 0;
  return () => {
    if (calls++ === nth) throw new Error('a fault');
  };
};

/** Where a fault may come from, how often each is asked, and what is left to do then. */
const FAULTS: readonly (readonly [string, number, (nth: number) => Partial<TrainOptions<M2>>])[] = [
  [
    'the source of the batches',
    LAST,
    (nth) => {
      const batches = tinyBatches({ stepsPerEpoch: 3 });
      const fail = failsAt(nth);
      const faulty: BatchSource = {
        stepsPerEpoch: batches.stepsPerEpoch,
        counts: batches.counts,
        ...(batches.identity !== undefined && { identity: batches.identity }),
        ...(batches.split && { split: batches.split }),
        async at(step) {
          fail();
          return batches.at(step);
        },
      };
      return { batches: faulty };
    },
  ],
  [
    'the validation',
    2,
    (nth) => {
      const fail = failsAt(nth);
      return {
        async validate() {
          fail();
          return validate();
        },
      };
    },
  ],
  ['onEpochBegin', 2, (nth) => ({ callbacks: { onEpochBegin: failsAt(nth) } })],
  ['onBatchEnd', LAST, (nth) => ({ callbacks: { onBatchEnd: failsAt(nth) } })],
  ['onEpochEnd', 2, (nth) => ({ callbacks: { onEpochEnd: failsAt(nth) } })],
  ['onTrainEnd', 1, (nth) => ({ callbacks: { onTrainEnd: failsAt(nth) } })],
  [
    'augment',
    LAST,
    (nth) => {
      const fail = failsAt(nth);
      return {
        augment: {
          labeled(x) {
            fail();
            return x;
          },
        },
      };
    },
  ],
];

const recorded = recordedStep();
afterAll(() => recorded.dispose());

const EXECUTORS: readonly (readonly [string, Execute])[] = [
  ['a fault', executeEagerly],
  ...(process.env.SSVAE_TEST_BACKEND === 'tensorflow'
    ? [['a fault of a recorded run', recorded] as const]
    : []),
];

describe.each(EXECUTORS)('%s', (_, execute) => {
  const go = (storage: MemoryStorage, more: Partial<TrainOptions<M2>> = {}): Promise<Ending> =>
    runFrom(storage, { execute, ...more });

  it.each(FAULTS)('of %s leaks nothing and costs no step', async (name, times, fault) => {
    // A run goes on only with its inputs changed as before.
    const more: Partial<TrainOptions<M2>> = name === 'augment' ? { augment: { labeled: (x) => x } } : {};
    const whole = await go(memoryStorage(), more);
    for (let nth = 0; nth < times; nth++) {
      const storage = memoryStorage();
      const before = alive();
      await expect(go(storage, fault(nth))).rejects.toThrow(/^a fault$/);
      expect(alive()).toEqual(before);
      let first = 0;
      let epochs = 0;
      const ending = await go(storage, {
        ...more,
        callbacks: {
          onTrainBegin: ({ firstStep }) => {
            first = firstStep;
          },
          onEpochEnd: () => {
            epochs++;
          },
        },
      });
      expectSameEnding(ending, whole, `fault ${nth}`);
      expect([...Array(LAST + 1).keys()]).toContain(first);
      // However many batches were asked for, what was done before the fault is not done again.
      if (times === LAST) expect(first).toBeGreaterThanOrEqual(nth);
      expect(epochs).toBeLessThanOrEqual(2);
    }
  });

  it('within a step goes back to the last checkpoint, as some weights may have moved', async () => {
    const whole = await go(memoryStorage());
    for (let nth = 0; nth < LAST; nth++) {
      const storage = memoryStorage();
      const fail = failsAt(nth);
      const faulty: Execute = async (work) => {
        const done = await execute(work);
        try {
          fail();
        } catch (error) {
          done.loss.dispose();
          done.applied?.dispose();
          disposeTerms(done.terms);
          throw error;
        }
        return done;
      };
      const before = alive();
      await expect(go(storage, { execute: faulty, checkpoint: { storage, every: 2 } })).rejects.toThrow(
        'a fault',
      );
      expect(alive()).toEqual(before);
      let first = -1;
      const onTrainBegin = ({ firstStep }: { firstStep: number }): void => {
        first = firstStep;
      };
      expectSameEnding(await go(storage, { callbacks: { onTrainBegin } }), whole, `fault in step ${nth}`);
      expect(first).toBe(2 * Math.floor(nth / 2));
    }
  });

  it('ahead of the first step leaves a former checkpoint as it was', async () => {
    const storage = memoryStorage();
    await go(storage, { epochs: 1 });
    const { bytes } = storage;
    const callbacks = { onTrainBegin: failsAt(0) };
    await expect(go(storage, { callbacks })).rejects.toThrow('a fault');
    await expect(go(storage, { callbacks: { onEpochBegin: failsAt(0) }, resume: false })).rejects.toThrow(
      'a fault',
    );
    expect(storage.bytes).toBe(bytes);
  });

  it('of a metric that the history lacks costs no step either', async () => {
    const storage = memoryStorage();
    const earlyStopping = { monitor: 'validation.scroe', mode: 'max', patience: 1 } as const;
    await expect(go(storage, { earlyStopping })).rejects.toThrow(
      /^train: earlyStopping.monitor is "validation.scroe", needed a column of the history: epoch, step, seconds, loss/,
    );
    const corrected = { ...earlyStopping, monitor: 'validation.score' };
    const { result } = await go(storage, { earlyStopping: corrected });
    expect(result).toMatchObject({ step: 6, best: { epoch: 0, value: 1 } });
  });
});
