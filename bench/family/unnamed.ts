/**
 * Classes that no label names: Fashion-MNIST with labels for 2 % of the examples of classes 0 to 4, and none for classes 5 to 9:
 * `npx tsx bench/family/unnamed.ts --data DIR [--models m2,m1m2] [--gammas 20] [--alpha 10] [--consistency 0] [--seeds 1]
 * [--epochs 5] [--backend tensorflow]`.
 *
 * Ten classes are declared. Those that no label names are assigned to true ones on the training examples. The last 5,000 training
 * examples are held out: settings are chosen by them, and not by the test examples. Each run is a line of
 * docs/results/unnamed.jsonl, and one that is there is not run again.
 */
import { parseArgs } from 'node:util';
import { evaluateAssignment, type Model, type SemiSupervisedVae, splitDataset, subset } from 'ssvae';
import { loadDataset, selectBackend } from 'ssvae/node';
import { appendLine, holdsLine, readLines } from '../lines';
import { CONTENDERS, moved, optimized } from './models';
import { type ObjectiveOf, range, trainer } from './runner';
import type { UnnamedLine } from './unnamedLine';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    models: { type: 'string', default: 'm2,m1m2' },
    gammas: { type: 'string', default: '20' },
    alpha: { type: 'string', default: '10' },
    consistency: { type: 'string', default: '0' },
    seeds: { type: 'string', default: '1' },
    epochs: { type: 'string', default: '5' },
    backend: { type: 'string', default: 'tensorflow' },
    out: { type: 'string', default: 'docs/results/unnamed.jsonl' },
  },
});
if (flags.data === undefined)
  throw new Error('--data is missing, needed the folder with the files of Fashion-MNIST');

const NAMED = 5;
const SHARE = 0.02;
const HELD = 5000;
const { name: backend, execute } = await selectBackend({ backend: flags.backend as 'tensorflow' });
const { train: data, test } = await loadDataset('fashion-mnist', { dir: flags.data });
const [fitted, held] = [range(0, data.count - HELD), range(data.count - HELD, data.count)];
const known = await readLines<UnnamedLine>(flags.out);
const [epochs, alpha, weight] = [flags.epochs, flags.alpha, flags.consistency].map(Number) as [
  number,
  number,
  number,
];

/** Labels for a share of the examples of the named classes; all others have none. */
function splitOf(seed: number) {
  const named = fitted.filter((i) => (data.y[i] as number) < NAMED);
  const { labeled } = splitDataset(subset(data, named), {
    labeled: Math.round(SHARE * named.length),
    seed,
    everyClass: false,
  });
  return {
    labeled: labeled.map((i) => named[i] as number),
    unlabeled: fitted,
    validation: held,
    test: new Int32Array(),
  };
}

for (const model of flags.models.split(','))
  for (const gamma of flags.gammas.split(',').map(Number))
    for (let seed = 1; seed <= Number(flags.seeds); seed++) {
      const cell = { model, gamma, alpha, consistency: weight, seed, epochs };
      if (holdsLine(known, cell)) continue;
      const contender = CONTENDERS[model];
      if (contender === undefined)
        throw new Error(`${model} is not a model, needed one of ${Object.keys(CONTENDERS).join(', ')}`);
      const made = contender.create(data, seed) as SemiSupervisedVae;
      const split = splitOf(seed);
      const objective: ObjectiveOf<Model> = (one, steps) =>
        optimized(one, steps, {
          mutualInformationWeight: gamma,
          ...(weight > 0 && { consistency: { weight, augment: moved } }),
        }) as never;
      const { seconds } = await trainer({ data, split, seed }, execute)(made, objective, {
        title: `${contender.title}, γ ${gamma}, classes without labels`,
        epochs,
        alpha,
      });
      const training = subset(data, fitted);
      const { accuracy: validation } = await evaluateAssignment(made, subset(data, held), { training });
      const { accuracy, assignment, normalizedMutualInformation } = await evaluateAssignment(made, test, {
        training,
      });
      made.dispose();
      const line: UnnamedLine = {
        ...cell,
        title: contender.title,
        labels: split.labeled.length,
        backend,
        validation,
        accuracy,
        assignment: [...assignment],
        normalizedMutualInformation,
        seconds,
      };
      await appendLine(flags.out, line);
      console.log(JSON.stringify(line));
    }
