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
import { loadDataset, selectBackend } from 'ssvae/node';
import { appendLine, readLines } from '../lines';
import { codesOf } from './shared/codes';
import { trainedVae } from './shared/m1';
import { m1CommandOf } from './shared/m1Command';
import { isSameM1Cell, type M1Result } from './shared/m1Results';
import { runM1Cell } from './shared/m1Run';
import { platform } from './shared/platform';

const { dir, dataset, choose, vae, machine, cells, out } = m1CommandOf();
const { name: backend } = await selectBackend({ backend: 'tensorflow' });
const data = await loadDataset(dataset, { dir });
const model = await trainedVae(data.train, vae, `runs/m1/${dataset}`);
const codes = await codesOf(model, choose ? { train: data.train } : data, machine);

for (const cell of cells) {
  const title = `${cell.labels} labels, seed ${cell.seed}`;
  if ((await readLines<M1Result>(out)).some((line) => isSameM1Cell(line, cell))) {
    console.log(`${title}: in ${out} already`);
    continue;
  }
  const result: M1Result = { ...runM1Cell(cell, data, codes), backend, platform: platform() };
  await appendLine(out, result);
  const { validationAccuracy, testAccuracy = '–' } = result;
  console.log(`${title}: validation ${validationAccuracy}, test ${testAccuracy}`);
}
