/**
 * Models of the family with convolutional nets on CIFAR-10 with 4,000 labels, beside their own classifiers on the labels alone:
 * `npx tsx bench/family/photographs.ts --data DIR [--models m2,m1m2,adgm,sdgm] [--seeds 1] [--epochs 12] [--backend tensorflow]`.
 *
 * Each run is a line of docs/results/photographs.jsonl, and one that is there is not run again. One that was interrupted goes
 * on from its last checkpoint. Recipe and nets are those of the small nets of bench/study/cifar10.ts; nothing is chosen.
 */
import { parseArgs } from 'node:util';
import {
  bernoulli,
  createAdgm,
  createM1M2,
  createM2,
  createSdgm,
  cropAndFlip,
  evaluateClassifier,
  type Objective,
  regularized,
  type SemiSupervisedVae,
  splitDataset,
  supervised,
} from 'ssvae';
import { loadDataset, selectBackend } from 'ssvae/node';
import { appendLine, holdsLine, readLines } from '../lines';
import type { FamilyLine } from './line';
import { CONSISTENT_RUN, CONTENDERS } from './models';
import { trainer } from './runner';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    models: { type: 'string', default: 'm2,m1m2,adgm,sdgm' },
    seeds: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '12' },
    backend: { type: 'string', default: 'tensorflow' },
    out: { type: 'string', default: 'docs/results/photographs.jsonl' },
  },
});
if (flags.data === undefined)
  throw new Error('--data is missing, needed the folder with the files of CIFAR-10');

const LABELS = 4000;
const BOUND = 5e-4;
const epochs = Number(flags.epochs);
const { name: backend, execute } = await selectBackend({ backend: flags.backend as 'tensorflow' });
const { train: data, test } = await loadDataset('cifar10', { dir: flags.data });

const shared = { data, latent: 50, nets: 'conv', likelihood: bernoulli } as const;
const MODELS: Readonly<Record<string, (seed: number) => SemiSupervisedVae>> = {
  m2: (seed) => createM2({ ...shared, seed }),
  m1m2: (seed) => createM1M2({ ...shared, features: 50, seed }),
  adgm: (seed) => createAdgm({ ...shared, auxiliary: 50, seed }),
  sdgm: (seed) => createSdgm({ ...shared, auxiliary: 50, seed }),
};

const changed = cropAndFlip({ padding: 4, flip: true });
const run = { ...CONSISTENT_RUN, epochs, augment: { labeled: changed } };
const consistent = () =>
  regularized({
    labelHandling: 'gumbel',
    boundWeight: BOUND,
    labelPriorKlWeight: BOUND,
    mutualInformationWeight: 0,
    entropyPenalty: 0,
    labelSmoothing: { epsilon: 0.001, weight: BOUND },
    consistency: { weight: 1, augment: changed },
  });

const known = await readLines<FamilyLine>(flags.out);
for (const name of flags.models.split(',')) {
  const create = MODELS[name];
  if (!create) throw new Error(`${name} is not a model, needed one of ${Object.keys(MODELS).join(', ')}`);
  for (let seed = 1; seed <= Number(flags.seeds); seed++) {
    if (holdsLine(known, { model: name, seed, epochs })) continue;
    const split = splitDataset(data, { labeled: LABELS, validation: 5000, seed });
    const train = trainer({ data, split, seed }, execute);
    const accuracyBy = async (objective: () => Objective<SemiSupervisedVae>, what: string) => {
      const model = create(seed);
      const title = `photographs, ${CONTENDERS[name]?.title}, ${what}`;
      const trained = await train(model, objective, { ...run, title, classifier: model });
      const { accuracy } = await evaluateClassifier(model, test);
      const parameters = Object.values(model.variables).reduce((sum, { size }) => sum + size, 0);
      model.dispose();
      return { accuracy, parameters, ...trained };
    };
    const { accuracy: labelsAlone } = await accuracyBy(() => supervised(), 'labels alone');
    const line: FamilyLine = {
      model: name,
      labels: LABELS,
      seed,
      epochs,
      backend,
      labelsAlone,
      ...(await accuracyBy(consistent, 'all data')),
    };
    await appendLine(flags.out, line);
    console.log(JSON.stringify(line));
  }
}
