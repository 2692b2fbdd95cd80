/**
 * Draws what a trained model of the study has learnt, into docs/figures: samples of each class, analogies, reconstructions,
 * and where the codes of test examples lie.
 *
 *   npx tsx bench/study/pictures.ts --data DIR --model runs/study/models/NAME.safetensors [--dataset mnist]
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createNoise, embed, figures, gatherInputs, loadModel } from 'ssvae';
import { type DatasetName, file, loadDataset, selectBackend } from 'ssvae/node';
import { chartPng, chartSvg } from '../start/report/chart';
import { gridPng } from '../start/report/image';
import { latentMap } from './shared/latentMap';

/** Pixels of the picture for one of an image. */
const SCALE = 2;

/** Test examples whose codes are mapped. */
const MAPPED = 2000;

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    dataset: { type: 'string', default: 'mnist' },
    model: { type: 'string' },
  },
});
const { data: dir, dataset, model: path } = values;
if (dir === undefined || path === undefined)
  throw new Error('study: --data and --model are needed, the folder of the data set and the file of a model');

await selectBackend();
const { test } = await loadDataset(dataset as DatasetName, { dir });
const model = await loadModel(file(path), { kind: 'm2' });
// The first example of each class.
const firsts = Array.from({ length: model.classes }, (_, label) => test.y.indexOf(label));
const inputs = gatherInputs(test, firsts);
const codes = await embed(model, test.x.subarray(0, (MAPPED * test.x.length) / test.count));
const pictures: Readonly<Record<string, Uint8Array>> = {
  samples: gridPng(await figures.classSamples(model, { seed: 1 }), SCALE),
  analogies: gridPng(await figures.analogies(model, inputs), SCALE),
  reconstructions: gridPng(await figures.reconstructions(model, inputs), SCALE),
  latent: chartPng(
    await chartSvg(latentMap(codes, [...test.y.subarray(0, MAPPED)], createNoise(1)), 'latent'),
  ),
};
await mkdir('docs/figures', { recursive: true });
for (const [name, bytes] of Object.entries(pictures)) {
  const out = `docs/figures/${dataset}-${name}.png`;
  await writeFile(out, bytes);
  console.log(out);
}
