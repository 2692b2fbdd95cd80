/** The options of a loop and of a run, checked and complete: nothing below asks for a default. */
import { assertMethods } from '../core/assert';
import { type Noise, streamOf } from '../core/noise';
import type { Model } from '../models/model';
import { assertModel, assertStepOptions, assertTrainOptions, knownTrainOptions } from './assertOptions';
import { type Callbacks, inTurn } from './callbacks';
import { lossWeights } from './lossWeights';
import { type Equipment, equip } from './optimizer/optimizers';
import type { CheckpointOptions, EarlyStopping, StepOptions, TrainOptions } from './options';
import { resolvePhases } from './phases';
import { executeEagerly, type LossWeights } from './step';

/** Options with a default, and those that may stay away. */
type Complete<T, WithDefault extends keyof T, Optional extends keyof T> = {
  readonly [Name in WithDefault]-?: Exclude<T[Name], undefined>;
} & { readonly [Name in Optional]: T[Name] | undefined };

/** Everything that steps depend on. */
export interface StepSettings<M extends Model>
  extends Pick<StepOptions<M>, 'objective' | 'batches'>,
    Complete<
      StepOptions<M>,
      'weighting' | 'gradientNorm' | 'nonFinite' | 'execute',
      'alpha' | 'parameterPrior' | 'augment' | 'clipNorm' | 'signal'
    >,
    Equipment<M> {
  readonly model: M;
  /** stream of every draw of every step */
  readonly noise: Noise;
  /** weights of the loss's parts at a step */
  weightsAt(step: number): LossWeights;
}

/** Everything that a run depends on. */
export interface RunSettings<M extends Model>
  extends StepSettings<M>,
    Complete<
      TrainOptions<M>,
      'epochs' | 'validateEvery' | 'readEvery' | 'timeLimit' | 'resume',
      'validate' | 'averaging'
    > {
  readonly callbacks: Required<Callbacks>;
  readonly earlyStopping: Required<EarlyStopping> | undefined;
  readonly checkpoint: Required<CheckpointOptions> | undefined;
}

/**
 * Settings of steps.
 *
 * @param options of known names
 * @param name of the function that takes the steps, by which the seed is split
 * @throws TypeError or RangeError naming the option that no step could use
 */
export function stepSettings<M extends Model>(
  model: M,
  options: StepOptions<M>,
  name: string,
): StepSettings<M> {
  assertModel(model);
  const phases = resolvePhases(model, options.objective);
  assertStepOptions(model, options, phases);
  const noise = streamOf(name, options.seed);
  const { objective, batches, optimizer, alpha, parameterPrior, augment, clipNorm, signal } = options;
  const {
    weighting = 'mean',
    gradientNorm = clipNorm !== undefined,
    nonFinite = 'throw',
    execute = executeEagerly,
  } = options;
  return {
    ...equip(phases, optimizer),
    model,
    objective,
    batches,
    noise,
    weighting,
    alpha,
    parameterPrior,
    augment,
    clipNorm,
    gradientNorm,
    nonFinite,
    execute,
    signal,
    weightsAt: lossWeights({ batches, weighting, alpha, parameterPrior }),
  };
}

/**
 * Settings of a run.
 *
 * @throws TypeError or RangeError naming the option that no run could use
 */
export function runSettings<M extends Model>(model: M, given: TrainOptions<M>): RunSettings<M> {
  const options = knownTrainOptions(given);
  const steps = stepSettings(model, options, 'train');
  assertTrainOptions(options, steps.gradientNorm);
  const { checkpoint, earlyStopping, epochs, validate, averaging } = options;
  const { validateEvery = 1, readEvery = 1, timeLimit = Number.POSITIVE_INFINITY, resume = false } = options;
  if (checkpoint)
    for (const { name, optimizer } of steps.optimizers)
      assertMethods('train', name, optimizer, ['apply', 'restore']);
  return {
    ...steps,
    epochs,
    validate,
    validateEvery,
    averaging,
    readEvery,
    timeLimit,
    resume,
    callbacks: inTurn(options.callbacks),
    earlyStopping: earlyStopping && { ...earlyStopping, minDelta: earlyStopping.minDelta ?? 0 },
    checkpoint: checkpoint && {
      storage: checkpoint.storage,
      every: checkpoint.every ?? steps.batches.stepsPerEpoch,
      keep: checkpoint.keep ?? 3,
    },
  };
}
