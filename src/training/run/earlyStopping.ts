/** Early stopping: which epoch is the best, and when there has been none better for long enough. */
import { describe, oneLine } from '../../core/describe';
import { own } from '../../files/json';
import type { Best, Progress } from '../checkpoint/runState';
import type { HistoryRow } from '../history';
import type { EarlyStopping } from '../options';
import type { Listener, Run } from './run';

/** What every row of the history has. */
const FIXED = ['epoch', 'step', 'seconds'];

/** The metric's value, where the epoch has one; an epoch with all of its columns, and all of its steps, must. */
export const monitoredValue = (
  row: HistoryRow,
  { monitor }: EarlyStopping,
  validated: boolean,
): number | undefined => {
  const value = own(row, monitor);
  if (value === undefined && !row.skipped && (validated || !monitor.startsWith('validation.'))) {
    throw new RangeError(
      `train: earlyStopping.monitor is ${describe(monitor)}, needed a column of the history: ${oneLine(Object.keys(row).join(', '), 500)}`,
    );
  }
  return value;
};

/**
 * Refuses a metric of training that the first step does not have, as it is misspelt.
 *
 * @param names of the terms that were read, and the loss
 * @throws RangeError naming those that there are
 */
export function assertTermOf(names: readonly string[], earlyStopping: EarlyStopping | undefined): void {
  const { monitor = 'loss' } = earlyStopping ?? {};
  if (monitor.startsWith('validation.') || [...FIXED, ...names].includes(monitor)) return;
  throw new RangeError(
    `train: earlyStopping.monitor is ${describe(monitor)}, needed a column of the history: ${oneLine([...FIXED, ...names].join(', '), 500)}, or one of validate, e.g. 'validation.accuracy'`,
  );
}

/** Whether a value is better than that of the best epoch. */
export const improves = (
  value: number,
  best: Best | undefined,
  { mode, minDelta }: Required<EarlyStopping>,
): boolean => {
  if (Number.isNaN(value)) return false;
  if (best === undefined) return true;
  return mode === 'max' ? value > best.value + minDelta : value < best.value - minDelta;
};

/**
 * Whether no epoch has been better for as long as patience allows, as of the last one that was measured. A metric that was
 * never a number has no best epoch: the wait then begins with the first.
 */
const isOver = ({ history, best }: Progress, { monitor, patience }: EarlyStopping): boolean => {
  const measured = history.filter((row) => Object.hasOwn(row, monitor));
  const [first, latest] = [measured[0], measured.at(-1)];
  if (first === undefined || latest === undefined) return false;
  const since = best?.epoch ?? first.epoch - 1;
  return latest.epoch - since >= Math.max(1, patience);
};

/** Ends a run whose metric has not become better for long enough. */
export function createEarlyStopping(run: Run, earlyStopping: EarlyStopping | undefined): Listener {
  if (earlyStopping === undefined) return {};
  const look = (): void => {
    if (isOver(run.progress, earlyStopping)) run.endings.add('early');
  };
  return { begin: look, epochEnd: look };
}
