/** Flags of `npm start` and `npm run seeds`: `npm start -- --help`. */
import { parseArgs } from 'node:util';
import { type BackendName, backendNames, datasetNames } from 'ssvae/node';
import { METHODS, type Method, type ModelName, modelNames, modelOf, NETS, type Nets } from './models';

const DATASETS = ['digits', ...datasetNames] as const;

export type DatasetName = (typeof DATASETS)[number];

/** What a run depends on. */
export interface Settings {
  readonly dataset: DatasetName;
  readonly data: string | undefined;
  readonly labels: number;
  readonly model: ModelName;
  readonly methods: readonly Method[];
  readonly nets: Nets;
  readonly epochs: number;
  readonly seed: number;
  /** runs of each method in `npm run seeds` */
  readonly seeds: number;
  /** α in place of the recipe's */
  readonly alpha: number | undefined;
  /** learning rate in place of the recipe's */
  readonly rate: number | undefined;
  /** weight of the generated labels in place of the recipe's */
  readonly generated: number | undefined;
  readonly backend: BackendName | undefined;
  readonly out: string;
  readonly resume: boolean;
  /** prints the settings of the runs, and trains nothing */
  readonly runs: boolean;
}

/** A mistake of whoever runs the example: one line, and no stack. */
export class UsageError extends Error {}

/** The flags, as `--help` prints them. */
export const usage = (command: string): string => `${command} -- [flags]
  --dataset    ${DATASETS.join(' | ')}   default digits, which needs no files
  --data       folder with the data set's official files; without it they are downloaded
  --labels     labelled examples, default 100; the rest of the training set is used without its labels
  --model      ${modelNames.join(' | ')}   default m2
  --objective  ${METHODS.join(' | ')} | all   default all that train the model;
               m2 is the bound of the model alone, adversarial is for aae
  --nets       ${NETS.join(' | ')}   default mlp for digits, conv for the others where the model has it
  --epochs     passes over the unlabelled examples, default 8 for digits, 10 for the others
  --alpha      weight of the labelled cross-entropy, default by data set and objective
  --rate       learning rate, default 3e-3 for mlp and conv, 1e-3 for kingma, report and aae
  --generated  weight of the term of generated-labels, default 0.2
  --seed       of split, weights, batches and noise, default 1
  --seeds      runs of npm run seeds, from --seed on, default 3
  --backend    ${backendNames.join(' | ')}   default the best that is available
  --out        folder of the report and the checkpoints, default runs/DATASET
  --resume     go on where an interrupted run of the same flags was
  --runs       print the settings of the runs as JSON, for bench/start/run.ts, and train nothing`;

const oneOf = <T extends string>(
  flag: string,
  value: string,
  choices: readonly T[],
  model?: ModelName,
): T => {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) {
    const whose = model === undefined ? '' : ` with --model ${model}`;
    throw new UsageError(`--${flag} is "${value}", needed one of ${choices.join(', ')}${whose}`);
  }
  return found;
};

const integer = (flag: string, value: string, least: number): number => {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < least || value.trim() === '') {
    throw new UsageError(`--${flag} is "${value}", needed an integer of at least ${least}`);
  }
  return number;
};

const weight = (flag: string, value: string): number => {
  const number = Number(value);
  if (!Number.isFinite(number) || number < 0 || value.trim() === '') {
    throw new UsageError(`--${flag} is "${value}", needed a number of at least 0`);
  }
  return number;
};

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        dataset: { type: 'string', default: 'digits' },
        data: { type: 'string' },
        labels: { type: 'string', default: '100' },
        model: { type: 'string', default: 'm2' },
        objective: { type: 'string', default: 'all' },
        nets: { type: 'string' },
        epochs: { type: 'string' },
        alpha: { type: 'string' },
        rate: { type: 'string' },
        generated: { type: 'string' },
        seed: { type: 'string', default: '1' },
        seeds: { type: 'string', default: '3' },
        backend: { type: 'string' },
        out: { type: 'string' },
        resume: { type: 'boolean', default: false },
        runs: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message.split(/\. |\n/)[0]);
  }
};

/**
 * Reads the flags.
 *
 * @param args what follows `npm start --`
 * @returns settings, or `undefined` where help was asked for
 * @throws UsageError naming the flag, what came and what was needed
 */
export function readSettings(args: readonly string[]): Settings | undefined {
  const flags = parse(args);
  if (flags.help) return undefined;
  const dataset = oneOf('dataset', flags.dataset, DATASETS);
  const generated = dataset === 'digits';
  if (generated && flags.data !== undefined)
    throw new UsageError('--data is for data sets in files, and digits are drawn');
  const name = oneOf('model', flags.model, modelNames);
  const model = modelOf(name);
  const objective = oneOf('objective', flags.objective, [...model.methods, 'all'] as const, name);
  const nets = generated || !model.nets.includes('conv') ? 'mlp' : 'conv';
  return {
    dataset,
    data: flags.data,
    labels: integer('labels', flags.labels, 10),
    model: name,
    methods: objective === 'all' ? model.methods : [objective],
    nets: oneOf('nets', flags.nets ?? nets, model.nets, name),
    epochs: integer('epochs', flags.epochs ?? (generated ? '8' : '10'), 1),
    alpha: flags.alpha === undefined ? undefined : weight('alpha', flags.alpha),
    rate: flags.rate === undefined ? undefined : weight('rate', flags.rate),
    generated: flags.generated === undefined ? undefined : weight('generated', flags.generated),
    seed: integer('seed', flags.seed, 0),
    seeds: integer('seeds', flags.seeds, 1),
    backend: flags.backend === undefined ? undefined : oneOf('backend', flags.backend, backendNames),
    out: flags.out ?? `runs/${dataset}`,
    resume: flags.resume,
    runs: flags.runs,
  };
}
