/** The trainer: runs steps, validates, stops early, keeps the best weights and resumes. */
import { passesOf } from '../core/batch';
import { awaitMove, hold } from '../core/held';
import { trainableOf } from '../models/living';
import type { Model } from '../models/model';
import { assignVariables } from '../models/modelFile';
import { type Checkpoints, createCheckpoints } from './checkpoint/checkpoints';
import { identityOf } from './checkpoint/identity';
import type { Best } from './checkpoint/runState';
import { assertFree, takeOver } from './free';
import type { TrainResult } from './history';
import { createEma, type Ema } from './optimizer/ema';
import type { TrainOptions } from './options';
import { ENDINGS, type Run, save } from './run/run';
import { takeSteps } from './run/takeSteps';
import { type RunSettings, runSettings } from './settings';

/**
 * Trains a model.
 *
 * A run is a function of its arguments: the same seed on the same backend gives the same weights (bit for bit on cpu
 * and wasm). A run that was interrupted at any step and resumed from its checkpoint ends with those weights too.
 *
 * @param model to train, in place
 * @param options objective, batches, epochs, seed; callbacks, validation, early stopping, checkpoint
 * @returns history, number of steps, and why the run ended
 * @throws TypeError or RangeError naming the option, before the first step
 * @throws Error when another run uses the model, the optimizer or the checkpoint's storage
 * @example const { history } = await train(model, { objective: semiSupervised(), batches, epochs: 10, seed: 1 })
 */
export async function train<M extends Model>(model: M, options: TrainOptions<M>): Promise<TrainResult> {
  const settings = runSettings(model, options);
  const { optimizers } = settings;
  assertFree(model, optimizers);
  takeOver(model, optimizers);
  const giveBack = [model, ...optimizers.map(({ optimizer }) => optimizer), ...trainableOf(model)].map(hold);
  const [first] = Object.values(model.variables);
  const begun = first ? awaitMove(first) : () => {};
  const ema = settings.ema && createEma(model.variables, settings.ema);
  let checkpoints: Checkpoints | undefined;
  try {
    const state = { model, optimizers, ema };
    checkpoints = createCheckpoints(settings.checkpoint, state, identityOf(settings, options));
    return await runToEnd(settings, ema, checkpoints, begun);
  } finally {
    begun();
    for (const give of giveBack) give();
    ema?.dispose();
    settings.dispose();
    await checkpoints?.end();
  }
}

/** A run from its beginning, or its last checkpoint, to its end; `begun` is called before any function of the user's. */
async function runToEnd<M extends Model>(
  settings: RunSettings<M>,
  ema: Ema | undefined,
  checkpoints: Checkpoints,
  begun: () => void,
): Promise<TrainResult> {
  const { model, batches, epochs, callbacks, resume } = settings;
  const { progress: beginning, resumed } = await checkpoints.begin(resume);
  begun();
  const run: Run = { progress: beginning, consistent: true, endings: new Set() };
  const goesOn = resumed && { resumed };
  try {
    const passes = passesOf(batches);
    await callbacks.onTrainBegin({
      epochs,
      stepsPerEpoch: batches.stepsPerEpoch,
      firstStep: beginning.step,
      ...(passes && { passes }),
      ...goesOn,
    });
    await takeSteps(run, settings, ema, checkpoints);
    await save(run, checkpoints);
    const stopped = stoppedBy(run, settings);
    const { best, history, step } = run.progress;
    leaveWeights(model, stopped, best, ema);
    const chosen = best && { best: { epoch: best.epoch, value: best.value } };
    const result: TrainResult = { history, step, stopped, ...chosen, ...goesOn };
    await callbacks.onTrainEnd(result);
    return result;
  } catch (error) {
    const faults: unknown[] = [error];
    // An error of a callback, the validation or the data loses no step.
    if (run.consistent && run.progress.step > beginning.step)
      await save(run, checkpoints).catch((second) =>
        faults.push(`no checkpoint could be written: ${String(second)}`),
      );
    try {
      await callbacks.onTrainFault(error);
    } catch (second) {
      faults.push(`onTrainFault failed: ${String(second)}`);
    }
    throw faults.length === 1 ? error : new Error(faults.map(String).join('; and '), { cause: error });
  }
}

/** Leaves the best epoch's weights in the model, or their average. A run that may go on keeps those of its last step. */
function leaveWeights(
  { variables }: Model,
  stopped: TrainResult['stopped'],
  best: Best | undefined,
  ema: Ema | undefined,
): void {
  if (stopped === 'aborted' || stopped === 'time') return;
  if (best) assignVariables('train', variables, best.variables);
  else ema?.copyToVariables();
}

/** Why a run has ended. */
const stoppedBy = <M extends Model>(
  { progress, endings }: Run,
  { epochs, batches, signal }: RunSettings<M>,
): TrainResult['stopped'] => {
  if (signal?.aborted) endings.add('aborted');
  const first = ENDINGS.find((ending) => endings.has(ending)) ?? 'finished';
  return progress.step >= epochs * batches.stepsPerEpoch && first !== 'diverged' ? 'finished' : first;
};
