/**
 * Trains cases of the study on real data and appends a line of results for each run.
 *
 *   npx tsx bench/study/run.ts --data DIR [--dataset mnist|fashion-mnist|cifar10] [--seed 1 --seed 2 …]
 *     [--case NAME …] [--method M …] [--nets conv|mlp] [--labels 100] [--epochs 10] [--backend tensorflow]
 *     [--alpha A] [--learning-rate R] [--initializer I] [--label-handling H] [--set NAME=JSON …] [--choose] [--out FILE]
 *
 * A run that the file holds already is not repeated, and one that was interrupted goes on from its last checkpoint.
 * With `--choose` the test set is not touched: for choosing settings by the validation part.
 */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createNoise, type Dataset, evaluateClassifier, evaluateElbo, subset, train } from 'ssvae';
import {
  type DatasetName,
  file,
  loadDataset,
  recordedStep,
  type SelectBackendOptions,
  selectBackend,
} from 'ssvae/node';
import { appendLine, readLines } from '../lines';
import { COMPARED, cases, modelOf, objectiveOf, optimizerOf, type Settings, trainerOf } from './cases';
import { batchesOf, splitOf } from './data';
import { type Cell, keyOf, type Result } from './results';

/** Test examples that the exact-sum bound is taken on. */
const ELBO_EXAMPLES = 1000;

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    dataset: { type: 'string', default: 'mnist' },
    seed: { type: 'string', multiple: true, default: ['1'] },
    case: { type: 'string', multiple: true, default: [...COMPARED] },
    method: { type: 'string', multiple: true },
    nets: { type: 'string', multiple: true },
    labels: { type: 'string', default: '100' },
    epochs: { type: 'string', default: '10' },
    backend: { type: 'string', default: 'tensorflow' },
    alpha: { type: 'string' },
    'learning-rate': { type: 'string' },
    initializer: { type: 'string' },
    'label-handling': { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    choose: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
if (flags.data === undefined) throw new Error('run: --data is missing, needed the folder of the data set');

const out = flags.out ?? `docs/results/${flags.dataset}${flags.choose ? '-choose' : ''}.jsonl`;
const overrides: Partial<Settings> = {
  ...(flags.alpha !== undefined && { alpha: Number(flags.alpha) }),
  ...(flags['learning-rate'] !== undefined && { learningRate: Number(flags['learning-rate']) }),
  ...(flags.initializer !== undefined && { initializer: flags.initializer as Settings['initializer'] }),
  ...(flags['label-handling'] !== undefined && {
    labelHandling: flags['label-handling'] as Settings['labelHandling'],
  }),
  ...Object.fromEntries(
    flags.set.map((pair) => {
      const [name, json] = pair.split(/=(.*)/s);
      return [name, JSON.parse(json ?? '')];
    }),
  ),
};
const chosen = flags.case.map((name): [string, Settings] => {
  const settings = cases[name];
  if (settings === undefined)
    throw new Error(`run: --case is "${name}", needed one of ${Object.keys(cases).join(', ')}`);
  return [name, { ...settings, ...overrides }];
});
const cells: Cell[] = flags.seed.flatMap((seed) =>
  chosen
    .filter(
      ([, { method, nets }]) =>
        (flags.method?.includes(method) ?? true) && (flags.nets?.includes(nets) ?? true),
    )
    .map(([name, settings]) => ({
      case: name,
      dataset: flags.dataset,
      labels: Number(flags.labels),
      seed: Number(seed),
      epochs: Number(flags.epochs),
      settings,
    })),
);

const backend = await selectBackend({ backend: flags.backend as SelectBackendOptions['backend'] });
console.log(`${backend.name}: ${backend.description}`);
const data = await loadDataset(flags.dataset as DatasetName, { dir: flags.data });
const platform = `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`;

/** The first examples of a set. */
const first = (dataset: Dataset, count: number): Dataset =>
  subset(
    dataset,
    Int32Array.from({ length: count }, (_, i) => i),
  );

/** Trains one cell to its end and measures it. */
async function run(cell: Cell): Promise<Result> {
  const { settings, seed, epochs } = cell;
  const noise = createNoise(seed);
  const split = splitOf(data.train, cell.labels, seed);
  const held = subset(data.train, split.validation);
  const model = modelOf(settings, data.train, noise.split('weights'));
  const batches = batchesOf(settings, { dataset: data.train, split, noise: noise.split('batches') });
  const steps = epochs * batches.stepsPerEpoch;
  const optimizer = optimizerOf(settings, steps);
  const execute = recordedStep();
  const id = createHash('sha256')
    .update(`${backend.name}${keyOf(cell)}`)
    .digest('hex')
    .slice(0, 16);
  const checkpoint = join('runs', 'study', `${cell.case}-${seed}-${id}.safetensors`);
  try {
    const { history, step, best } = await train(model, {
      objective: objectiveOf(settings),
      batches,
      noise: noise.split('train'),
      epochs,
      optimizer,
      ...trainerOf(settings),
      readEvery: 10,
      // Never stops early: it leaves every method at its best epoch on the validation examples.
      earlyStopping: { metric: 'validation.accuracy', better: 'higher', patience: epochs },
      validate: (current) => evaluateClassifier(current, held),
      checkpoint: { storage: file(checkpoint) },
      resume: true,
      ...(backend.name === 'tensorflow' && { execute }),
      callbacks: {
        onEpochEnd: (epoch, row) =>
          console.log(
            `  epoch ${epoch + 1}: validation ${row['validation.accuracy']?.toFixed(4)}, loss ${row.loss?.toFixed(2)}, ${row.seconds?.toFixed(0)} s`,
          ),
      },
    });
    const curve = history.map((row) => row['validation.accuracy'] as number);
    const bound = (): Promise<{ elbo: number }> =>
      evaluateElbo(model, first(data.test, ELBO_EXAMPLES), { noise: createNoise(seed).split('elbo') });
    const result: Result = {
      ...cell,
      purpose: flags.choose ? 'choose' : 'report',
      steps: step,
      seconds: Math.round(history.at(-1)?.seconds ?? 0),
      validationAccuracy: best?.value ?? Number.NaN,
      bestEpoch: (best?.epoch ?? 0) + 1,
      validationCurve: curve,
      ...(!flags.choose && {
        testAccuracy: (await evaluateClassifier(model, data.test)).accuracy,
        // A decoder that was never trained has no bound to speak of.
        ...(settings.method !== 'labels-only' && {
          elbo: (await bound()).elbo,
          elboExamples: ELBO_EXAMPLES,
        }),
      }),
      backend: backend.name,
      platform,
      load: Number(loadavg()[0]?.toFixed(1)),
    };
    await rm(checkpoint, { force: true });
    return result;
  } finally {
    execute.dispose();
    optimizer.dispose();
    model.dispose();
  }
}

for (const cell of cells) {
  const title = `${cell.case}, seed ${cell.seed}, ${cell.epochs} epochs`;
  if ((await readLines<Result>(out)).some((result) => keyOf(result) === keyOf(cell))) {
    console.log(`${title}: in ${out} already`);
    continue;
  }
  console.log(title);
  const result = await run(cell);
  await appendLine(out, result);
  const test = result.testAccuracy === undefined ? '' : `, test ${result.testAccuracy}`;
  console.log(
    `${title}: validation ${result.validationAccuracy}${test}, ${((1000 * result.seconds) / result.steps).toFixed(0)} ms a step`,
  );
}
