// Codes of penguins on a swiss roll, species after species, by an adversarial autoencoder: 30 labeled of 342 penguins.
// npx tsx examples/swiss-roll.ts [--steps 1500] draws the codes into swiss-roll.json, for a viewer of Vega-Lite charts
// Data: K. B. Gorman, T. D. Williams, W. R. Fraser, PLOS ONE 9(3), 2014; palmerpenguins, CC0.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  adversarial,
  columns,
  createAae,
  createAdam,
  createBatches,
  embed,
  evaluateClassifier,
  splitDataset,
  subset,
  swissRoll,
  train,
} from 'ssvae';
import { selectBackend } from 'ssvae/node';

const { steps } = parseArgs({ options: { steps: { type: 'string', default: '1500' } } }).values;
await selectBackend();
const seed = 1;
const text = await readFile(new URL('penguins.csv', import.meta.url), 'utf8');
const [head = '', ...lines] = text.trim().split('\n');
const names = head.split(',');
const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, d) => [names[d], cell])));
const data = columns(rows, { label: 'species' });
const split = splitDataset(data, { labeled: 30, validation: 60, seed });
const batchSize = { labeled: 30, unlabeled: 60 };
const batches = createBatches({ dataset: data, split, batchSize, stepsPerEpoch: 100, seed });

const model = createAae({
  data,
  classPrior: swissRoll({ classes: data.classes }),
  nets: { preset: 'mlp', widths: [64, 64], discriminatorWidths: [64, 64] },
  seed,
});
const objective = adversarial(model, { optimizer: () => createAdam({ learningRate: 1e-3, beta1: 0.5 }) });
await train(model, { objective, batches, epochs: Number(steps) / 100, seed });

// The class of a code is that of the part of the roll it lies nearest to.
const test = subset(data, split.validation);
const { accuracy } = await evaluateClassifier(model, test);
console.log(`held-out codes on the part of their species: accuracy ${(100 * accuracy).toFixed(1)} %`);
const codes = await embed(model, test.x);
const species = Array.from(test.y, (y) => data.classNames?.[y]);
const values = species.map((name, i) => ({ species: name, z1: codes[2 * i], z2: codes[2 * i + 1] }));
const [x, y] = ['z1', 'z2'].map((field) => ({ field, type: 'quantitative' }));
const encoding = { x, y, color: { field: 'species', type: 'nominal' } };
const $schema = 'https://vega.github.io/schema/vega-lite/v5.json';
await writeFile('swiss-roll.json', JSON.stringify({ $schema, data: { values }, mark: 'point', encoding }));
