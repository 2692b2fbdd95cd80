/**
 * Measures `fit` at its defaults on tables, vectors, texts and small images, beside the labels alone and scikit-learn:
 * `npx tsx bench/tabular/run.ts [--sets iris,wine] [--labels 5,10,50] [--splits 10] [--backend wasm] [--label-prior] [--search 20]`.
 *
 * With `--label-prior` the model is told the shares of the classes. `--search 20` measures searches of 20 trials instead.
 *
 * Setup once: `npx tsx bench/tabular/setup.ts`. Each fit is a line of docs/results/tabular.jsonl, and one that is there is not
 * run again. A set of fewer than 1,000 examples is scored on all of its unlabeled examples, and others on a test part of 30 %,
 * at most 1,500, that is not shown to training.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  createM2,
  type Dataset,
  evaluateClassifier,
  fit,
  gatherInputs,
  type Split,
  search,
  subset,
} from 'ssvae';
import { file, selectBackend } from 'ssvae/node';
import { appendLine, readLines } from '../lines';
import type { BaselineLine, FitLine, PriorLine, SearchLine, TabularLine } from './line';
import { SETS_BY_NAME } from './sets';
import { classCounts, leavesEnough, splitOf } from './split';

const { values: flags } = parseArgs({
  options: {
    sets: { type: 'string', default: Object.keys(SETS_BY_NAME).join(',') },
    labels: { type: 'string', default: '5,10,50' },
    splits: { type: 'string', default: '10' },
    backend: { type: 'string', default: 'wasm' },
    'label-prior': { type: 'boolean', default: false },
    search: { type: 'string' },
    out: { type: 'string', default: 'docs/results/tabular.jsonl' },
  },
});

const scikit = (
  data: Dataset,
  splits: ReadonlyMap<number, Split>,
): readonly Omit<BaselineLine, 'set' | 'labels'>[] => {
  mkdirSync('runs/tabular/inputs', { recursive: true });
  const x = `runs/tabular/inputs/${data.name}.f32`;
  const inputs = gatherInputs(
    data,
    Int32Array.from({ length: data.count }, (_, i) => i),
  );
  writeFileSync(x, inputs.dataSync());
  inputs.dispose();
  const task = {
    x,
    count: data.count,
    y: [...data.y],
    splits: Array.from(splits, ([split, { labeled, unlabeled, test }]) => ({
      split,
      labeled: [...labeled],
      unlabeled: [...unlabeled],
      test: [...test],
    })),
  };
  const { stdout, stderr, status } = spawnSync(
    resolve('runs/tabular/venv/bin/python'),
    ['bench/tabular/baselines.py'],
    {
      input: JSON.stringify(task),
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
    },
  );
  if (status !== 0) throw new Error(`scikit-learn: ${stderr}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => ({ kind: 'scikit-learn', ...JSON.parse(line) }));
};

const { name: backend, execute } = await selectBackend({ backend: flags.backend as 'wasm' });
const lines = await readLines<TabularLine>(flags.out);
const isDone = (kind: TabularLine['kind'], set: string, labels: number, split: number): boolean =>
  lines.some(
    (line) => line.kind === kind && line.set === set && line.labels === labels && line.split === split,
  );

/** A search, which goes on where it was interrupted. */
const searchLine = async (
  data: Dataset,
  parts: Split,
  row: Pick<SearchLine, 'set' | 'labels' | 'split'>,
): Promise<SearchLine> => {
  const trials = Number(flags.search);
  const started = performance.now();
  const name = [data.name, row.labels, row.split, backend].join('-');
  mkdirSync('runs/tabular/searches', { recursive: true });
  const { best, why, model } = await search(data, undefined, {
    trials,
    seed: row.split,
    split: parts,
    storage: file(`runs/tabular/searches/${name}.json`),
    execute,
  });
  if (model === undefined) throw new Error('search: no model');
  const { accuracy } = await evaluateClassifier(model, subset(data, parts.test));
  model.dispose();
  const { source, settings, score } = best;
  const seconds = (performance.now() - started) / 1000;
  const found = { source, settings, ...(score && { score }) };
  return {
    kind: 'search',
    ...row,
    backend,
    trials,
    examples: parts.test.length,
    search: accuracy,
    best: found,
    why,
    seconds,
  };
};

for (const labels of flags.labels.split(',').map(Number))
  for (const set of flags.sets.split(',')) {
    const data = SETS_BY_NAME[set]?.();
    if (data === undefined)
      throw new Error(`${set} is not a set, needed one of ${Object.keys(SETS_BY_NAME)}`);
    if (!leavesEnough(data, labels)) continue;
    const seeds = Array.from({ length: Number(flags.splits) }, (_, seed) => seed);
    const splits = new Map(seeds.map((seed) => [seed, splitOf(data, labels, seed)]));
    const missing = new Map([...splits].filter(([split]) => !isDone('scikit-learn', set, labels, split)));
    if (flags.search === undefined && missing.size > 0)
      for (const line of scikit(data, missing)) await appendLine(flags.out, { ...line, set, labels });
    for (const [split, parts] of splits) {
      if (flags.search !== undefined) {
        if (isDone('search', set, labels, split)) continue;
        const line = await searchLine(data, parts, { set, labels, split });
        await appendLine(flags.out, line);
        console.log(
          `${set}, ${labels} labels a class, split ${split}: ${(100 * line.search).toFixed(1)} % (${line.why}, ${line.seconds.toFixed(0)} s)`,
        );
        continue;
      }
      const kind = flags['label-prior'] ? 'prior' : 'fit';
      if (isDone(kind, set, labels, split)) continue;
      const labelPrior = classCounts(data).map((count) => count / data.count);
      const model = createM2({
        data,
        latent: 10,
        nets: { preset: 'mlp', widths: [128] },
        ...(kind === 'prior' && { labelPrior }),
        seed: split,
      });
      const started = performance.now();
      const { chosen, crossValidation, heldBack } = await fit(model, data, {
        seed: split,
        split: parts,
        execute,
      });
      const line: FitLine | PriorLine = {
        kind,
        set,
        labels,
        split,
        backend,
        examples: parts.test.length,
        labelsAlone: heldBack?.labelsAlone.accuracy ?? Number.NaN,
        fit: heldBack?.model.accuracy ?? Number.NaN,
        chosen,
        ...(crossValidation && { right: crossValidation.right }),
        seconds: (performance.now() - started) / 1000,
      };
      await appendLine(flags.out, line);
      console.log(
        `${set}, ${labels} labels a class, split ${split}: ${(100 * line.labelsAlone).toFixed(1)} → ${(100 * line.fit).toFixed(1)} % (${chosen}, ${line.seconds.toFixed(0)} s)`,
      );
      model.dispose();
    }
  }
