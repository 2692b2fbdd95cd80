// Features for another classifier: a VAE learns from 3,000 digits without labels, and two classifiers from 30 labels, by pixels
// and by codes. npx tsx examples/features.ts [--epochs 40] writes the codes into features.csv, for any other program.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as ssvae from 'ssvae';
import { progressBar, selectBackend } from 'ssvae/node';

const { epochs } = parseArgs({ options: { epochs: { type: 'string', default: '40' } } }).values;
const { execute } = await selectBackend();
const seed = 1;
const [dataset, test] = [ssvae.digits({ count: 3000, seed }), ssvae.digits({ count: 1000, seed: 2 })];
const { labeled, unlabeled } = ssvae.splitDataset(dataset, { labeled: 30, seed });

const nets = { preset: 'mlp', widths: [300, 300] } as const;
const model = ssvae.createVae({ data: dataset, latent: 6, nets, seed });
const split = { labeled: new Int32Array(), unlabeled };
const batches = ssvae.createBatches({ dataset, split, batchSize: { labeled: 0, unlabeled: 100 }, seed });
const steps = Number(epochs) * batches.stepsPerEpoch;
const optimizer = ssvae.createAdam({ learningRate: ssvae.cosineDecay({ from: 3e-3, steps }) });
const objective = ssvae.unsupervised({ klWeight: ssvae.linearWarmup({ steps: Math.ceil(steps / 3) }) });
const running = { epochs: Number(epochs), seed, execute, callbacks: progressBar() };
await ssvae.train(model, { objective, batches, optimizer, ...running });

/** Example i of N, of values in rows. */
const row = (values: ArrayLike<number>, i: number, count: number): number[] =>
  Array.from({ length: values.length / count }, (_, j) => values[i * (values.length / count) + j] ?? 0);
const codes = await ssvae.embed(model, dataset.x);
await writeFile(
  'features.csv',
  Array.from(dataset.y, (y, i) => `${y},${row(codes, i, dataset.count)}\n`),
);

const y = Array.from(labeled, (i) => dataset.y[i] ?? -1);
for (const [name, ofTraining, ofTest] of [
  ['pixels', Float32Array.from(dataset.x), Float32Array.from(test.x)],
  ['codes', codes, await ssvae.embed(model, test.x)],
] as const) {
  const known = Array.from(labeled, (i) => row(ofTraining, i, dataset.count));
  const linear = ssvae.fitSoftmaxClassifier(Float32Array.from(known.flat()), y);
  const { labels } = await ssvae.predict(linear, ofTest);
  const nearest = Array.from(test.y, (_, i) => {
    const example = row(ofTest, i, test.count);
    const distances = known.map((of) => Math.hypot(...of.map((value, j) => value - (example[j] ?? 0))));
    return y[distances.indexOf(Math.min(...distances))];
  });
  const percent = (guesses: ArrayLike<number | undefined>): string =>
    ((100 * Array.from(test.y).filter((at, i) => guesses[i] === at).length) / test.count).toFixed(1);
  console.log(`${name}: accuracy ${percent(nearest)} % by the nearest label`);
  console.log(`${name}: accuracy ${percent(labels)} % by a logistic regression`);
}
