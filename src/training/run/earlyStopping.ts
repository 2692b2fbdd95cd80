/** Early stopping: which epoch is the best, and when to stop. */
import { describe, oneLine } from '../../core/describe';
import { own } from '../../files/json';
import type { Best, Progress } from '../checkpoint/runState';
import type { HistoryRow } from '../history';
import type { EarlyStopping } from '../options';
import type { Listener, Run } from './run';

/** Columns of every history row. */
const FIXED = ['epoch', 'step', 'seconds'];

/** The monitored value of an epoch. It may be missing only if the epoch has no validation or skipped steps. */
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
 * Refuses to monitor a training column that the first step lacks: it is misspelled.
 *
 * @param names of the terms and the loss
 * @throws RangeError naming the available columns
 */
export function assertTermOf(names: readonly string[], earlyStopping: EarlyStopping | undefined): void {
  const { monitor = 'loss' } = earlyStopping ?? {};
  if (monitor.startsWith('validation.') || [...FIXED, ...names].includes(monitor)) return;
  throw new RangeError(
    `train: earlyStopping.monitor is ${describe(monitor)}, needed a column of the history: ${oneLine([...FIXED, ...names].join(', '), 500)}, or one of validate, e.g. 'validation.accuracy'`,
  );
}

/** Whether a value improves on the best epoch. */
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
 * Whether patience has run out at the last measured epoch. If the monitored value was never a number, there is no best epoch
 * and the wait begins with the first.
 */
const isOver = ({ history, best }: Progress, { monitor, patience }: EarlyStopping): boolean => {
  const measured = history.filter((row) => Object.hasOwn(row, monitor));
  const [first, latest] = [measured[0], measured.at(-1)];
  if (first === undefined || latest === undefined) return false;
  const since = best?.epoch ?? first.epoch - 1;
  return latest.epoch - since >= Math.max(1, patience);
};

/** Ends a run whose monitored value has not improved for long enough. */
export function createEarlyStopping(run: Run, earlyStopping: EarlyStopping | undefined): Listener {
  if (earlyStopping === undefined) return {};
  const look = (): void => {
    if (isOver(run.progress, earlyStopping)) run.endings.add('early');
  };
  return { begin: look, epochEnd: look };
}
