/** Runs cells of the study one after the other. */
import { type DatasetName, loadDataset, type SelectBackendOptions, selectBackend } from 'ssvae/node';
import { appendLine, readLines } from '../../lines';
import { type Cell, type Circumstances, isResultOf, type Result } from './results';
import { forgetCheckpoint, trainCell } from './trainCell';

/** Where the data are, where the results go. */
export interface RunOptions {
  /** folder of the data set */
  readonly data: string;
  readonly backend: string;
  /** to choose settings, the test set is not touched */
  readonly purpose: Result['purpose'];
  /** file that a line is appended to for each run */
  readonly out: string;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const ending = ({ validationAccuracy, testAccuracy, seconds, steps, validationCurve }: Result): string =>
  [
    `validation ${percent(validationAccuracy)}`,
    ...(testAccuracy === undefined ? [] : [`test ${percent(testAccuracy)}`]),
    `${validationCurve.length} epochs`,
    `${((1000 * seconds) / steps).toFixed(0)} ms a step`,
  ].join(', ');

/** Runs the cells that the file does not hold yet, all of one data set; an interrupted run goes on where it was. */
export async function runCells(
  cells: readonly Cell[],
  { data: dir, backend: asked, purpose, out }: RunOptions,
): Promise<void> {
  const backend = await selectBackend({ backend: asked as SelectBackendOptions['backend'] });
  console.log(`${backend.name}: ${backend.description}`);
  const circumstances: Circumstances = { backend: backend.name, purpose };
  const data = await loadDataset(cells[0]?.dataset as DatasetName, { dir });
  for (const [i, cell] of cells.entries()) {
    const title = `${i + 1} of ${cells.length}: ${cell.case}, ${cell.labels} labels, seed ${cell.seed}`;
    if ((await readLines<Result>(out)).some((result) => isResultOf(result, cell, circumstances))) {
      console.log(`${title}: in ${out} already`);
      continue;
    }
    console.log(`${title}, up to ${cell.epochs} epochs`);
    const result = await trainCell(cell, data, circumstances);
    await appendLine(out, result);
    await forgetCheckpoint(cell, circumstances);
    console.log(`${title}: ${ending(result)}`);
  }
}
