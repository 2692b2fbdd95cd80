/** The trainer: a loop over steps that validates, stops, keeps the best and can go on where it was. */
import { assertInteger, assertNumber, assertOneOf } from '../core/assert';
import { createRests } from '../core/rests';
import { describe } from '../core/shape';
import { specOf } from '../core/spec';
import type { Model } from '../models/model';
import { assignVariables, readTensors } from '../models/modelFile';
import { createAdam } from './adam';
import type { Callbacks } from './callbacks';
import { type Best, type Progress, type RunIdentity, readCheckpoint, writeCheckpoint } from './checkpoint';
import { addTo, type HistoryRow, meansOf, type TrainResult } from './history';
import { finiteOnly, nonFiniteError } from './nonFinite';
import type { EarlyStopping, TrainOptions } from './options';
import { specOfPhases } from './phases';
import { assertStepOptions, trainingSteps } from './trainingSteps';

const check = <M extends Model>(model: M, options: TrainOptions<M>): void => {
  assertStepOptions(model, options);
  const {
    epochs,
    validate,
    validateEvery = 1,
    readEvery = 1,
    earlyStopping,
    checkpoint,
    resume,
    timeLimit,
  } = options;
  assertInteger('train', 'epochs', epochs);
  assertInteger('train', 'validateEvery', validateEvery);
  assertInteger('train', 'readEvery', readEvery);
  if (timeLimit !== undefined)
    assertNumber('train', 'timeLimit', timeLimit, 'a number of seconds above 0', (seconds) => seconds > 0);
  if (checkpoint?.every !== undefined) assertInteger('train', 'checkpoint.every', checkpoint.every);
  if (checkpoint !== undefined && typeof checkpoint.storage?.write !== 'function')
    throw new TypeError(
      `train: checkpoint.storage is ${describe(checkpoint.storage)}, needed a Storage such as file('run.safetensors')`,
    );
  if (resume && options.batches.replayable === false)
    throw new RangeError(
      'train: resume is true, needed batches that can be replayed, such as batchesFrom of a function: a bare iterator cannot go to the step of a checkpoint',
    );
  if (resume && checkpoint === undefined)
    throw new RangeError('train: resume is true, needed a checkpoint to go on from');
  if (validate !== undefined && typeof validate !== 'function')
    throw new TypeError(`train: validate is ${describe(validate)}, needed a function of the model`);
  if (earlyStopping) {
    if (validate === undefined && earlyStopping.metric?.startsWith('validation.'))
      throw new RangeError(
        `train: earlyStopping.metric is "${earlyStopping.metric}", needed validate as well`,
      );
    assertInteger('train', 'earlyStopping.patience', earlyStopping.patience, 0);
    assertOneOf('train', 'earlyStopping.better', earlyStopping.better, ['higher', 'lower']);
    const { minDelta = 0 } = earlyStopping;
    assertNumber(
      'train',
      'earlyStopping.minDelta',
      minDelta,
      'a number of at least 0',
      (delta) => delta >= 0,
    );
  }
};

/** Numbers of a validation's result; anything else (tables, bins) is left to whoever made it. */
const validationColumns = (result: object): Record<string, number> =>
  Object.fromEntries(
    Object.entries(result).flatMap(([name, value]) =>
      typeof value === 'number' ? [[`validation.${name}`, value]] : [],
    ),
  );

/** The metric's value, where the epoch has one; an epoch with all of its columns must. */
const metricOf = (row: HistoryRow, { metric }: EarlyStopping, validated: boolean): number | undefined => {
  const value = row[metric];
  if (value === undefined && (validated || !metric.startsWith('validation.'))) {
    throw new RangeError(
      `train: earlyStopping.metric is "${metric}", needed a column of the history: ${Object.keys(row).join(', ')}`,
    );
  }
  return value;
};

const improves = (
  value: number,
  best: Best | undefined,
  { better, minDelta = 0 }: EarlyStopping,
): boolean => {
  if (Number.isNaN(value)) return false;
  if (best === undefined) return true;
  return better === 'higher' ? value > best.value + minDelta : value < best.value - minDelta;
};

/**
 * Trains a model.
 *
 * A run is a function of its arguments: the same seed on the same backend gives the same weights (to the bit on cpu
 * and wasm), and a run that was interrupted at any step and resumed from its checkpoint ends with those weights too.
 *
 * @param model whose variables are moved
 * @param options objective, batches, epochs, noise; callbacks, validation, early stopping, checkpoint
 * @returns history, number of steps, and why the run ended
 * @throws TypeError or RangeError naming the option, before the first step
 * @example const { history } = await train(model, { objective: m2(), batches, epochs: 10, noise: createNoise(1) })
 */
export async function train<M extends Model>(model: M, options: TrainOptions<M>): Promise<TrainResult> {
  check(model, options);
  const {
    batches,
    epochs,
    noise,
    validate,
    validateEvery = 1,
    earlyStopping,
    readEvery = 1,
    checkpoint,
    signal,
    timeLimit = Number.POSITIVE_INFINITY,
    nonFinite = 'throw',
  } = options;
  const phases = typeof options.objective === 'function' ? 1 : options.objective.length;
  const listeners: readonly Callbacks[] = [options.callbacks ?? []].flat();
  const optimizer = options.optimizer ?? createAdam();
  const { stepsPerEpoch, counts } = batches;
  // Only a run with a checkpoint asks for the identity of its batches, which looks at every value of the data.
  const run: RunIdentity = {
    spec: model.spec,
    counts,
    stepsPerEpoch,
    data: (checkpoint && batches.identity) ?? '',
    noise: noise.state,
    objective: specOfPhases(options.objective),
    optimizer: optimizer.spec ?? null,
    loss: specOf({
      weighting: options.weighting ?? 'mean',
      alpha: options.alpha ?? 'default',
      parameterPrior: options.parameterPrior ?? 'none',
      clipNorm: options.clipNorm ?? 'none',
    }),
  };
  const last = epochs * stepsPerEpoch;
  const saveEvery = checkpoint?.every ?? stepsPerEpoch;

  let progress: Progress = { step: 0, seconds: 0, history: [], sums: {} };
  let saved = -1;
  const save = async (): Promise<void> => {
    if (checkpoint === undefined || saved === progress.step) return;
    await writeCheckpoint(checkpoint.storage, model, optimizer, progress, run);
    saved = progress.step;
  };

  /** Closes the epoch that the last step ended: its row, the best weights, and whether to stop. */
  const endEpoch = async (epoch: number): Promise<boolean> => {
    const due = validate !== undefined && ((epoch + 1) % validateEvery === 0 || epoch + 1 === epochs);
    const measured = due ? validationColumns(await validate(model)) : {};
    const { step, seconds } = progress;
    const row: HistoryRow = { epoch, step, seconds, ...meansOf(progress.sums), ...measured };
    progress = { ...progress, history: [...progress.history, row], sums: {} };
    if (earlyStopping) {
      const value = metricOf(row, earlyStopping, due);
      if (value !== undefined && improves(value, progress.best, earlyStopping))
        progress = { ...progress, best: { epoch, value, variables: await readTensors(model.variables) } };
    }
    for (const listener of listeners) await listener.onEpochEnd?.(epoch, row);
    return shouldStop(progress, earlyStopping);
  };

  /** Tells of an epoch ahead of its first step, where there will be one. */
  const beginEpoch = async (step: number, stop: boolean): Promise<void> => {
    if (stop || step >= last || step % stepsPerEpoch !== 0 || signal?.aborted) return;
    for (const listener of listeners) await listener.onEpochBegin?.(step / stepsPerEpoch);
  };

  try {
    const found =
      checkpoint && options.resume
        ? await readCheckpoint(checkpoint.storage, model, optimizer, run)
        : undefined;
    if (found) {
      progress = found;
      saved = found.step;
    }
    for (const listener of listeners)
      await listener.onTrainBegin?.({ epochs, stepsPerEpoch, firstStep: progress.step });
    const began = performance.now();
    let clock = began;
    let late = false;
    let diverged = false;
    // Where the terms were read last, and how many updates had been left out by then.
    let seen = { step: progress.step, skipped: 0 };
    const rest = createRests();
    let stop = shouldStop(progress, earlyStopping);
    await beginEpoch(progress.step, stop);
    const steps = trainingSteps(model, {
      ...options,
      optimizer,
      from: progress.step,
      to: stop ? progress.step : last,
    });
    for await (const { step, epoch, read, skipped } of steps) {
      const ends = (step + 1) % stepsPerEpoch === 0;
      // An epoch without any reading would leave a row without columns.
      const due = step % readEvery === 0 || (ends && Object.keys(progress.sums).length === 0);
      let { sums } = progress;
      if (due) {
        const values = await read();
        const missed = (await skipped()) - seen.skipped;
        if (missed > 0 && nonFinite === 'throw') throw nonFiniteError(values, seen.step, step);
        diverged = missed > 0 && nonFinite === 'stop';
        const share = missed / (phases * (step + 1 - seen.step));
        sums = addTo(sums, nonFinite === 'skip' ? { ...finiteOnly(values), skipped: share } : values);
        seen = { step: step + 1, skipped: seen.skipped + missed };
      }
      const now = performance.now();
      progress = { ...progress, step: step + 1, seconds: progress.seconds + (now - clock) / 1000, sums };
      clock = now;
      for (const listener of listeners) await listener.onBatchEnd?.({ step, epoch, read });
      if (ends) stop = await endEpoch(epoch);
      if ((step + 1) % saveEvery === 0) await save();
      await rest();
      if (stop || diverged) break;
      late = performance.now() - began >= 1000 * timeLimit;
      if (late && progress.step < last) break;
      await beginEpoch(step + 1, stop);
    }
    await save();
    const { best } = progress;
    const stopped = diverged
      ? 'diverged'
      : stop && progress.step < last
        ? 'early'
        : signal?.aborted && progress.step < last
          ? 'aborted'
          : late && progress.step < last
            ? 'time'
            : 'finished';
    // A run that may go on needs the weights of its last step.
    if (best && (stopped === 'finished' || stopped === 'early'))
      assignVariables('train', model.variables, best.variables);
    const result: TrainResult = {
      history: progress.history,
      step: progress.step,
      stopped,
      ...(best && { best: { epoch: best.epoch, value: best.value } }),
    };
    for (const listener of listeners) await listener.onTrainEnd?.(result);
    return result;
  } finally {
    if (options.optimizer === undefined) optimizer.dispose();
  }
}

/** Whether the best epoch lies further back than patience allows, as of the last epoch that was measured. */
function shouldStop({ history, best }: Progress, earlyStopping: EarlyStopping | undefined): boolean {
  const latest = history.filter((row) => earlyStopping && earlyStopping.metric in row).at(-1)?.epoch;
  return (
    earlyStopping !== undefined &&
    best !== undefined &&
    latest !== undefined &&
    latest - best.epoch >= Math.max(1, earlyStopping.patience)
  );
}
