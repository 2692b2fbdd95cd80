// One run as a program: settings as JSON in, metrics as JSON lines out. The same call goes on where the last one was ended.
// npx tsx examples/study/run.ts '{ "method": "m2", "seed": 2 }' --study runs/study
// Exit code 0: the result is there. 2: the settings are wrong. 75: call again, as it was ended or another process has the run.
import * as ssvae from 'ssvae';
import { file, selectBackend } from 'ssvae/node';
import { checksumOf, keepResult, placeOf, readResult } from './results';
import { nameOf, positionals, type Settings, settingsOf } from './settings';

const read = (text = '{}'): Settings => {
  try {
    return settingsOf(JSON.parse(text));
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
};
const settings = read(positionals[0]);
const name = nameOf(settings);
const stop = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());

/** Trains and measures; nothing where it was ended before. */
async function run(): Promise<object | undefined> {
  const { method, labels, seed, epochs, alpha, examples, backend } = settings;
  await selectBackend({ backend });
  const dataset = ssvae.digits({ count: examples, seed });
  const split = ssvae.splitDataset(dataset, { labeled: labels, seed });
  const batches = ssvae.createBatches({ dataset, split, batchSize: { labeled: 50, unlabeled: 100 }, seed });
  const steps = epochs * batches.stepsPerEpoch;
  const model = ssvae.createM2({ data: dataset, nets: { preset: 'mlp', widths: [128] }, seed });
  const objectives = {
    'labels-only': () => ssvae.supervised(),
    m2: () => ssvae.semiSupervised({ labelHandling: 'gumbel' }),
    regularized: () =>
      ssvae.regularized({ labelHandling: 'gumbel', mutualInformationWeight: 5, entropyPenalty: 1 }),
  };
  const { stopped } = await ssvae.train(model, {
    objective: objectives[method](),
    batches,
    epochs,
    alpha: method === 'labels-only' ? 1 : alpha,
    optimizer: ssvae.createAdam({ learningRate: ssvae.cosineDecay({ from: 3e-3, steps }) }),
    seed,
    checkpoint: { storage: file(placeOf('checkpoints', `${name}.safetensors`)) },
    resume: true,
    signal: stop.signal,
    callbacks: { onEpochEnd: (_, row) => console.log(JSON.stringify({ name, ...row })) },
  });
  if (stopped !== 'finished') return undefined;
  const { accuracy } = await ssvae.evaluateClassifier(model, ssvae.digits({ count: 1000, seed: 1001 }));
  return { name, settings, accuracy, weights: await checksumOf(model) };
}

const result =
  (await readResult(name)) ??
  (await run().catch((error) => {
    if (error.name !== 'HeldError') throw error;
    console.error(error.message);
  }));
if (result) await keepResult(name, result);
if (result) console.log(JSON.stringify(result));
process.exitCode = result ? 0 : 75;
