/** What a run has seen: means of the terms by epoch. */
import { own } from '../files/json';
import type { Resumed } from './checkpoint/resumed';

/** One epoch: `loss`, `labeled.…`, `unlabeled.…` and `validation.…`, in nats where they are bounds. */
export interface HistoryRow {
  /** 0, 1, 2, … */
  readonly epoch: number;
  /** steps done when the epoch ended */
  readonly step: number;
  /** time spent up to the epoch's last step, validations of the epochs before and steps before an interruption included */
  readonly seconds: number;
  /** a mean over the epoch's steps, or a number of the validation */
  readonly [column: string]: number;
}

/** What a run ends with. */
export interface TrainResult {
  /** a row for each finished epoch */
  readonly history: readonly HistoryRow[];
  /** steps done, those before a resume included */
  readonly step: number;
  /** why it ended: all epochs done, the signal, early stopping, the time limit, or a loss that is not finite */
  readonly stopped: 'finished' | 'aborted' | 'early' | 'time' | 'diverged';
  /** the best epoch by the metric of early stopping; the model has its weights, unless the run is to go on (aborted, out of time) */
  readonly best?: {
    /** 0, 1, 2, … */
    readonly epoch: number;
    /** the metric there, in its own unit */
    readonly value: number;
  };
  /** the checkpoint that the run went on from, where it did */
  readonly resumed?: Resumed;
}

/** Sums of named numbers, in the order of their first coming. */
export type Sums = Readonly<Record<string, { readonly sum: number; readonly count: number }>>;

/** Adds numbers to sums, each of them of one step or the total of several things. */
export const addTo = (sums: Sums, numbers: Readonly<Record<string, number>>, things = 1): Sums => ({
  ...sums,
  ...Object.fromEntries(
    Object.entries(numbers).map(([name, number]) => {
      const { sum = 0, count = 0 } = own(sums, name) ?? {};
      return [name, { sum: sum + number, count: count + things }];
    }),
  ),
});

/** Means of sums. */
export const meansOf = (sums: Sums): Record<string, number> =>
  Object.fromEntries(Object.entries(sums).map(([name, { sum, count }]) => [name, sum / count]));
