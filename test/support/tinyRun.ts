/** Short training runs on the tiny model. */
import type { HistoryRow, TrainResult } from '../../src/training/history';

/** Rows without what differs from run to run. */
export const withoutSeconds = (history: readonly HistoryRow[]): Readonly<Record<string, number>>[] =>
  history.map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => column !== 'seconds')));

/** A result without what differs from run to run. */
export const comparable = ({ history, ...rest }: TrainResult) => ({
  ...rest,
  history: withoutSeconds(history),
});
