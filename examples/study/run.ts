// One run as a program: settings as JSON in, figures as JSON lines out. The same call goes on where the last one was ended.
// npx tsx examples/study/run.ts '{ "method": "m2", "seed": 2 }' --study runs/study
// Exit code 0: the result is there. 2: the settings are wrong, or refused. 75: call again, as it was ended or another process has the run.
import * as ssvae from 'ssvae';
import { runProgram, selectBackend } from 'ssvae/node';
import { checksumOf } from './checksum';

const OBJECTIVES = {
  'labels-only': () => ssvae.supervised(),
  m2: () => ssvae.semiSupervised({ labelHandling: 'gumbel' }),
  regularized: () =>
    ssvae.regularized({ labelHandling: 'gumbel', mutualInformationWeight: 5, entropyPenalty: 1 }),
};

type Method = keyof typeof OBJECTIVES;

/** A run is a function of these. */
const DEFAULTS = {
  method: 'regularized' as Method,
  labels: 100,
  seed: 1,
  epochs: 8,
  alpha: 5,
  examples: 5000,
  backend: 'wasm' as 'cpu' | 'wasm' | 'tensorflow',
};

await runProgram({
  defaults: DEFAULTS,
  choices: { method: Object.keys(OBJECTIVES) as Method[], backend: ['cpu', 'wasm', 'tensorflow'] },
  async run({ method, labels, seed, epochs, alpha, examples, backend }, { storage, signal, log }) {
    await selectBackend({ backend });
    const dataset = ssvae.digits({ count: examples, seed });
    const validation = Math.ceil(examples / 10);
    const split = ssvae.splitDataset(dataset, { labeled: labels, validation, seed });
    const held = ssvae.subset(dataset, split.validation);
    const batches = ssvae.createBatches({ dataset, split, batchSize: { labeled: 50, unlabeled: 100 }, seed });
    const steps = epochs * batches.stepsPerEpoch;
    const model = ssvae.createM2({ data: dataset, nets: { preset: 'mlp', widths: [128] }, seed });
    const { stopped, history } = await ssvae.train(model, {
      objective: OBJECTIVES[method](),
      batches,
      epochs,
      alpha: method === 'labels-only' ? 1 : alpha,
      optimizer: ssvae.createAdam({ learningRate: ssvae.cosineDecay({ from: 3e-3, steps }) }),
      seed,
      validate: () => ssvae.evaluateClassifier(model, held),
      checkpoint: { storage },
      resume: true,
      signal,
      callbacks: { onEpochEnd: (_, row) => log(row) },
    });
    if (stopped !== 'finished') return undefined;
    const { accuracy } = await ssvae.evaluateClassifier(model, ssvae.digits({ count: 1000, seed: 1001 }));
    const weights = await checksumOf(model);
    return { validation: history.at(-1)?.['validation.accuracy'], accuracy, weights };
  },
});
