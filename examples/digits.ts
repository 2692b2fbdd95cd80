// 100 labels of 5,000 generated digits: the labels alone, then M2 with the regularized objective on all digits.
// npx tsx examples/digits.ts [--epochs 8] draws samples of each class into digits.pgm
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  cosineDecay,
  createAdam,
  createBatches,
  createM2,
  createNoise,
  digits,
  evaluateClassifier,
  figures,
  regularized,
  splitDataset,
  supervised,
  train,
} from 'ssvae';
import { progressBar, selectBackend } from 'ssvae/node';

const { epochs } = parseArgs({ options: { epochs: { type: 'string', default: '8' } } }).values;
await selectBackend();
const noise = createNoise(1);
const dataset = digits({ count: 5000, noise: noise.split('digits') });
const test = digits({ count: 1000, noise: noise.split('test') });
const split = splitDataset(dataset, { labeled: 100, noise: noise.split('split') });
const batches = createBatches({ dataset, split, batchSize: { labeled: 50, unlabeled: 100 }, noise });
const steps = Number(epochs) * batches.stepsPerEpoch;

const objectives = {
  'labels alone': supervised(),
  'labeled and unlabeled digits': regularized({
    labelHandling: 'gumbel',
    mutualInformationWeight: 5,
    entropyPenalty: 1,
  }),
};
for (const [name, objective] of Object.entries(objectives)) {
  const model = createM2({
    inputShape: dataset.shape,
    classes: dataset.classes,
    nets: { preset: 'mlp', batchNorm: true, activation: 'relu' },
    noise,
  });
  const optimizer = createAdam({ learningRate: cosineDecay({ from: 3e-3, steps }) });
  await train(model, {
    objective,
    batches,
    epochs: Number(epochs),
    optimizer,
    noise,
    callbacks: progressBar(),
  });
  const { accuracy } = await evaluateClassifier(model, test);
  console.log(`${name}: accuracy ${(100 * accuracy).toFixed(1)} %`);
  if (name === 'labels alone') continue; // its decoder has learned nothing
  const { width, height, pixels } = await figures.classSamples(model, { noise });
  await writeFile('digits.pgm', Buffer.concat([Buffer.from(`P5 ${width} ${height} 255\n`), pixels]));
}
