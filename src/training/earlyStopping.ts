/** Early stopping: which epoch is the best, and when there has been none better for long enough. */
import { describe, oneLine } from '../core/describe';
import { own } from '../files/json';
import type { Best, Progress } from './checkpoint/runState';
import type { HistoryRow } from './history';
import type { EarlyStopping } from './options';

/** The metric's value, where the epoch has one; an epoch with all of its columns, and all of its steps, must. */
export const metricOf = (
  row: HistoryRow,
  { metric }: EarlyStopping,
  validated: boolean,
): number | undefined => {
  const value = own(row, metric);
  if (value === undefined && !row.skipped && (validated || !metric.startsWith('validation.'))) {
    throw new RangeError(
      `train: earlyStopping.metric is ${describe(metric)}, needed a column of the history: ${oneLine(Object.keys(row).join(', '), 500)}`,
    );
  }
  return value;
};

/** Whether a value is better than that of the best epoch. */
export const improves = (
  value: number,
  best: Best | undefined,
  { better, minDelta = 0 }: EarlyStopping,
): boolean => {
  if (Number.isNaN(value)) return false;
  if (best === undefined) return true;
  return better === 'higher' ? value > best.value + minDelta : value < best.value - minDelta;
};

/** Whether the best epoch lies further back than patience allows, as of the last epoch that was measured. */
export function shouldStop({ history, best }: Progress, earlyStopping: EarlyStopping | undefined): boolean {
  const latest = history
    .filter((row) => earlyStopping && Object.hasOwn(row, earlyStopping.metric))
    .at(-1)?.epoch;
  return (
    earlyStopping !== undefined &&
    best !== undefined &&
    latest !== undefined &&
    latest - best.epoch >= Math.max(1, earlyStopping.patience)
  );
}
