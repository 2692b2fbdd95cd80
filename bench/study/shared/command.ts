/** What every command of the study is told. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { cases } from './cases';
import { countOf, overridesOf } from './flags';
import type { Cell } from './results';
import type { RunOptions } from './runCells';
import { SETTING_NAMES, type Settings } from './settings';

/** What a command runs where it is told nothing else. */
export interface Defaults {
  /** of its files in docs/results, before the data set; default none */
  readonly prefix?: string;
  readonly cases: readonly string[];
  /** numbers of labels by data set; of the data sets the first is taken where none is named */
  readonly labels: Readonly<Record<string, readonly number[]>>;
  /** label seeds of a number of labels */
  readonly seeds: (dataset: string, labels: number) => readonly number[];
  readonly epochs: number;
  /** epochs without a better validation accuracy after which a run ends; default: it never does */
  readonly patience?: number;
}

const OPTIONS = {
  data: { type: 'string' },
  dataset: { type: 'string' },
  case: { type: 'string', multiple: true },
  labels: { type: 'string', multiple: true },
  seed: { type: 'string', multiple: true },
  epochs: { type: 'string' },
  patience: { type: 'string' },
  set: { type: 'string', multiple: true, default: [] },
  backend: { type: 'string', default: 'tensorflow' },
  choose: { type: 'boolean', default: false },
  cells: { type: 'boolean', default: false },
  study: { type: 'string', default: 'runs/study' },
  out: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

const settingsOf = (name: string): Settings => {
  const settings = cases[name];
  if (settings) return settings;
  throw new Error(`study: --case is "${name}", needed one of ${Object.keys(cases).join(', ')}`);
};

/**
 * The cells of a command, label count by label count and seed by seed, and where they go.
 *
 *   --data DIR [--dataset NAME] [--case NAME …] [--labels N …] [--seed S …] [--epochs E] [--patience P]
 *   --set NAME=JSON …   settings in place of the case's
 *   --choose            for choosing settings: the test set is not touched
 *   --backend NAME      default tensorflow
 *   --cells             prints the settings of the runs as JSON, for a queue or a grid of cell.ts, and runs none
 *   --study FOLDER      keeps results, checkpoints and models by the names of runs; default runs/study
 *   --out FILE          of the lines; default docs/results/[PREFIX-]DATASET[-choose].jsonl
 */
export function commandOf(defaults: Defaults): RunOptions & { readonly cells: readonly Cell[] } {
  const { values } = parseArgs({ options: OPTIONS });
  const known = Object.keys(defaults.labels);
  const { data, dataset = known[0] as string, backend, choose } = values;
  const counts = defaults.labels[dataset];
  if (data === undefined) throw new Error('study: --data is missing, needed the folder of the data set');
  if (counts === undefined)
    throw new Error(`study: --dataset is "${dataset}", needed one of ${known.join(', ')}`);
  const overrides = overridesOf<Settings>('set', values.set, SETTING_NAMES);
  const { epochs = defaults.epochs, patience = defaults.patience } = {
    ...(values.epochs !== undefined && { epochs: countOf('epochs', values.epochs) }),
    ...(values.patience !== undefined && { patience: countOf('patience', values.patience) }),
  };
  const cellOf = (name: string, labels: number, seed: number): Cell => ({
    case: name,
    dataset,
    labels,
    seed,
    epochs,
    ...(patience !== undefined && { patience }),
    settings: { ...settingsOf(name), ...overrides },
  });
  const cells = (values.labels?.map((count) => countOf('labels', count)) ?? counts).flatMap((labels) =>
    (values.seed?.map((seed) => countOf('seed', seed)) ?? defaults.seeds(dataset, labels)).flatMap((seed) =>
      (values.case ?? defaults.cases).map((name) => cellOf(name, labels, seed)),
    ),
  );
  const name = [...(defaults.prefix ? [defaults.prefix] : []), dataset, ...(choose ? ['choose'] : [])].join(
    '-',
  );
  return {
    data,
    backend,
    print: values.cells,
    study: values.study,
    purpose: choose ? 'choose' : 'report',
    out: values.out ?? `docs/results/${name}.jsonl`,
    cells,
  };
}
