/** Ends an epoch: adds its history row, and keeps its weights if they are the best so far. */
import { assertName, recordOf } from '../../core/assert';
import { oneLine } from '../../core/describe';
import { assertNotAsync } from '../../core/notAsync';
import { assertLiving } from '../../models/living';
import type { Model } from '../../models/model';
import { readTensors } from '../../models/modelFile';
import type { Progress } from '../checkpoint/runState';
import { type HistoryRow, meansOf } from '../history';
import type { Ema } from '../optimizer/ema';
import type { RunSettings } from '../settings';
import { improves, monitoredValue } from './earlyStopping';
import type { Run } from './run';

/** Numbers of a validation's result, one at least; ignores anything else (tables, bins). */
const validationColumns = (result: object): Record<string, number> => {
  const entries = Object.entries(result);
  for (const [name, value] of entries) assertNotAsync('train', `${oneLine(name)} of what validate`, value);
  const numbers = entries.filter(([, value]) => typeof value === 'number');
  if (numbers.length === 0 && entries.length > 0)
    throw new TypeError(
      `train: what validate gives holds ${oneLine(entries.map(([name]) => name).join(', '), 200)} and no number, needed numbers by name such as evaluateClassifier gives`,
    );
  for (const [name] of numbers) assertName('train', 'what validate gives', name);
  return Object.fromEntries(numbers.map(([name, value]) => [`validation.${name}`, value as number]));
};

/** Progress with the row of the epoch that just ended, and with its weights if they are the best. */
const closed = async <M extends Model>(
  { model, batches, epochs, validate, validateEvery, earlyStopping }: RunSettings<M>,
  { step, seconds, history, sums, best: former }: Progress,
): Promise<Progress> => {
  // A callback may have disposed it.
  assertLiving('train', model);
  const epoch = step / batches.stepsPerEpoch - 1;
  const due = validate !== undefined && ((epoch + 1) % validateEvery === 0 || epoch + 1 === epochs);
  const measured = due
    ? validationColumns(recordOf('train', await validate(model), 'what validate gives'))
    : {};
  const row: HistoryRow = { epoch, step, seconds, ...meansOf(sums), ...measured };
  const value = earlyStopping && monitoredValue(row, earlyStopping, due);
  const isBest = earlyStopping !== undefined && value !== undefined && improves(value, former, earlyStopping);
  const best = isBest ? { epoch, value, variables: await readTensors(model.variables) } : former;
  return { step, seconds, history: [...history, row], sums: {}, ...(best && { best }) };
};

/**
 * Closes the epoch that the last step ended, and calls `onEpochEnd`.
 *
 * @param run up to the epoch's last step
 * @param settings of the run
 * @param ema whose averages are validated: the run will leave them in the model
 */
export async function closeEpoch<M extends Model>(
  run: Run,
  settings: RunSettings<M>,
  ema: Ema | undefined,
): Promise<void> {
  const close = async (): Promise<void> => {
    run.progress = await closed(settings, run.progress);
    const row = run.progress.history.at(-1) as HistoryRow;
    await settings.callbacks.onEpochEnd(row.epoch, row);
  };
  await (ema ? ema.withAverages(close) : close());
}
