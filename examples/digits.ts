// 100 labels of 5,000 generated digits: the labels alone, then M2 with the regularized objective on all digits.
// npx tsx examples/digits.ts [--epochs 8] draws samples of each class into digits.pgm
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  cosineDecay,
  createAdam,
  createBatches,
  createM2,
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
const seed = 1;
const dataset = digits({ count: 5000, seed });
const test = digits({ count: 1000, seed: 2 });
const split = splitDataset(dataset, { labeled: 100, seed });
const batches = createBatches({ dataset, split, batchSize: { labeled: 50, unlabeled: 100 }, seed });
const steps = Number(epochs) * batches.stepsPerEpoch;

const objectives = {
  'labels alone': supervised(),
  'labeled and unlabeled digits': regularized({
    labelHandling: 'gumbel',
    mutualInformationWeight: 5,
    entropyPenalty: 1,
    generatedLabels: { weight: 0.2 },
  }),
};
for (const [name, objective] of Object.entries(objectives)) {
  const model = createM2({ data: dataset, seed });
  const optimizer = createAdam({ learningRate: cosineDecay({ from: 3e-3, steps }) });
  await train(model, {
    objective,
    batches,
    epochs: Number(epochs),
    optimizer,
    seed,
    callbacks: progressBar(),
  });
  const { accuracy } = await evaluateClassifier(model, test);
  console.log(`${name}: accuracy ${(100 * accuracy).toFixed(1)} %`);
  if (name === 'labels alone') continue; // its decoder has learned nothing
  const { width, height, pixels } = await figures.classSamples(model, { seed });
  await writeFile('digits.pgm', Buffer.concat([Buffer.from(`P5 ${width} ${height} 255\n`), pixels]));
}
