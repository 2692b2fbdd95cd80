/** Outcomes of short training runs, as they are compared. */
import type { TrainResult } from '../../src/training/history';

/** What two runs are compared by. */
export interface Ending {
  readonly weights: Readonly<Record<string, readonly number[]>>;
  readonly result: object;
}

/** A result without what differs from run to run. */
export const comparable = ({ history, resumed: _, ...rest }: TrainResult) => ({
  ...rest,
  history: history.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([column]) => column !== 'seconds')),
  ),
});
