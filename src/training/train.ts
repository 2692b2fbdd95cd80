/** The trainer: a loop over steps that validates, stops, keeps the best and can go on where it was. */
import { getBackend } from '@tensorflow/tfjs-core';
import { createRests } from '../core/rests';
import { specOf } from '../core/spec';
import { isFolder } from '../core/storage';
import type { Model } from '../models/model';
import { assignVariables, readTensors } from '../models/modelFile';
import { createAdam } from './adam';
import { assertTrainOptions } from './assertTrainOptions';
import { createAverage } from './average';
import type { Callbacks } from './callbacks';
import {
  applyCheckpoint,
  encodeCheckpoint,
  type Progress,
  type RunIdentity,
  type RunState,
} from './checkpoint';
import { assertFresh, keepCheckpoint } from './checkpointFiles';
import { improves, metricOf, shouldStop } from './earlyStopping';
import { addTo, type HistoryRow, meansOf, type TrainResult } from './history';
import { finiteOnly, nonFiniteError } from './nonFinite';
import type { TrainOptions } from './options';
import { specOfPhases } from './phases';
import { findCheckpoint } from './resume';
import type { Resumed } from './resumed';
import { type Execute, executeEagerly } from './step';
import { trainingSteps } from './trainingSteps';

/** Checkpoints that a folder keeps by default, the newest included. */
const KEPT = 3;

/** Numbers of a validation's result; anything else (tables, bins) is left to whoever made it. */
const validationColumns = (result: object): Record<string, number> =>
  Object.fromEntries(
    Object.entries(result).flatMap(([name, value]) =>
      typeof value === 'number' ? [[`validation.${name}`, value]] : [],
    ),
  );

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
  assertTrainOptions(model, options);
  const {
    batches,
    epochs,
    noise,
    validate,
    validateEvery = 1,
    earlyStopping,
    readEvery = 1,
    checkpoint,
    resume = false,
    averaging,
    signal,
    timeLimit = Number.POSITIVE_INFINITY,
    nonFinite = 'throw',
  } = options;
  const phases = typeof options.objective === 'function' ? 1 : options.objective.length;
  const listeners: readonly Callbacks[] = [options.callbacks ?? []].flat();
  const optimizer = options.optimizer ?? createAdam();
  const average = averaging && createAverage(model.variables, averaging);
  const state: RunState = { model, optimizer, average };
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
    averaging: averaging ? { decay: averaging.decay } : null,
    split: batches.split,
  };
  const last = epochs * stepsPerEpoch;
  const saveEvery = checkpoint?.every ?? stepsPerEpoch;

  let progress: Progress = { step: 0, seconds: 0, history: [], sums: {} };
  let saved = -1;
  // Whether weights, optimizer and progress are all of one step: a fault within a step may have moved some of them.
  let whole = true;
  const save = async (): Promise<void> => {
    if (checkpoint === undefined || saved === progress.step) return;
    const { step, best } = progress;
    whole = false;
    const bytes = await encodeCheckpoint(state, progress, run);
    const bestStep = best && (best.epoch + 1) * stepsPerEpoch;
    await keepCheckpoint(checkpoint.storage, bytes, step, checkpoint.keep ?? KEPT, bestStep);
    whole = true;
    saved = step;
  };

  /** Runs work with the weights that are evaluated in the model: their average, where there is one. */
  const evaluated = <T>(work: () => Promise<T>): Promise<T> => (average ? average.inPlace(work) : work());

  /** Closes the epoch that the last step ended: its row, the best weights, and whether to stop. */
  const endEpoch = async (): Promise<boolean> => {
    const epoch = progress.step / stepsPerEpoch - 1;
    const due = validate !== undefined && ((epoch + 1) % validateEvery === 0 || epoch + 1 === epochs);
    const better = await evaluated(async () => {
      const measured = due ? validationColumns(await validate(model)) : {};
      const { step, seconds } = progress;
      const row: HistoryRow = { epoch, step, seconds, ...meansOf(progress.sums), ...measured };
      const value = earlyStopping && metricOf(row, earlyStopping, due);
      const isBest =
        earlyStopping !== undefined && value !== undefined && improves(value, progress.best, earlyStopping);
      const best = isBest && { epoch, value, variables: await readTensors(model.variables) };
      progress = { ...progress, history: [...progress.history, row], sums: {}, ...(best && { best }) };
      for (const listener of listeners) await listener.onEpochEnd?.(epoch, row);
      return isBest;
    });
    // A folder keeps the checkpoint of the best epoch, so there must be one.
    if (better && checkpoint && isFolder(checkpoint.storage)) await save();
    return shouldStop(progress, earlyStopping);
  };

  /** Tells of an epoch ahead of its first step, where there will be one. */
  const beginEpoch = async (step: number, stop: boolean): Promise<void> => {
    if (stop || step >= last || step % stepsPerEpoch !== 0 || signal?.aborted) return;
    for (const listener of listeners) await listener.onEpochBegin?.(step / stepsPerEpoch);
  };

  /** Puts the checkpoint in place that the run goes on from, where there is one. */
  const goOn = async (): Promise<Resumed | undefined> => {
    if (checkpoint === undefined) return undefined;
    const found = resume ? await findCheckpoint(checkpoint.storage, resume, state, run) : undefined;
    if (found === undefined) {
      await assertFresh(checkpoint.storage);
      return undefined;
    }
    applyCheckpoint(`resume: ${found.name}`, found.checkpoint, state);
    const { writtenBy } = found.checkpoint;
    progress = found.checkpoint.progress;
    saved = progress.step;
    return {
      from: found.name,
      step: progress.step,
      writtenBy,
      sameBackend: writtenBy.backend === getBackend(),
    };
  };

  const executeStep = options.execute ?? executeEagerly;
  const execute: Execute = (work) => {
    whole = false;
    return executeStep(work);
  };

  let firstStep = last;
  try {
    const resumed = await goOn();
    firstStep = progress.step;
    for (const listener of listeners)
      await listener.onTrainBegin?.({ epochs, stepsPerEpoch, firstStep, ...(resumed && { resumed }) });
    const began = performance.now();
    let clock = began;
    let late = false;
    let diverged = false;
    // Where the terms were read last, and how many updates had been left out by then.
    let seen = { step: progress.step, skipped: 0 };
    const rest = createRests();
    // A fault at the end of an epoch, in its validation say, leaves a checkpoint whose epoch has yet to be closed.
    if (firstStep > 0 && firstStep % stepsPerEpoch === 0 && progress.history.at(-1)?.step !== firstStep) {
      saved = -1;
      await endEpoch();
    }
    let stop = shouldStop(progress, earlyStopping);
    await beginEpoch(progress.step, stop);
    const steps = trainingSteps(model, {
      ...options,
      execute,
      optimizer,
      ...(average && { average }),
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
      whole = true;
      clock = now;
      for (const listener of listeners) await listener.onBatchEnd?.({ step, epoch, read });
      if (ends) stop = await endEpoch();
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
    if (stopped === 'finished' || stopped === 'early') {
      if (best) assignVariables('train', model.variables, best.variables);
      else average?.intoVariables();
    }
    const result: TrainResult = {
      history: progress.history,
      step: progress.step,
      stopped,
      ...(best && { best: { epoch: best.epoch, value: best.value } }),
      ...(resumed && { resumed }),
    };
    for (const listener of listeners) await listener.onTrainEnd?.(result);
    return result;
  } catch (error) {
    // What was done is kept: the fault of a callback, of the validation or of the data costs no step.
    if (whole && progress.step > firstStep)
      await save().catch((second) => {
        throw unsaved(error, second);
      });
    throw error;
  } finally {
    average?.dispose();
    if (options.optimizer === undefined) optimizer.dispose();
  }
}

/** The error of a run that failed, and whose checkpoint could not be written either. */
const unsaved = (error: unknown, second: unknown): Error =>
  new Error(`${String(error)}; and no checkpoint could be written: ${String(second)}`, { cause: error });
