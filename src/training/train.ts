/** The trainer: a loop over steps that validates, stops, keeps the best and can go on where it was. */
import { assertMethods } from '../core/assert';
import { passesOf } from '../core/batch';
import { hold } from '../core/held';
import type { Model } from '../models/model';
import { assignVariables } from '../models/modelFile';
import { assertTrainOptions } from './assertOptions';
import { inTurn } from './callbacks';
import { type Checkpoints, createCheckpoints } from './checkpoint/checkpoints';
import { identityOf } from './checkpoint/identity';
import { closeEpoch } from './closeEpoch';
import { assertTermOf, shouldStop } from './earlyStopping';
import { assertFree, takeOver, trainableOf } from './free';
import type { HistoryRow, TrainResult } from './history';
import { type Average, createAverage } from './optimizer/average';
import { type Equipment, equip } from './optimizer/optimizers';
import type { TrainOptions } from './options';
import { resolvePhases } from './phases';
import { createReadings } from './readings';
import { type Execute, executeEagerly } from './step';
import { type StepResult, stepsOf } from './trainingSteps';

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
 * @throws Error when another run has the model, the optimizer or the checkpoint's place
 * @example const { history } = await train(model, { objective: semiSupervised(), batches, epochs: 10, noise: createNoise(1) })
 */
export async function train<M extends Model>(model: M, options: TrainOptions<M>): Promise<TrainResult> {
  assertTrainOptions(model, options);
  const equipment = equip(resolvePhases(model, options.objective), options.optimizer);
  const { optimizers } = equipment;
  if (options.checkpoint)
    for (const { name, optimizer } of optimizers)
      assertMethods('train', name, optimizer, ['apply', 'restore']);
  assertFree(model, optimizers);
  takeOver(model, optimizers);
  const giveBack = [model, ...optimizers.map(({ optimizer }) => optimizer), ...trainableOf(model)].map(hold);
  const average = options.averaging && createAverage(model.variables, options.averaging);
  let checkpoints: Checkpoints | undefined;
  try {
    const state = { model, optimizers, average };
    checkpoints = createCheckpoints(options.checkpoint, state, identityOf(model, options, optimizers));
    return await run(model, options, equipment, average, checkpoints);
  } finally {
    for (const give of giveBack) give();
    average?.dispose();
    equipment.dispose();
    await checkpoints?.end();
  }
}

/** A run from its beginning, or its last checkpoint, to its end. */
async function run<M extends Model>(
  model: M,
  options: TrainOptions<M>,
  equipment: Equipment<M>,
  average: Average | undefined,
  checkpoints: Checkpoints,
): Promise<TrainResult> {
  const { signal, ...stepOptions } = options;
  const { batches, epochs, readEvery = 1, timeLimit = Number.POSITIVE_INFINITY } = options;
  const { stepsPerEpoch } = batches;
  const last = epochs * stepsPerEpoch;
  const saveEvery = options.checkpoint?.every ?? stepsPerEpoch;
  const tell = inTurn(options.callbacks);
  const { progress: beginning, resumed } = await checkpoints.begin(options.resume ?? false);
  const { step: firstStep } = beginning;
  let progress = beginning;

  // Whether weights, optimizer and progress are all of one step: a fault within a step may have moved some of them.
  let whole = true;
  const execute: Execute = (work) => {
    whole = false;
    return (options.execute ?? executeEagerly)(work);
  };
  const save = async (): Promise<void> => {
    whole = false;
    await checkpoints.save(progress);
    whole = true;
  };

  /** Tells of an epoch ahead of its first step, where there will be one. */
  const beginEpoch = async (stop: boolean): Promise<void> => {
    const { step } = progress;
    if (stop || step >= last || step % stepsPerEpoch !== 0 || signal?.aborted) return;
    await tell.onEpochBegin(step / stepsPerEpoch);
  };

  /** Closes the epoch that the last step ended, and tells of it; whether it is to be the last. */
  const endEpoch = async (): Promise<boolean> => {
    const { best } = progress;
    const close = async (): Promise<void> => {
      progress = await closeEpoch(model, options, progress);
      const row = progress.history.at(-1) as HistoryRow;
      await tell.onEpochEnd(row.epoch, row);
    };
    // Measured and shown are the weights that the run is to leave: their average, where there is one.
    await (average ? average.inPlace(close) : close());
    // A folder keeps the checkpoint of the best epoch, so there must be one.
    if (checkpoints.keepBest && progress.best !== best) await save();
    return shouldStop(progress, options.earlyStopping);
  };

  try {
    const passes = passesOf(batches);
    const from = { firstStep, ...(resumed && { resumed }) };
    await tell.onTrainBegin({ epochs, stepsPerEpoch, ...(passes && { passes }), ...from });
    const began = performance.now();
    let clock = began;
    let [late, diverged] = [false, false];
    const readings = createReadings(options.nonFinite ?? 'throw', equipment.phases.length, firstStep);
    /** Looks at the steps that are behind, where nobody would look at them later on. */
    const look = async (done: StepResult): Promise<void> => {
      whole = false;
      const seen = await readings.look(done, progress.sums);
      ({ diverged } = seen);
      if (seen.sums !== progress.sums) progress = { ...progress, sums: seen.sums };
      whole = true;
    };
    // A fault at the end of an epoch, in its validation say, leaves a checkpoint whose epoch has yet to be closed.
    if (firstStep > 0 && firstStep % stepsPerEpoch === 0 && progress.history.at(-1)?.step !== firstStep)
      await endEpoch();
    let stop = shouldStop(progress, options.earlyStopping);
    await beginEpoch(stop);
    const range = { from: firstStep, to: stop || signal?.aborted ? firstStep : last };
    const steps = stepsOf(
      model,
      { ...stepOptions, execute, ...(average && { average }), ...range },
      equipment,
    );
    for await (const done of steps) {
      const { epoch, read } = done;
      const step = done.step + 1;
      const ends = step % stepsPerEpoch === 0;
      const saves = step % saveEvery === 0;
      let { sums } = progress;
      // An epoch without any reading would leave a row without columns; the share of skipped steps is none of a reading.
      const unread = Object.keys(sums).every((name) => name === 'skipped');
      if (done.step % readEvery === 0 || (ends && unread)) {
        ({ sums, diverged } = await readings.read(done, sums));
        if (done.step === 0 && options.nonFinite !== 'skip')
          assertTermOf(Object.keys(sums), options.earlyStopping);
      } else if (ends || saves) ({ sums, diverged } = await readings.look(done, sums));
      const now = performance.now();
      progress = { ...progress, step, seconds: progress.seconds + (now - clock) / 1000, sums };
      clock = now;
      whole = true;
      try {
        await tell.onBatchEnd({ step: done.step, epoch, read });
        if (ends) stop = await endEpoch();
        if (saves) await save();
        late = performance.now() - began >= 1000 * timeLimit;
        if (stop || diverged) break;
        if (!late) await beginEpoch(stop);
      } catch (error) {
        if (whole)
          await look(done).catch((second) => {
            throw both(error, second);
          });
        throw error;
      }
      if (late || signal?.aborted) {
        await look(done);
        break;
      }
    }
    await save();

    const stopped =
      progress.step >= last && !diverged
        ? 'finished'
        : reasonOf({ diverged, stop, aborted: signal?.aborted === true, late });
    const { best, history, step } = progress;
    // A run that may go on needs the weights of its last step.
    if (stopped !== 'aborted' && stopped !== 'time') {
      if (best) assignVariables('train', model.variables, best.variables);
      else average?.intoVariables();
    }
    const result: TrainResult = {
      history,
      step,
      stopped,
      ...(best && { best: { epoch: best.epoch, value: best.value } }),
      ...(resumed && { resumed }),
    };
    await tell.onTrainEnd(result);
    return result;
  } catch (error) {
    // What was done is kept: the fault of a callback, of the validation or of the data costs no step.
    const faults: unknown[] = [error];
    if (whole && progress.step > firstStep)
      await save().catch((second) => faults.push(`no checkpoint could be written: ${String(second)}`));
    try {
      await tell.onTrainFault(error);
    } catch (second) {
      faults.push(`onTrainFault failed: ${String(second)}`);
    }
    throw faults.length === 1 ? error : new Error(faults.map(String).join('; and '), { cause: error });
  }
}

/** Why a run ended before its last step. */
const reasonOf = ({
  diverged,
  stop,
  aborted,
  late,
}: Readonly<Record<'diverged' | 'stop' | 'aborted' | 'late', boolean>>): TrainResult['stopped'] => {
  if (diverged) return 'diverged';
  if (stop) return 'early';
  if (aborted) return 'aborted';
  return late ? 'time' : 'finished';
};

/** The error of a run that failed twice. */
const both = (error: unknown, what: unknown): Error =>
  new Error(`${String(error)}; and ${String(what)}`, { cause: error });
