/**
 * M1 and an RBF support vector machine on its codes: appends a line of results for each number of labels and label seed.
 *
 *   npx tsx bench/study/m1-svm.ts --data DIR [--dataset fashion-mnist] [--labels 100 …] [--seed 1 …]
 *     [--set NAME=JSON …] [--machine NAME=JSON …] [--choose] [--out FILE]
 *
 * The VAE of a setting is trained once, on all training images without labels, and shared by all label seeds; it is kept
 * in runs/m1, and goes on from its last checkpoint where it was interrupted. With `--choose` the test set is not touched,
 * and the line tells the validation accuracy of a grid of machines: for choosing settings.
 */
import { parseArgs } from 'node:util';
import { type DatasetName, loadDataset, selectBackend } from 'ssvae/node';
import { appendLine, readLines } from '../lines';
import { codesOf } from './shared/codes';
import { countOf, overridesOf } from './shared/flags';
import { trainedVae } from './shared/m1';
import { isSameM1Cell, type M1Cell, type M1Result } from './shared/m1Results';
import { runM1Cell } from './shared/m1Run';
import {
  MACHINE,
  MACHINE_NAMES,
  type MachineSettings,
  VAE,
  VAE_NAMES,
  type VaeSettings,
} from './shared/m1Settings';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    dataset: { type: 'string', default: 'fashion-mnist' },
    labels: { type: 'string', multiple: true, default: ['100', '600', '1000', '3000'] },
    seed: { type: 'string', multiple: true, default: ['1', '2', '3', '4', '5'] },
    set: { type: 'string', multiple: true, default: [] },
    machine: { type: 'string', multiple: true, default: [] },
    choose: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const { data: dir, dataset, choose } = flags;
if (dir === undefined) throw new Error('m1-svm: --data is missing, needed the folder of the data set');
const out = flags.out ?? `docs/results/m1-svm${choose ? '-choose' : ''}.jsonl`;
const vae = { ...VAE, ...overridesOf<VaeSettings>('set', flags.set, VAE_NAMES) };
const machine = { ...MACHINE, ...overridesOf<MachineSettings>('machine', flags.machine, MACHINE_NAMES) };

await selectBackend({ backend: 'tensorflow' });
const data = await loadDataset(dataset as DatasetName, { dir });
const model = await trainedVae(data.train, vae, `runs/m1/${dataset}`);
const codes = await codesOf(model, choose ? { train: data.train } : data, machine);

for (const labels of flags.labels.map((count) => countOf('labels', count))) {
  for (const seed of flags.seed.map((one) => countOf('seed', one))) {
    const purpose = choose ? 'choose' : 'report';
    const cell: M1Cell = { dataset, labels, seed, vae, machine, purpose };
    const title = `${labels} labels, seed ${seed}`;
    if ((await readLines<M1Result>(out)).some((line) => isSameM1Cell(line, cell))) {
      console.log(`${title}: in ${out} already`);
      continue;
    }
    const result = runM1Cell(cell, data, codes);
    await appendLine(out, result);
    const { validationAccuracy, testAccuracy = '–' } = result;
    console.log(`${title}: validation ${validationAccuracy}, test ${testAccuracy}`);
  }
}
