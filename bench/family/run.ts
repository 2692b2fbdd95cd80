/**
 * Every model of the family on MNIST with 100 labels, beside its own classifier on the labels alone:
 * `npx tsx bench/family/run.ts --data DIR [--models m2,adgm] [--seeds 1] [--epochs 3]
 * [--recipe consistent|generated] [--backend tensorflow]`.
 *
 * Each run is a line of docs/results/family.jsonl, and one that is there is not run again. One that was interrupted goes on
 * from its last checkpoint. Every model of a bound has the same rate, α, batches and objective, and nothing of it is chosen,
 * but for stacked M1+M2.
 * `--recipe consistent` trains those with a small bound and consistency between changed images instead, and
 * `--recipe generated` with the term of generated labels too.
 * The adversarial autoencoder has its own phases, rate and batches, chosen on 5,000 validation examples of seed 1; stacked
 * M1+M2 has ten passes over the codes for each three over the images, as its steps are short.
 */
import { parseArgs } from 'node:util';
import {
  type Classifier,
  evaluateClassifier,
  evaluateElbo,
  type Model,
  type SemiSupervisedVae,
  splitDataset,
  subset,
  supervised,
} from 'ssvae';
import { loadDataset, selectBackend } from 'ssvae/node';
import { appendLine, holdsLine, readLines } from '../lines';
import { judgeOf, samplesOf } from '../start/judge';
import type { FamilyLine } from './line';
import { CONSISTENT_RUN, CONTENDERS, type Contender, optimized, RECIPES } from './models';
import { type ObjectiveOf, type Outcome, type Runner, trainer } from './runner';
import { runStacked } from './stacked';

const NAMES = [...Object.keys(CONTENDERS), 'stacked'];
const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    models: { type: 'string', default: NAMES.join(',') },
    seeds: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '3' },
    recipe: { type: 'string' },
    backend: { type: 'string', default: 'tensorflow' },
    out: { type: 'string', default: 'docs/results/family.jsonl' },
  },
});
if (flags.data === undefined) throw new Error('--data is missing, needed the folder with the files of MNIST');
const recipe = flags.recipe === undefined ? undefined : RECIPES[flags.recipe];
if (flags.recipe !== undefined && recipe === undefined)
  throw new Error(`--recipe is ${flags.recipe}, needed one of ${Object.keys(RECIPES).join(', ')} or none`);

const LABELS = 100;
const { name: backend, execute } = await selectBackend({ backend: flags.backend as 'tensorflow' });
const { train: data, test } = await loadDataset('mnist', { dir: flags.data });
const some = subset(
  test,
  Int32Array.from({ length: 1000 }, (_, i) => i),
);

/** Who says which digit a sample shows. */
const judgeFor = judgeOf({ dataset: 'mnist' }, execute);

/** Trains a model and, where it has a classifier of its own, that on the labels alone. */
async function run(contender: Contender, { seed, epochs, train }: Runner): Promise<Outcome> {
  const { create, classifier, bounded = true, batchSize } = contender;
  const { alone = () => supervised() } = contender;
  const title = [contender.title, flags.recipe].filter(Boolean).join(', ');
  const objective = recipe ? (recipe as never as ObjectiveOf<Model>) : contender.objective;
  const shared = { epochs, ...(batchSize && { batchSize }), ...(recipe && CONSISTENT_RUN) };
  let labelsAlone: number | undefined;
  if (alone) {
    const model = create(data, seed);
    await train(model, alone as ObjectiveOf<Model>, { title: `${title}, labels alone`, ...shared });
    labelsAlone = (await evaluateClassifier(model as Classifier, test)).accuracy;
    model.dispose();
  }
  const model = create(data, seed);
  const judge = classifier ? classifier(model) : (model as Classifier);
  // A classifier by Bayes reads the decoder often: it is measured at the end alone.
  const measured = { title, ...shared, ...(!classifier && { classifier: judge }) };
  const { seconds, curve } = await train(model, objective, measured);
  const { accuracy } = await evaluateClassifier(judge, test);
  const elbo = bounded ? (await evaluateElbo(model as SemiSupervisedVae, some, { seed })).elbo : undefined;
  const samples =
    recipe &&
    (await samplesOf(model as SemiSupervisedVae, { judge: await judgeFor(data), test, seed, execute }));
  const parameters = Object.values(model.variables).reduce((sum, { size }) => sum + size, 0);
  model.dispose();
  return {
    ...(labelsAlone !== undefined && { labelsAlone }),
    accuracy,
    ...(elbo !== undefined && { elbo }),
    ...(samples && { samples }),
    seconds,
    parameters,
    ...(curve.length && { curve }),
  };
}

const known = await readLines<FamilyLine>(flags.out);
for (const name of flags.models.split(',')) {
  if (!NAMES.includes(name)) throw new Error(`${name} is not a model, needed one of ${NAMES.join(', ')}`);
  const contender = CONTENDERS[name];
  const epochs = contender?.epochs ?? Number(flags.epochs);
  for (let seed = 1; seed <= Number(flags.seeds); seed++) {
    if (holdsLine(known, { model: name, seed, epochs, recipe: flags.recipe })) continue;
    if (recipe && contender?.objective !== optimized)
      throw new Error(`${name} has phases or a bound of its own, needed a model without for --recipe`);
    const split = splitDataset(data, { labeled: LABELS, validation: 5000, seed });
    const train = trainer({ data, split, seed }, execute);
    const runner: Runner = { data, test, some, seed, epochs, split, train };
    const outcome = contender ? await run(contender, runner) : await runStacked(runner);
    const line: FamilyLine = {
      model: name,
      labels: LABELS,
      seed,
      epochs,
      ...(flags.recipe && { recipe: flags.recipe }),
      backend,
      ...outcome,
    };
    await appendLine(flags.out, line);
    console.log(JSON.stringify(line));
  }
}
