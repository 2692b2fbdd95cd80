/**
 * What the codes of each model are worth as features: classifiers that learn from 100 or 1,000 labeled codes, beside pixels and
 * principal components: `npx tsx bench/family/features.ts --data DIR [--dataset mnist] [--models m1,m2] [--labels 100,1000]
 * [--seeds 3] [--epochs 3] [--backend tensorflow]`.
 *
 * Each row is a line of docs/results/features.jsonl, and one that is there is not run again. M1 learns without labels, the others
 * with the labels that the classifiers get. Nothing is chosen.
 */
import { parseArgs } from 'node:util';
import { createVae, type Dataset, embed, linearWarmup, type Model, splitDataset, unsupervised } from 'ssvae';
import { loadDataset, selectBackend } from 'ssvae/node';
import { appendLine, holdsLine, readLines } from '../lines';
import type { FeaturesLine } from './featuresLine';
import { CONTENDERS, NETS } from './models';
import { pixelsOf, principalComponents, probe, type Split } from './probes';
import { batchesWithoutLabels, type ObjectiveOf, trainer } from './runner';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    dataset: { type: 'string', default: 'mnist' },
    models: { type: 'string', default: 'pixels,pca,m1,m2,m1m2,sdgm,ladder' },
    labels: { type: 'string', default: '100,1000' },
    seeds: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '3' },
    backend: { type: 'string', default: 'tensorflow' },
    out: { type: 'string', default: 'docs/results/features.jsonl' },
  },
});
if (flags.data === undefined)
  throw new Error('--data is missing, needed the folder with the files of the data set');

const { name: backend, execute } = await selectBackend({ backend: flags.backend as 'tensorflow' });
const { train: data, test } = await loadDataset(flags.dataset as 'mnist', { dir: flags.data });
const epochs = Number(flags.epochs);
const pixels: Split = { train: pixelsOf(data), test: pixelsOf(test) };

/** Codes of all examples by a model that is trained for them; the second is the length of its code. */
async function codesOf(name: string, labels: number, seed: number): Promise<Split> {
  const split = splitDataset(data, { labeled: labels, validation: 5000, seed });
  const train = trainer({ data, split, seed }, execute);
  const vae = { data, latent: 50, nets: NETS, seed };
  const contender = CONTENDERS[name];
  const model = (contender ? contender.create(data, seed) : createVae(vae)) as Model & {
    readonly latent: number;
  };
  const objective = contender
    ? contender.objective
    : (_: Model, steps: number) => unsupervised({ klWeight: linearWarmup({ steps: Math.ceil(steps / 3) }) });
  await train(model as never, objective as ObjectiveOf<never>, {
    title: `${flags.dataset}, ${contender?.title ?? 'M1'}, ${labels} labels, codes`,
    epochs,
    ...(!contender && { batches: batchesWithoutLabels({ data, split, seed }) }),
  });
  const features = async (of: Dataset) => {
    const values = await embed(model as never, of.x);
    return { width: values.length / of.count, values };
  };
  const codes = { train: await features(data), test: await features(test) };
  model.dispose();
  return codes;
}

const known = await readLines<FeaturesLine>(flags.out);
/** Features that no label changes, found once. */
const fixed: Record<string, Split> = {};
for (const name of flags.models.split(','))
  for (const labels of flags.labels.split(',').map(Number))
    for (let seed = 1; seed <= Number(flags.seeds); seed++) {
      const cell = { dataset: flags.dataset, model: name, labels, seed };
      if (holdsLine(known, cell)) continue;
      if (name === 'pixels') fixed[name] ??= pixels;
      if (name === 'pca') fixed[name] ??= principalComponents(pixels, 50);
      if (name === 'm1') fixed[name] ??= await codesOf(name, 100, 1);
      const features = fixed[name] ?? (await codesOf(name, labels, seed));
      const { labeled } = splitDataset(data, { labeled: labels, validation: 5000, seed });
      const scores = await probe(features, labeled, data, test);
      const trained = name === 'pixels' || name === 'pca' ? {} : { epochs, backend };
      const line: FeaturesLine = { ...cell, ...trained, width: features.train.width, ...scores };
      await appendLine(flags.out, line);
      console.log(JSON.stringify(line));
    }
