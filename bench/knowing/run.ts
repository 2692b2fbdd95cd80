/**
 * Measures what models know of what they do not know:
 * `npx tsx bench/knowing/run.ts --data DIR [--experiments 'rare class,temperature'] [--seeds 1,2]`.
 *
 * DIR holds the files of MNIST. The first 5,000 training images are trained on, the next 500 held out, and the first 1,000 test
 * images scored. Each finding is a line of docs/results/knowing.jsonl, and an experiment that is there is not run again.
 */
import { parseArgs } from 'node:util';
import { subset } from 'ssvae';
import { loadDataset, selectBackend } from 'ssvae/node';
import { appendLine, readLines } from '../lines';
import {
  classesWithoutLabels,
  type Digits,
  type Given,
  temperature,
  unseenClass,
  wrongLabels,
} from './digits';
import { rareClass, zipf } from './imbalanced';
import { EXPERIMENTS, type Finding, type KnowingLine } from './line';

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    experiments: { type: 'string', default: EXPERIMENTS.join(',') },
    seeds: { type: 'string', default: '1,2' },
    out: { type: 'string', default: 'docs/results/knowing.jsonl' },
  },
});

const MEASURED: Readonly<Record<string, (given: Given) => Promise<Finding[]>>> = {
  'unseen class': unseenClass,
  'classes without labels': classesWithoutLabels,
  '26 classes': zipf(26),
  '100 classes': zipf(100),
  'rare class': rareClass,
  'wrong labels': wrongLabels,
  temperature,
};

const indices = (from: number, to: number): Int32Array =>
  Int32Array.from({ length: to - from }, (_, i) => from + i);

if (flags.data === undefined) throw new Error('run: --data is missing, needed the folder of the MNIST files');
const { train, test } = await loadDataset('mnist', { dir: flags.data });
const digits: Digits = {
  train: subset(train, indices(0, 5000)),
  held: subset(train, indices(5000, 5500)),
  test: subset(test, indices(0, 1000)),
};
const { name: backend, execute } = await selectBackend();
const lines = await readLines<KnowingLine>(flags.out);

for (const seed of flags.seeds.split(',').map(Number))
  for (const experiment of flags.experiments.split(',')) {
    const measure = MEASURED[experiment];
    if (measure === undefined) throw new Error(`${experiment} is not measured, needed one of ${EXPERIMENTS}`);
    if (lines.some((line) => line.experiment === experiment && line.seed === seed)) continue;
    const started = process.cpuUsage();
    const findings = await measure({ ...digits, seed, execute });
    const { user, system } = process.cpuUsage(started);
    for (const finding of findings) {
      const line: KnowingLine = { experiment, seed, backend, seconds: (user + system) / 1e6, ...finding };
      await appendLine(flags.out, line);
      console.log(experiment, seed, finding.setting, JSON.stringify(finding.measures));
    }
  }
