// Your own table: one labeled penguin of each species and 339 unlabeled ones, four measurements each.
// npx tsx examples/own-data.ts [--epochs 60] saves the better model and classifies two new rows with it
// Data: K. B. Gorman, T. D. Williams, W. R. Fraser, PLOS ONE 9(3), 2014; palmerpenguins, CC0.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import * as ssvae from 'ssvae';
import { file, selectBackend } from 'ssvae/node';

const { values } = parseArgs({ options: { epochs: { type: 'string', default: '60' } } });
await selectBackend();
const seed = 1;

// A parser of CSV, papaparse or d3-dsv say, gives such rows: records of texts by column.
const text = await readFile(new URL('penguins.csv', import.meta.url), 'utf8');
const [head = '', ...lines] = text.trim().split('\n');
const names = head.split(',');
const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, d) => [names[d], cell])));

const dataset = ssvae.columns(rows, { label: 'species' }); // an empty label is an unknown class; here the split hides all but three
console.log(ssvae.countLabels(dataset), dataset.notes);
const split = ssvae.splitDataset(dataset, { labeled: 3, seed });
const batches = ssvae.createBatches({ dataset, split, batchSize: { labeled: 3, unlabeled: 100 }, seed });
const both = ssvae.regularized({ mutualInformationWeight: 3 });
const objectives = { 'three labels alone': ssvae.supervised(), 'and unlabeled rows': both };
for (const [name, objective] of Object.entries(objectives)) {
  const model = ssvae.createM2({
    data: dataset,
    latent: 2,
    nets: { preset: 'mlp', widths: [64] },
    likelihood: ssvae.gaussianObservation({ sigma: 0.5 }), // real values, standardized
    seed,
  });
  const optimizer = ssvae.createAdam({ learningRate: 3e-3 });
  await ssvae.train(model, { objective, batches, alpha: 1, epochs: Number(values.epochs), optimizer, seed });
  const { accuracy } = await ssvae.evaluateClassifier(model, ssvae.subset(dataset, split.unlabeled));
  console.log(`${name}: accuracy ${(100 * accuracy).toFixed(1)} %`);
  await ssvae.saveModel(model, file('runs/penguins.safetensors'));
}

const loaded = await ssvae.loadModel(file('runs/penguins.safetensors'), { kind: 'm2' });
const light = { bill_length_mm: 38, bill_depth_mm: 18, flipper_length_mm: 185, body_mass_g: 3600 };
const heavy = { bill_length_mm: 48, bill_depth_mm: 14.5, flipper_length_mm: 216, body_mass_g: 5100 };
const { classNames } = await ssvae.predict(loaded, [light, heavy]);
console.log(`new rows: ${classNames.join(', ')}`);
