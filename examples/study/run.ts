// One run as a program: settings as JSON in, metrics as JSON lines out. The same call goes on where the last one was ended.
// npx tsx examples/study/run.ts '{ "method": "m2", "seed": 2 }' --study runs/study
// Exit code 0: the result is there. 2: the settings are wrong. 75: call again, as it was ended or another process has the run.
import * as ssvae from 'ssvae';
import { file, selectBackend } from 'ssvae/node';
import { asked } from './commandLine';
import { checksumOf, keepResult, placeOf, readResult } from './results';
import { nameOf } from './settings';

const settings = asked();
const name = nameOf(settings);
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());

const OBJECTIVES = {
  'labels-only': () => ssvae.supervised(),
  m2: () => ssvae.semiSupervised({ labelHandling: 'gumbel' }),
  regularized: () =>
    ssvae.regularized({ labelHandling: 'gumbel', mutualInformationWeight: 5, entropyPenalty: 1 }),
};

/** Trains and measures; nothing where it was ended before. */
async function run(): Promise<object | undefined> {
  const { method, labels, seed, epochs, alpha, examples, backend } = settings;
  await selectBackend({ backend });
  const dataset = ssvae.digits({ count: examples, seed });
  const split = ssvae.splitDataset(dataset, { labeled: labels, validation: Math.ceil(examples / 10), seed });
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
    checkpoint: { storage: file(placeOf('checkpoints', `${name}.safetensors`)) },
    resume: true,
    signal: stop.signal,
    callbacks: { onEpochEnd: (_, row) => console.log(JSON.stringify({ name, ...row })) },
  });
  if (stopped !== 'finished') return undefined;
  const { accuracy } = await ssvae.evaluateClassifier(model, ssvae.digits({ count: 1000, seed: 1001 }));
  const validation = history.at(-1)?.['validation.accuracy'];
  return { name, settings, validation, accuracy, weights: await checksumOf(model) };
}

const refused = (error: Error): void => {
  if (error.name !== 'HeldError') throw error;
  console.error(error.message);
};
const result = (await readResult(name)) ?? (await run().catch(refused));
if (result) await keepResult(name, result);
if (result) console.log(JSON.stringify(result));
process.exitCode = result ? 0 : 75;
