// 500 labels of 3,000 generated digits: a conditional VAE that takes a missing label for a class of its own, and draws by class.
// npx tsx examples/conditional.ts [--epochs 15] draws samples of each class into conditional.pgm
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  bayesClassifier,
  cosineDecay,
  createAdam,
  createBatches,
  createConditionalVae,
  createM2,
  digits,
  evaluateClassifier,
  evaluateSamples,
  figures,
  labelConditional,
  splitDataset,
  supervised,
  train,
} from 'ssvae';
import { progressBar, selectBackend } from 'ssvae/node';

const { epochs } = parseArgs({ options: { epochs: { type: 'string', default: '15' } } }).values;
await selectBackend();
const seed = 1;
const dataset = digits({ count: 3000, seed });
const test = digits({ count: 300, seed: 2 });
const rate = (steps: number) => createAdam({ learningRate: cosineDecay({ from: 3e-3, steps }) });

// One label in six is known.
const split = splitDataset(dataset, { labeled: 500, seed });
const batches = createBatches({ dataset, split, batchSize: { labeled: 50, unlabeled: 100 }, seed });
const steps = Number(epochs) * batches.stepsPerEpoch;
const model = createConditionalVae({ data: dataset, missing: 'token', latent: 2, seed });
const objective = labelConditional({ labelDropout: 0.1 });
const callbacks = progressBar();
await train(model, { objective, batches, epochs: Number(epochs), optimizer: rate(steps), seed, callbacks });

// The judge has learned from every label.
const every = splitDataset(dataset, { labeled: dataset.count, seed });
const labeled = createBatches({ dataset, split: every, batchSize: { labeled: 100, unlabeled: 0 }, seed });
const judge = createM2({ data: dataset, seed });
await train(judge, {
  objective: supervised(),
  batches: labeled,
  epochs: 5,
  optimizer: rate(5 * labeled.stepsPerEpoch),
  seed,
});
console.log(`judge: accuracy ${(100 * (await evaluateClassifier(judge, test)).accuracy).toFixed(1)} %`);

const { fidelity } = await evaluateSamples(model, { judge, seed });
console.log(`generated digits: fidelity ${(100 * fidelity).toFixed(1)} %`);
const { accuracy } = await evaluateClassifier(bayesClassifier(model, { seed }), test, { batchSize: 100 });
console.log(`the model by Bayes' rule: accuracy ${(100 * accuracy).toFixed(1)} %`);
const { width, height, pixels } = await figures.classSamples(model, { seed });
await writeFile('conditional.pgm', Buffer.concat([Buffer.from(`P5 ${width} ${height} 255\n`), pixels]));
