/** Results of runs: one JSON object a line, appended as runs end. */
import type { Samples } from '../../start/judge';
import type { Settings } from './settings';

/** What defines a run: two results of one cell would be the same experiment. */
export interface Cell {
  readonly case: string;
  readonly dataset: string;
  readonly labels: number;
  readonly seed: number;
  readonly epochs: number;
  /** epochs without a better validation accuracy after which the run ends; without it, it never does */
  readonly patience?: number;
  readonly settings: Settings;
}

/** What a run came to. */
export interface Result extends Cell {
  /** `'choose'`: to choose settings, the test set untouched; `'report'`: with them */
  readonly purpose: 'choose' | 'report';
  readonly steps: number;
  /** wall clock of the training, validation between epochs included */
  readonly seconds: number;
  readonly validationAccuracy: number;
  /** the epoch, from 1, that is best by it; the test figures are of its weights */
  readonly bestEpoch: number;
  /** after each epoch */
  readonly validationCurve: readonly number[];
  /** other figures after each epoch, or means over its steps, by the names of the training history */
  readonly curves?: Readonly<Record<string, readonly number[]>>;
  readonly testAccuracy?: number;
  /** exact-sum bound on the first `elboExamples` test examples, nats */
  readonly elbo?: number;
  readonly elboExamples?: number;
  /** what a judge says of samples, where labels are generated */
  readonly samples?: Samples;
  /** e.g. `'tensorflow'`, or `'pytorch'` */
  readonly backend: string;
  /** whether all steps were recorded; lines from before it was told have none */
  readonly recorded?: boolean;
  /** versions and processor */
  readonly platform: string;
  /** load average of the machine at the end; above the number of cores, seconds say little */
  readonly load?: number;
}

/** A cell in one line, the same for the same experiment. */
const keyOf = ({ case: name, dataset, labels, seed, epochs, patience, settings }: Cell): string =>
  JSON.stringify([
    name,
    dataset,
    labels,
    seed,
    epochs,
    Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)),
    ...(patience === undefined ? [] : [patience]),
  ]);

/** Where a run computes, and what for. */
export type Circumstances = Pick<Result, 'backend' | 'purpose'>;

/** Whether a line is that of the run asked for. */
export const isResultOf = (result: Result, cell: Cell, { backend, purpose }: Circumstances): boolean =>
  result.backend === backend && result.purpose === purpose && keyOf(result) === keyOf(cell);

/** Lines of one experiment, by seed; an error where they are of several, which no mean may be taken over. */
export const ofOneExperiment = (lines: readonly Result[]): readonly Result[] => {
  const bySeed = [...lines].sort((a, b) => a.seed - b.seed);
  for (const [i, line] of bySeed.entries()) {
    const last = bySeed[i - 1];
    if (!last) continue;
    const title = `${line.case}, ${line.labels} labels of ${line.dataset}`;
    if (line.seed === last.seed) throw new Error(`study: two lines of seed ${line.seed} of ${title}`);
    if (!isResultOf(line, { ...last, seed: line.seed }, last))
      throw new Error(`study: seeds ${last.seed} and ${line.seed} of ${title} differ in their settings`);
  }
  return bySeed;
};
