/** History of a run: the mean of each term by epoch. */
import { own } from '../files/json';
import type { Resumed } from './checkpoint/resumed';

/** One epoch: `loss`, `labeled.…`, `unlabeled.…` and `validation.…`; bounds are in nats. */
export interface HistoryRow {
  /** 0, 1, 2, … */
  readonly epoch: number;
  /** steps done when the epoch ended */
  readonly step: number;
  /** time up to the epoch's last step, including validations of earlier epochs and steps before an interruption */
  readonly seconds: number;
  /** a mean over the epoch's steps, or a number that `validate` returned */
  readonly [column: string]: number;
}

/** Result of a run. */
export interface TrainResult {
  /** a row for each finished epoch */
  readonly history: readonly HistoryRow[];
  /** steps done, including those before a resume */
  readonly step: number;
  /** why it ended: all epochs are done, the signal, early stopping, the time limit, or a loss that is not finite */
  readonly stopped: 'finished' | 'aborted' | 'early' | 'time' | 'diverged';
  /** the best epoch under early stopping; the model has its weights, unless the run can continue (aborted, out of time) */
  readonly best?: {
    /** 0, 1, 2, … */
    readonly epoch: number;
    /** the monitored value of that epoch */
    readonly value: number;
  };
  /** the checkpoint that the run resumed from, if any */
  readonly resumed?: Resumed;
}

/** Sums of named numbers, in the order in which they first appeared. */
export type Sums = Readonly<Record<string, { readonly sum: number; readonly count: number }>>;

/** Adds numbers to sums. Each number belongs to one step, or is the total of several things. */
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
