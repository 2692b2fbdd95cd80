/**
 * A cell of the study as a program: `npx tsx bench/study/cell.ts SETTINGS [--study runs/study]`. The data set is in the folder that
 * the environment variable STUDY_DATA names. `--cells` of the other commands prints settings.
 */
import {
  type DatasetName,
  loadDataset,
  runProgram,
  type SelectBackendOptions,
  selectBackend,
} from 'ssvae/node';
import { type CellSettings, trainCell } from './shared/trainCell';

await runProgram({
  async run(settings: CellSettings, context) {
    const dir = process.env.STUDY_DATA;
    if (dir === undefined) throw new Error('study: STUDY_DATA is not set, needed the folder of the data set');
    await selectBackend({ backend: settings.backend as SelectBackendOptions['backend'] });
    const data = await loadDataset(settings.dataset as DatasetName, { dir });
    const line = await trainCell(settings, data, context);
    return line && { line };
  },
});
