/**
 * Measures what each opinion of `fit` is worth, and their mean at several weights:
 * `npx tsx bench/tabular/opinions.ts [--sets iris,wine] [--labels 5] [--splits 100,101,102] [--backend wasm]`.
 *
 * The weights of `fit` were chosen on such splits, which run.ts does not have. The unlabeled examples of training are scored, before
 * the classifier learns the mean. Each split is a line of docs/results/opinions.jsonl, and one that is there is not run again.
 */
import { parseArgs } from 'node:util';
import { createM2, createNoise, type Dataset, recipeOf } from 'ssvae';
import { selectBackend } from 'ssvae/node';
import { indexOfLargest } from '../../src/core/labels';
import { subset } from '../../src/data/gather';
import { assignVariables, readTensors } from '../../src/models/modelFile';
import { meanOf, type Opinions } from '../../src/training/fit/compare';
import { type FitSource, learn, probabilitiesOf, type Task } from '../../src/training/fit/learn';
import { neighborsOf } from '../../src/training/fit/neighbors';
import { appendLine, readLines } from '../lines';
import { type OpinionsLine, opinionsKey, WEIGHTINGS } from './opinionsLine';
import { SETS_BY_NAME } from './sets';
import { leavesEnough, splitOf } from './split';

const { values: flags } = parseArgs({
  options: {
    sets: { type: 'string', default: Object.keys(SETS_BY_NAME).join(',') },
    labels: { type: 'string', default: '5' },
    splits: { type: 'string', default: '100,101,102' },
    backend: { type: 'string', default: 'wasm' },
    out: { type: 'string', default: 'docs/results/opinions.jsonl' },
  },
});
const { execute } = await selectBackend({ backend: flags.backend as 'wasm' });
const labels = Number(flags.labels);
const done = new Set((await readLines<OpinionsLine>(flags.out)).map(opinionsKey));

/** The opinions of one split on its unlabeled examples. */
async function opinionsOf(data: Dataset, seed: number): Promise<{ of: Opinions; truth: Uint8Array }> {
  const { labeled, unlabeled } = splitOf(data, labels, seed);
  const split = { labeled, unlabeled };
  const model = createM2({ data, latent: 10, nets: { preset: 'mlp', widths: [128] }, seed });
  const task: Task<typeof model> = {
    model,
    data,
    split,
    recipe: recipeOf(model, split),
    seed: createNoise(seed),
    execute,
    signal: undefined,
    onStep: () => undefined,
  };
  const start = await readTensors(model.variables);
  const after = async (source: FitSource): Promise<Float32Array> => {
    assignVariables('opinions', model.variables, start);
    await learn(source, task);
    return probabilitiesOf(model, subset(data, unlabeled));
  };
  const { spread } = await neighborsOf(task);
  // Rows of the labeled come first.
  const neighbors = (await spread(labeled)).subarray(labeled.length * data.classes);
  const of: Opinions = {
    'labels alone': await after('labels alone'),
    'labels and unlabeled data': await after('labels and unlabeled data'),
    neighbors,
  };
  model.dispose();
  return { of, truth: Uint8Array.from(unlabeled, (i) => data.y[i] as number) };
}

for (const set of flags.sets.split(',')) {
  const data = SETS_BY_NAME[set]?.();
  if (data === undefined) throw new Error(`${set} is not a set, needed one of ${Object.keys(SETS_BY_NAME)}`);
  if (!leavesEnough(data, labels)) continue;
  for (const split of flags.splits.split(',').map(Number)) {
    if (done.has(opinionsKey({ set, labels, split }))) continue;
    const { of, truth } = await opinionsOf(data, split);
    const { classes } = data;
    const accuracies = Object.values(WEIGHTINGS).map((weights) => {
      const mean = meanOf(of, weights);
      const right = truth.filter(
        (y, i) => indexOfLargest(mean.subarray(i * classes, (i + 1) * classes)) === y,
      );
      return right.length / truth.length;
    });
    const line: OpinionsLine = { set, labels, split, examples: truth.length, accuracies };
    await appendLine(flags.out, line);
    console.log(`${set}, split ${split}: ${accuracies.map((share) => (100 * share).toFixed(1)).join(', ')}`);
  }
}
