/** Long runs whose memory is watched: with everything that a run can have, and with nothing but faults. */
import { memory } from '@tensorflow/tfjs-core';
import type { BatchSource } from '../../src/core/batch';
import { createNoise } from '../../src/core/noise';
import type { Dataset } from '../../src/data/dataset';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { evaluateElbo } from '../../src/evaluation/elbo';
import type { StorageFolder } from '../../src/files/storage';
import type { M2 } from '../../src/models/m2/model';
import { regularized } from '../../src/models/objectives/semiSupervised';
import { type AdamUpdate, adamOf, createAdam, withAdam } from '../../src/training/optimizer/adam';
import type { TrainOptions } from '../../src/training/options';
import { type Execute, executeEagerly } from '../../src/training/step';
import { train } from '../../src/training/train';

/** What is alive. */
export interface Sample {
  /** steps done */
  readonly step: number;
  readonly tensors: number;
  readonly buffers: number;
}

/** What a watched run is of. */
export interface MemoryRun {
  readonly model: M2;
  /** `epochs` of `batches.stepsPerEpoch` steps */
  readonly batches: BatchSource;
  readonly held: Dataset;
  readonly epochs: number;
  /** where checkpoints go, one for each epoch */
  readonly storage: StorageFolder;
  /** runs the steps; default: operation by operation */
  readonly execute?: Execute;
  /** called with each sample, one for each epoch */
  readonly onSample: (sample: Sample) => void | Promise<void>;
}

const sampleAt = (step: number): Sample => {
  const { numTensors, numDataBuffers } = memory();
  return { step, tensors: numTensors, buffers: numDataBuffers };
};

const optionsOf = ({ batches, held, epochs }: MemoryRun): TrainOptions<M2> => ({
  objective: regularized({ labelHandling: 'gumbel' }),
  batches,
  epochs,
  seed: createNoise(4),
  clipNorm: 10,
  ema: { decay: 0.99 },
  validate: async (model) => ({
    ...(await evaluateClassifier(model, held)),
    ...(await evaluateElbo(model, held, { seed: createNoise(0) })),
  }),
  earlyStopping: { monitor: 'validation.elbo', mode: 'max', patience: epochs },
});

/** Trains with validation, checkpoints, callbacks, an average of the weights and early stopping. */
export async function watchRun(run: MemoryRun): Promise<void> {
  const { storage, onSample, batches, model } = run;
  await train(model, {
    ...optionsOf(run),
    checkpoint: { storage, every: batches.stepsPerEpoch },
    callbacks: [
      { onBatchEnd: async ({ read }) => void (await read()) },
      { onEpochEnd: (_, { step }) => onSample(sampleAt(step)) },
    ],
  });
}

/** Where a step throws. */
const PLACES = ['batches', 'objective', 'optimizer', 'execute', 'callback'] as const;

/** As many steps, each of which throws, at one place after the other. */
export async function watchFaults(run: MemoryRun): Promise<void> {
  const { model, batches, onSample, execute = executeEagerly } = run;
  const { checkpoint: _, ...options } = { ...optionsOf(run), checkpoint: undefined };
  const steps = run.epochs * batches.stepsPerEpoch;
  for (let step = 0; step < steps; step++) {
    const place = PLACES[step % PLACES.length];
    const fail = (at: (typeof PLACES)[number]): void => {
      if (at === place) throw new Error('a fault');
    };
    const optimizer = createAdam();
    const adam = adamOf(optimizer) as AdamUpdate;
    try {
      await train(model, {
        ...options,
        batches: {
          stepsPerEpoch: batches.stepsPerEpoch,
          counts: batches.counts,
          at(wanted) {
            fail('batches');
            return batches.at(wanted);
          },
        },
        objective: (of, batch, context) => {
          const terms = options.objective as ReturnType<typeof regularized>;
          const found = terms(of, batch, context);
          fail('objective');
          return found;
        },
        optimizer: withAdam(
          {
            ...optimizer,
            get state() {
              return optimizer.state;
            },
            apply(...given) {
              optimizer.apply(...given);
              fail('optimizer');
            },
          },
          // What a recorded step asks for, which has the update in its graph.
          {
            ...adam,
            numbersOf(...given) {
              fail('optimizer');
              return adam.numbersOf(...given);
            },
          },
        ),
        execute: (work) => {
          fail('execute');
          return execute(work);
        },
        callbacks: { onBatchEnd: () => fail('callback') },
      });
      throw new Error(`step ${step} did not throw`);
    } catch (error) {
      if ((error as Error).message !== 'a fault') throw error;
    } finally {
      optimizer.dispose();
    }
    if ((step + 1) % batches.stepsPerEpoch === 0) await onSample(sampleAt(step + 1));
  }
}
