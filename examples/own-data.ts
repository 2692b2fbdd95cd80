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

const text = await readFile(new URL('penguins.csv', import.meta.url), 'utf8');
const [, ...lines] = text.trim().split('\n'); // species,bill_length_mm,bill_depth_mm,flipper_length_mm,body_mass_g
const table = lines.map((line) => line.split(','));
const species = [...new Set(table.map(([name = '']) => name))];
const rows = table.map(([, ...measures]) => measures.map(Number));

// Mean 0 and standard deviation 1 of each column; new rows take the same numbers.
const averageOf = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
const scales = [0, 1, 2, 3].map((j) => {
  const column = rows.map((row) => row[j] ?? 0);
  const mean = averageOf(column);
  const deviation = Math.sqrt(averageOf(column.map((value) => (value - mean) ** 2)));
  return (value: number) => (value - mean) / deviation;
});
const standardized = (given: readonly (readonly number[])[]) =>
  Float32Array.from(given.flatMap((row) => scales.map((scale, j) => scale(row[j] ?? 0))));

const y = table.map(([name = '']) => species.indexOf(name)); // -1 is an unknown class; here the split hides all but three
const inputs = { name: 'penguins', x: standardized(rows), y, shape: [4] };
const dataset = ssvae.createDataset({ ...inputs, classes: species.length, classNames: species });
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
const light = [38, 18, 185, 3600];
const heavy = [48, 14.5, 216, 5100];
const { classNames } = await ssvae.predict(loaded, standardized([light, heavy]));
console.log(`new rows: ${classNames.join(', ')}`);
