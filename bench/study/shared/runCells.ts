/** Runs cells of the study one after the other, each as a program in a process of its own. */
import { createInterface } from 'node:readline';
import type { HistoryRow } from 'ssvae';
import { EXIT, endOf, startRun } from '../../../src/node/program/work';
import { appendLine, readLines } from '../../lines';
import { type Cell, type Circumstances, isResultOf, type Result } from './results';

/** Where the data are, where the results go. */
export interface RunOptions {
  /** folder of the data set */
  readonly data: string;
  readonly backend: string;
  /** to choose settings, the test set is not touched */
  readonly purpose: Result['purpose'];
  /** file that a line is appended to for each run */
  readonly out: string;
  /** prints the settings of the cells, and runs none */
  readonly print: boolean;
  /** folder that keeps the result, the checkpoint and the model of each run */
  readonly study: string;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const ending = ({ validationAccuracy, testAccuracy, seconds, steps, validationCurve }: Result): string =>
  [
    `validation ${percent(validationAccuracy)}`,
    ...(testAccuracy === undefined ? [] : [`test ${percent(testAccuracy)}`]),
    `${validationCurve.length} epochs`,
    `${((1000 * seconds) / steps).toFixed(0)} ms a step`,
  ].join(', ');

const told = ({ epoch = 0, loss, seconds, ...row }: HistoryRow): string =>
  `  epoch ${epoch + 1}: validation ${row['validation.accuracy']?.toFixed(4)}, loss ${loss?.toFixed(2)}, ${seconds?.toFixed(0)} s`;

/** Runs a cell; nothing where the signal ended it. */
async function run(
  settings: Cell & Circumstances,
  { study, signal }: { readonly study: string; readonly signal: AbortSignal },
): Promise<Result | undefined> {
  const child = startRun('bench/study/cell.ts', settings, study, 'pipe');
  let result: Result | undefined;
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (text) => {
    // Native TensorFlow greets on the same stream.
    if (!text.startsWith('{')) return;
    const row = JSON.parse(text);
    if (row.line) result = row.line;
    else console.log(told(row));
  });
  const code = await endOf(child, signal);
  if (code === EXIT.done) return result;
  if (code !== EXIT.callAgain) throw new Error(`study: the run of ${settings.case} ended with ${code}`);
  return undefined;
}

/** Runs the cells that the file does not hold yet, all of one data set; a run that was ended goes on where it was. */
export async function runCells(
  cells: readonly Cell[],
  { data, backend, purpose, out, print, study }: RunOptions,
): Promise<void> {
  if (print) {
    console.log(JSON.stringify(cells.map((cell) => ({ ...cell, backend, purpose }))));
    return;
  }
  process.env.STUDY_DATA = data;
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  const circumstances: Circumstances = { backend, purpose };
  for (const [i, cell] of cells.entries()) {
    const title = `${i + 1} of ${cells.length}: ${cell.case}, ${cell.labels} labels, seed ${cell.seed}`;
    if ((await readLines<Result>(out)).some((result) => isResultOf(result, cell, circumstances))) {
      console.log(`${title}: in ${out} already`);
      continue;
    }
    console.log(`${title}, up to ${cell.epochs} epochs`);
    const result = await run({ ...cell, ...circumstances }, { study, signal: stop.signal });
    if (result === undefined) {
      process.exitCode = EXIT.callAgain;
      return;
    }
    await appendLine(out, result);
    console.log(`${title}: ${ending(result)}`);
  }
}
