/**
 * Every model of the family on MNIST with 100 labels, beside its own classifier on the labels alone:
 * `npx tsx bench/family/run.ts --data DIR [--models m2,adgm] [--seeds 1] [--epochs 3] [--backend tensorflow]`.
 *
 * Each run is a line of docs/results/family.jsonl, and one that is there is not run again. Nothing is chosen: every model
 * of a bound has the same rate, α and objective; the adversarial autoencoder
 * has its own phases and rate.
 */
import { parseArgs } from 'node:util';
import {
  type Classifier,
  cosineDecay,
  createAdam,
  createBatches,
  evaluateClassifier,
  evaluateElbo,
  type Model,
  type Objective,
  type Phase,
  type SemiSupervisedVae,
  splitDataset,
  subset,
  supervised,
  train,
} from 'ssvae';
import { loadDataset, progressBar, selectBackend } from 'ssvae/node';
import { appendLine, readLines } from '../lines';
import type { FamilyLine } from './line';
import { CONTENDERS } from './models';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    models: { type: 'string', default: Object.keys(CONTENDERS).join(',') },
    seeds: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '3' },
    backend: { type: 'string', default: 'tensorflow' },
    out: { type: 'string', default: 'docs/results/family.jsonl' },
  },
});
if (flags.data === undefined) throw new Error('--data is missing, needed the folder with the files of MNIST');

const LABELS = 100;
const RATE = 3e-3;
const epochs = Number(flags.epochs);
const { name: backend, execute } = await selectBackend({ backend: flags.backend as 'tensorflow' });
const { train: data, test } = await loadDataset('mnist', { dir: flags.data });
const some = subset(
  test,
  Int32Array.from({ length: 1000 }, (_, i) => i),
);

/** Batches of a run, and its length. */
const batchesOf = (seed: number) => {
  const split = splitDataset(data, { labeled: LABELS, validation: 5000, seed });
  return createBatches({ dataset: data, split, batchSize: { labeled: 100, unlabeled: 128 }, seed });
};

/** Trains a model, and gives the seconds. */
async function fitted(
  model: Model,
  objective: Objective<never> | readonly Phase<never>[],
  seed: number,
  title: string,
): Promise<number> {
  const batches = batchesOf(seed);
  const { history } = await train(model as never, {
    objective: objective as never,
    batches,
    // Phases have optimizers of their own.
    ...(!Array.isArray(objective) && {
      optimizer: createAdam({
        learningRate: cosineDecay({ from: RATE, steps: epochs * batches.stepsPerEpoch }),
      }),
    }),
    alpha: 50,
    epochs,
    seed,
    execute,
    callbacks: progressBar({ title }),
    onWarning: () => undefined,
  });
  return history.at(-1)?.seconds ?? 0;
}

const known = await readLines<FamilyLine>(flags.out);
for (const name of flags.models.split(',')) {
  const contender = CONTENDERS[name];
  if (contender === undefined)
    throw new Error(`${name} is not a model, needed one of ${Object.keys(CONTENDERS).join(', ')}`);
  const { title, create, objective, classifier, aloneToo = true, bounded = true } = contender;
  for (let seed = 1; seed <= Number(flags.seeds); seed++) {
    if (known.some((line) => line.model === name && line.seed === seed && line.epochs === epochs)) continue;
    let labelsAlone: number | undefined;
    if (aloneToo) {
      const alone = create(data, seed) as SemiSupervisedVae;
      await fitted(alone, supervised() as never, seed, `${title}, labels alone`);
      labelsAlone = (await evaluateClassifier(alone, test)).accuracy;
      alone.dispose();
    }
    const model = create(data, seed);
    const steps = epochs * batchesOf(seed).stepsPerEpoch;
    const rate = cosineDecay({ from: RATE, steps });
    const seconds = await fitted(model, objective(model, steps, rate) as never, seed, title);
    const judge = classifier ? classifier(model) : (model as Classifier);
    const { accuracy } = await evaluateClassifier(judge, test);
    const elbo = bounded ? (await evaluateElbo(model as SemiSupervisedVae, some, { seed })).elbo : undefined;
    const parameters = Object.values(model.variables).reduce((sum, { size }) => sum + size, 0);
    model.dispose();
    const line: FamilyLine = {
      model: name,
      labels: LABELS,
      seed,
      epochs,
      backend,
      ...(labelsAlone !== undefined && { labelsAlone }),
      accuracy,
      ...(elbo !== undefined && { elbo }),
      seconds,
      parameters,
    };
    await appendLine(flags.out, line);
    console.log(JSON.stringify(line));
  }
}
