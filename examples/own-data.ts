// Your own table: three labeled penguins of each species and 333 unlabeled ones, four measurements each.
// npx tsx examples/own-data.ts saves the model, and classifies two new rows with it
// Data: K. B. Gorman, T. D. Williams, W. R. Fraser, PLOS ONE 9(3), 2014; palmerpenguins, CC0.
import { readFile } from 'node:fs/promises';
import { columns, countLabels, fit, loadModel, predict, saveModel, splitDataset } from 'ssvae';
import { file, selectBackend } from 'ssvae/node';

const { execute } = await selectBackend();
const seed = 1;

// A parser of CSV, papaparse or d3-dsv say, gives such rows: records of texts by column.
const text = await readFile(new URL('penguins.csv', import.meta.url), 'utf8');
const [head = '', ...lines] = text.trim().split('\n');
const names = head.split(',');
const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, d) => [names[d], cell])));

const data = columns(rows, { label: 'species' }); // an empty label is an unknown class
console.log(countLabels(data), data.notes);

// Here all labels are known: the split hides all but nine, and the hidden ones tell how good the model is.
const { labeled, unlabeled } = splitDataset(data, { labeled: 9, seed });
const split = { labeled, unlabeled, test: unlabeled };
const { model, heldBack, chosen, why } = await fit(data, { split, execute, seed });
const percent = (accuracy = 0): string => `accuracy ${(100 * accuracy).toFixed(1)} %`;
console.log(`nine labels alone: ${percent(heldBack?.labelsAlone.accuracy)}`);
console.log(`and unlabeled rows: ${percent(heldBack?.model.accuracy)} (${chosen}: ${why})`);

await saveModel(model, file('runs/penguins.safetensors'));
const loaded = await loadModel(file('runs/penguins.safetensors'), { kind: 'm2' });
const light = { bill_length_mm: 38, bill_depth_mm: 18, flipper_length_mm: 185, body_mass_g: 3600 };
const heavy = { bill_length_mm: 48, bill_depth_mm: 14.5, flipper_length_mm: 216, body_mass_g: 5100 };
const { classNames } = await predict(loaded, [light, heavy]);
console.log(`new rows: ${classNames.join(', ')}`);
