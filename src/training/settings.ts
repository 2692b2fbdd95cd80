/** The options of a loop or a run, read once into one complete record. */
import { assertMethods, assertOneOf } from '../core/assert';
import type { Noise } from '../core/noise';
import { readOptions } from '../core/options';
import { assertBackend } from '../host/backendTraits';
import { assertFits } from '../models/fits';
import type { Model } from '../models/model';
import { type Objective, WEIGHTINGS, type Weighting } from '../models/objectives/objective';
import type { Callbacks } from './callbacks';
import {
  assertKeepsInFolder,
  assertMeasured,
  assertNoneElsewhere,
  assertResumable,
  assertTrainable,
  assertWeighs,
} from './crossChecks';
import type { LossWeights } from './loss';
import { lossWeights } from './lossWeights';
import { assertNotDisposed, assertState, type Equipment, equip } from './optimizer/optimizers';
import type { CheckpointOptions, EarlyStopping, StepOptions, TrainOptions } from './options';
import { assertPartsOfPhases, resolvePhases } from './phases';
import { type ReadStepOptions, runRules } from './rules';

/** Options that have a default, and options that may be undefined. */
type Complete<T, WithDefault extends keyof T, Optional extends keyof T> = {
  readonly [Name in WithDefault]-?: Exclude<T[Name], undefined>;
} & { readonly [Name in Optional]: T[Name] | undefined };

/** The complete settings of steps. */
export interface StepSettings<M extends Model>
  extends Pick<StepOptions<M>, 'objective' | 'batches'>,
    Complete<
      StepOptions<M>,
      'weighting' | 'gradientNorm' | 'nonFinite' | 'execute',
      'parameterPrior' | 'augment' | 'clipNorm' | 'signal'
    >,
    Equipment<M> {
  readonly model: M;
  /** stream of every draw of every step */
  readonly noise: Noise;
  /** weights of the loss's parts */
  readonly weights: LossWeights;
}

/** The complete settings of a run. */
export interface RunSettings<M extends Model>
  extends StepSettings<M>,
    Complete<
      TrainOptions<M>,
      'epochs' | 'validateEvery' | 'logEvery' | 'timeLimit' | 'resume' | 'onWarning',
      'validate' | 'ema'
    > {
  readonly callbacks: Required<Callbacks>;
  readonly earlyStopping: Required<EarlyStopping> | undefined;
  readonly checkpoint: Required<CheckpointOptions> | undefined;
}

/** How the parts are weighed: as the options say, else as the one objective has it where both parts are there, else by means. */
function weightingOf<M extends Model>(
  where: string,
  { weighting, batches: { counts } }: Pick<StepOptions<M>, 'weighting' | 'batches'>,
  objectives: readonly Objective<M>[],
): Weighting {
  const [objective] = objectives;
  const own = objectives.length === 1 ? objective?.weighting : undefined;
  if (own !== undefined) assertOneOf(where, 'objective.weighting', own, WEIGHTINGS);
  return weighting ?? (counts.labeled > 0 && counts.unlabeled > 0 ? own : undefined) ?? 'mean';
}

/**
 * Settings of steps.
 *
 * @param where name of the calling function, for messages
 * @param model to be trained
 * @param options read through `stepRules`
 * @throws TypeError or RangeError when model, objective, batches and optimizers do not fit each other
 */
export function stepSettings<M extends Model>(
  where: string,
  model: M,
  options: ReadStepOptions<M>,
): StepSettings<M> {
  assertBackend(where);
  assertTrainable(where, model);
  const phases = resolvePhases(where, model, options.objective);
  const objectives = phases.map(({ objective }) => objective);
  assertFits(where, model, objectives, options.batches);
  assertPartsOfPhases(where, phases, options.batches);
  const { optimizer, alpha: _, seed, ...settings } = options;
  const weighting = weightingOf(where, options, objectives);
  const equipment = equip(where, phases, optimizer);
  assertNotDisposed(where, equipment.optimizers);
  return {
    ...settings,
    ...equipment,
    model,
    noise: seed,
    gradientNorm: options.gradientNorm ?? options.clipNorm !== undefined,
    weighting,
    weights: lossWeights({ ...options, weighting }),
  };
}

/**
 * Settings of a run.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 */
export function runSettings<M extends Model>(model: M, given: TrainOptions<M>): RunSettings<M> {
  assertNoneElsewhere('train', given);
  const options = readOptions('train', given, runRules<M>());
  const { checkpoint, epochs, callbacks, validate, validateEvery } = options;
  const { earlyStopping, ema, logEvery, timeLimit, resume, onWarning } = options;
  if (checkpoint) assertKeepsInFolder(checkpoint);
  assertResumable(options);
  assertWeighs(options);
  const steps = stepSettings('train', model, options);
  assertMeasured(options, steps.gradientNorm);
  if (checkpoint)
    for (const { name, optimizer } of steps.optimizers) {
      assertMethods('train', name, optimizer, ['apply', 'restore']);
      assertState('train', name, optimizer.state);
    }
  return {
    ...steps,
    epochs,
    callbacks,
    validate,
    validateEvery,
    earlyStopping,
    ema,
    logEvery,
    timeLimit,
    resume,
    onWarning,
    checkpoint: checkpoint && {
      storage: checkpoint.storage,
      every: checkpoint.every ?? steps.batches.stepsPerEpoch,
      keep: checkpoint.keep ?? 3,
    },
  };
}
