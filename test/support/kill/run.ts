/**
 * A run that is there to be killed: `run.ts BACKEND FOLDER EPOCHS`. It tells its parent of each step and each save, and in the
 * end of its weights.
 */
import { add, clipByValue, mul } from '@tensorflow/tfjs-core';
import { createNoise } from '../../../src/core/noise';
import { cosineDecay, exponentialDecay, linearWarmup } from '../../../src/core/schedules';
import { evaluateClassifier } from '../../../src/evaluation/classifier';
import type { StorageFolder } from '../../../src/files/storage';
import { regularized } from '../../../src/models/objectives/semiSupervised';
import { selectBackend } from '../../../src/node/backend';
import { folder } from '../../../src/node/folder';
import { progressBar } from '../../../src/node/progressBar';
import { createAdam } from '../../../src/training/optimizer/adam';
import { train } from '../../../src/training/train';
import { comparable, type Ending } from '../ending';
import { tinyBatches, tinyDataset, tinyM2, weightsOf } from '../tiny';
import type { RepeatingBackend } from './backends';

/** What a run tells. */
export type Message =
  | { readonly event: 'began' | 'step'; readonly step: number }
  | { readonly event: 'saving' | 'saved' }
  | ({ readonly event: 'ended' } & Ending);

const STEPS_PER_EPOCH = 5;

const tell = (message: Message): void => void process.send?.(message);

/** The same storage, with word of what happens to it. */
const told = (place: StorageFolder): StorageFolder => ({
  ...place,
  file(name) {
    const storage = place.file(name);
    return {
      ...storage,
      async write(bytes) {
        tell({ event: 'saving' });
        await storage.write(bytes);
        tell({ event: 'saved' });
      },
    };
  },
});

const [backend, path, length] = process.argv.slice(2) as [RepeatingBackend, string, string];
const epochs = Number(length);
await selectBackend({ backend });
const place = told(folder(path));
const isFirst = (await place.list()).length === 0;
// Wide enough that a checkpoint takes some time to write; other weights in each later life: none of them may survive.
const model = tinyM2({
  nets: { preset: 'mlp', widths: [128], norm: 'batch' },
  seed: createNoise(isFirst ? 1 : process.pid),
});
const held = tinyDataset(12, 3);
const result = await train(model, {
  objective: regularized({
    labelHandling: 'gumbel',
    temperature: exponentialDecay({ rate: 0.01, floor: 0.5 }),
  }),
  batches: tinyBatches({ stepsPerEpoch: STEPS_PER_EPOCH, binarize: 'dynamic' }),
  epochs,
  seed: createNoise(4),
  optimizer: createAdam({ learningRate: cosineDecay({ from: 0.01, steps: 200 }), weightDecay: 0.01 }),
  alpha: linearWarmup({ to: 5, steps: 50 }),
  augment: (x, noise) => clipByValue(add(x, mul(0.1, noise.normal(x.shape))), 0, 1),
  validate: (trained) => evaluateClassifier(trained, held),
  earlyStopping: { monitor: 'validation.negativeLogLikelihood', mode: 'min', patience: epochs },
  ema: { decay: 0.9 },
  checkpoint: { storage: place, every: 2, keep: 2 },
  resume: 'latest',
  callbacks: [
    {
      onTrainBegin: ({ firstStep }) => tell({ event: 'began', step: firstStep }),
      onBatchEnd: ({ step }) => tell({ event: 'step', step }),
    },
    progressBar(),
  ],
});
const ending: Message = { event: 'ended', weights: await weightsOf(model), result: comparable(result) };
// Disconnected when the message is out: it is long.
process.send?.(ending, () => process.disconnect());
