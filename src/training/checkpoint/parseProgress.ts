/** Reads the progress of a run from its checkpoint. */
import { describe } from '../../core/describe';
import type { StoredArray } from '../../files/safetensors';
import type { HistoryRow, Sums } from '../history';
import { withPrefix } from './arrayNames';
import type { Metadata } from './metadata';
import type { Progress } from './runState';

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Refuses a history that does not match the number of steps; the row of the last epoch may be missing. */
const assertEpochs = (
  where: string,
  history: readonly HistoryRow[],
  step: number,
  stepsPerEpoch: number,
): void => {
  const over = Math.floor(step / stepsPerEpoch);
  const closed = history.length === over || (history.length === over - 1 && step % stepsPerEpoch === 0);
  const wrong = history.findIndex((row, i) => row.epoch !== i || row.step !== (i + 1) * stepsPerEpoch);
  if (!closed || wrong >= 0)
    throw new RangeError(
      `${where}: the history has ${closed ? `another epoch in row ${wrong}` : `${history.length} epochs`}, needed the ${over} of ${step} steps, ${stepsPerEpoch} in each`,
    );
};

/**
 * Progress of a run.
 *
 * @param where name of the file, for messages
 * @param arrays of the file
 * @param metadata of the file
 * @param stepsPerEpoch of the run
 * @throws RangeError when numbers are missing, or the history is not that of so many steps
 */
export const parseProgress = (
  where: string,
  arrays: Readonly<Record<string, StoredArray>>,
  { step, columns, sums, best }: Metadata,
  stepsPerEpoch: number,
): Progress => {
  const numbersOf = (name: string, count: number): readonly number[] => {
    const { data } = arrays[name] ?? {};
    if (data?.length !== count)
      throw new RangeError(
        `${where}: ${describe(name)} has ${data?.length ?? 'no'} numbers, needed ${count}`,
      );
    return Array.from(data);
  };
  const rows = arrays[`history/${columns[0]}`]?.data.length ?? 0;
  const history: Writable<HistoryRow>[] = Array.from({ length: rows }, () => ({
    epoch: 0,
    step: 0,
    seconds: 0,
  }));
  for (const column of columns) {
    const [values, present] = [numbersOf(`history/${column}`, rows), numbersOf(`present/${column}`, rows)];
    for (const [i, row] of history.entries()) if (present[i] === 1) row[column] = values[i] as number;
  }
  assertEpochs(where, history, step, stepsPerEpoch);
  const [seconds = 0] = numbersOf('seconds', 1);
  const sumOf = (name: string): Sums[string] => {
    const [sum = 0, count = 0] = numbersOf(`sums/${name}`, 2);
    return { sum, count };
  };
  const progress = {
    step,
    seconds,
    history,
    sums: Object.fromEntries(sums.map((name) => [name, sumOf(name)])),
  };
  if (best === null) return progress;
  if (best >= rows)
    throw new RangeError(`${where}: the best epoch is ${best}, needed one of the history's ${rows}`);
  const [value = 0] = numbersOf('best-value', 1);
  return { ...progress, best: { epoch: best, value, variables: withPrefix('best', arrays) } };
};
