/** The loop over steps, usable by itself. */
import { readOptions } from '../core/options';
import { createRests } from '../host/rests';
import { assertInputsSupported } from '../models/inputs';
import { assertLiving } from '../models/living';
import type { Model } from '../models/model';
import { takeOver } from './free';
import { adamOf } from './optimizer/adam';
import { assertAveragesModel, assertEmaLiving, type Ema } from './optimizer/ema';
import { assertNotDisposed } from './optimizer/optimizers';
import type { NonFinitePolicy, StepOptions } from './options';
import { loopRules } from './rules';
import { type StepSettings, stepSettings } from './settings';
import { createSkipCount } from './skipCount';
import { type StepResult, takeStep } from './takeStep';

export type { StepResult } from './takeStep';

/** Options of the bare loop. */
export interface TrainingStepsOptions<M extends Model> extends StepOptions<M> {
  /** the first step; default 0 */
  readonly from?: number;
  /** the step to stop before. Default none: leave the loop by `break` or the signal */
  readonly to?: number;
  /** a moving average of the weights, of `createEma`, which each step updates */
  readonly ema?: Ema;
  /**
   * `'ignore'` checks nothing. Under any other policy the loop skips the update of a step whose loss or gradient is NaN or
   * infinite, counts it in {@link StepResult.skipped}, and continues, because the loop itself reads nothing
   */
  readonly nonFinite?: NonFinitePolicy;
}

/** Which steps a loop takes. */
interface StepRange {
  readonly from: number;
  /** the step to stop before */
  readonly to: number;
  readonly ema: Ema | undefined;
  /** called before each step */
  readonly beforeStep?: () => void;
}

/**
 * Trains a model step by step, each step an item of an async iteration.
 *
 * @param model to train, in place
 * @param options objective, batches, seed, and everything else that a step depends on
 * @yields each step's terms, whose tensors live until you ask for the next step
 * @throws TypeError or RangeError naming the option, before the first step
 * @throws Error before a step while a run of `train` uses the model or the optimizer, or after another loop took it
 * @example for await (const { step, read } of trainingSteps(model, { objective: semiSupervised(), batches, seed: 1, to: 100 })) if (step % 10 === 0) console.log(await read())
 */
export async function* trainingSteps<M extends Model>(
  model: M,
  options: TrainingStepsOptions<M>,
): AsyncGenerator<StepResult, void, void> {
  const { from, to, ema, ...read } = readOptions('trainingSteps', options, loopRules<M>());
  if (from > to)
    throw new RangeError(`trainingSteps: from is ${from} and to ${to}, needed to of at least from`);
  const settings = stepSettings('trainingSteps', model, read);
  if (ema) assertAveragesModel('trainingSteps', ema, model.variables);
  const beforeStep = takeOver(model, settings.optimizers);
  try {
    yield* stepsOf(settings, { from, to, ema, beforeStep });
  } finally {
    settings.dispose();
  }
}

/** The steps of a loop or a run. */
export async function* stepsOf<M extends Model>(
  settings: StepSettings<M>,
  { from, to, ema, beforeStep }: StepRange,
): AsyncGenerator<StepResult, void, void> {
  const { model, batches, optimizers, signal } = settings;
  await assertInputsSupported('train', model, batches);
  beforeStep?.();
  for (const { optimizer, variables } of optimizers) adamOf(optimizer)?.assertFit(variables);
  const skips = createSkipCount();
  // Every promise of a step may settle at once. Without pauses no event would arrive, not even an abort.
  const rest = createRests();
  try {
    for (let step = from; step < to; step++) {
      await rest();
      if (signal?.aborted) break;
      beforeStep?.();
      // A callback may have disposed them.
      assertLiving('train', model);
      assertNotDisposed('train', optimizers);
      if (ema) assertEmaLiving('train', ema);
      const owned: (() => void)[] = [];
      try {
        yield await takeStep(settings, step, { ema, skips, owned });
      } finally {
        for (const free of owned) free();
      }
    }
  } finally {
    skips.dispose();
  }
}
