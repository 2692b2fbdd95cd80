/** The end of an epoch: its row of the history, and its weights where they are the best so far. */
import { recordOf } from '../core/assert';
import { assertLiving } from '../models/living';
import type { Model } from '../models/model';
import { readTensors } from '../models/modelFile';
import type { Progress } from './checkpoint/runState';
import { improves, metricOf } from './earlyStopping';
import { type HistoryRow, meansOf } from './history';
import type { TrainOptions } from './options';

/** Numbers of a validation's result; anything else (tables, bins) is left to whoever made it. */
const validationColumns = (result: object): Record<string, number> =>
  Object.fromEntries(
    Object.entries(result).flatMap(([name, value]) =>
      typeof value === 'number' ? [[`validation.${name}`, value]] : [],
    ),
  );

/**
 * Closes the epoch that the last step ended.
 *
 * @param model with the weights that are measured
 * @param options of the run
 * @param progress up to the epoch's last step
 * @returns progress with its row, and with its weights as the best where they are
 */
export async function closeEpoch<M extends Model>(
  model: M,
  { batches, epochs, validate, validateEvery = 1, earlyStopping }: TrainOptions<M>,
  { step, seconds, history, sums, best: former }: Progress,
): Promise<Progress> {
  // A callback may have freed it.
  assertLiving('train', model);
  const epoch = step / batches.stepsPerEpoch - 1;
  const due = validate !== undefined && ((epoch + 1) % validateEvery === 0 || epoch + 1 === epochs);
  const measured = due
    ? validationColumns(recordOf('train', await validate(model), 'what validate gives'))
    : {};
  const row: HistoryRow = { epoch, step, seconds, ...meansOf(sums), ...measured };
  const value = earlyStopping && metricOf(row, earlyStopping, due);
  const isBest = earlyStopping !== undefined && value !== undefined && improves(value, former, earlyStopping);
  const best = isBest ? { epoch, value, variables: await readTensors(model.variables) } : former;
  return { step, seconds, history: [...history, row], sums: {}, ...(best && { best }) };
}
