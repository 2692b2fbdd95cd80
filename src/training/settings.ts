/** The options of a loop or a run, read once into one complete record. */
import { assertMethods, plainOf, recordOf } from '../core/assert';
import { describe, oneLine } from '../core/describe';
import { type ReadOptions, readOptions } from '../core/options';
import { assertNoFunction } from '../core/uncalled';
import { own } from '../files/json';
import { isFolder } from '../files/storage';
import { assertFits } from '../models/fits';
import { assertDistinct, assertLiving } from '../models/living';
import type { Model } from '../models/model';
import type { Callbacks } from './callbacks';
import { lossWeights } from './lossWeights';
import { assertNotDisposed, type Equipment, equip } from './optimizer/optimizers';
import type { CheckpointOptions, EarlyStopping, StepOptions, TrainOptions } from './options';
import { resolvePhases } from './phases';
import { runRules, type stepRules } from './rules';
import type { LossWeights } from './step';

/** Options with a default, and those that may stay away. */
type Complete<T, WithDefault extends keyof T, Optional extends keyof T> = {
  readonly [Name in WithDefault]-?: Exclude<T[Name], undefined>;
} & { readonly [Name in Optional]: T[Name] | undefined };

/** Everything that steps depend on. */
export interface StepSettings<M extends Model>
  extends Pick<StepOptions<M>, 'objective' | 'batches' | 'noise'>,
    Complete<
      StepOptions<M>,
      'weighting' | 'gradientNorm' | 'nonFinite' | 'execute',
      'parameterPrior' | 'augment' | 'clipNorm' | 'signal'
    >,
    Equipment<M> {
  readonly model: M;
  /** weights of the loss's parts at a step */
  weightsAt(step: number): LossWeights;
}

/** Everything that a run depends on. */
export interface RunSettings<M extends Model>
  extends StepSettings<M>,
    Complete<
      TrainOptions<M>,
      'epochs' | 'validateEvery' | 'logEvery' | 'timeLimit' | 'resume',
      'validate' | 'ema'
    > {
  readonly callbacks: Required<Callbacks>;
  readonly earlyStopping: Required<EarlyStopping> | undefined;
  readonly checkpoint: Required<CheckpointOptions> | undefined;
}

type ReadStepOptions<M extends Model> = ReadOptions<ReturnType<typeof stepRules<M>>>;
type ReadRunOptions<M extends Model> = ReadOptions<ReturnType<typeof runRules<M>>>;

/** Options that belong elsewhere, and where. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  learningRate: 'optimizer: createAdam({ learningRate })',
  weightDecay: 'optimizer: createAdam({ weightDecay })',
  batchSize: 'batches: createBatches({ …, batchSize })',
  seed: 'noise: createNoise(seed)',
  patience: 'earlyStopping: { monitor, mode, patience }',
};

/** Refuses an option of another function, and says which. */
function assertNoneElsewhere(where: string, options: object): void {
  const astray = Object.keys(recordOf(where, options)).find((name) => own(ELSEWHERE, name) !== undefined);
  if (astray !== undefined)
    throw new RangeError(`${where}: ${astray} is no option, needed ${own(ELSEWHERE, astray)}`);
}

/** Refuses a model that cannot be trained. */
function assertModel(where: string, model: Model): void {
  assertNoFunction(where, 'model', model);
  if (typeof model?.variables !== 'object')
    throw new TypeError(`${where}: model is ${describe(model)}, needed a model with variables`);
  plainOf(where, model.variables, 'model.variables');
  assertLiving(where, model);
  assertDistinct(where, model.variables);
}

/** Refuses to keep several checkpoints in one file. */
function assertKeepsInFolder({ storage, keep }: CheckpointOptions): void {
  if (keep !== undefined && !isFolder(storage))
    throw new RangeError(
      `train: checkpoint.keep is ${keep}, needed a folder to keep them in: checkpoint.storage is the one file ${oneLine(String(storage.name), 300)}`,
    );
}

/** Refuses to resume without a checkpoint, from batches that cannot be replayed, or by a name in one file. */
function assertResumable<M extends Model>({ resume, batches, checkpoint }: ReadRunOptions<M>): void {
  if (resume === false) return;
  if (batches.replayable === false)
    throw new RangeError(
      `train: resume is ${describe(resume)}, needed batches that can be replayed, such as batchesFrom of a function: a bare iterator cannot go to the step of a checkpoint`,
    );
  if (checkpoint === undefined)
    throw new RangeError(`train: resume is ${describe(resume)}, needed a checkpoint to go on from`);
  if (resume !== true && resume !== 'latest' && !isFolder(checkpoint.storage))
    throw new RangeError(
      `train: resume is ${describe(resume)}, needed true or 'latest': checkpoint.storage is the one file ${oneLine(String(checkpoint.storage.name), 300)}`,
    );
}

/** Refuses early stopping by a column that the options leave out of the history. */
function assertMeasured<M extends Model>(
  { earlyStopping, validate }: ReadRunOptions<M>,
  gradientNorm: boolean,
): void {
  const { monitor } = earlyStopping ?? {};
  if (validate === undefined && monitor?.startsWith('validation.'))
    throw new RangeError(`train: earlyStopping.monitor is ${describe(monitor)}, needed validate as well`);
  if (monitor === 'gradientNorm' && !gradientNorm)
    throw new RangeError('train: earlyStopping.monitor is "gradientNorm", needed gradientNorm: true as well');
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
  assertModel(where, model);
  const phases = resolvePhases(where, model, options.objective);
  const objectives = phases.map(({ objective }) => objective);
  assertFits(where, model, objectives, options.batches);
  const { optimizer, alpha: _, ...settings } = options;
  const equipment = equip(where, phases, optimizer);
  assertNotDisposed(where, equipment.optimizers);
  return {
    ...settings,
    ...equipment,
    model,
    gradientNorm: options.gradientNorm ?? options.clipNorm !== undefined,
    weightsAt: lossWeights(options),
  };
}

/**
 * Settings of a run.
 *
 * @throws TypeError or RangeError naming the option that no run could use
 */
export function runSettings<M extends Model>(model: M, given: TrainOptions<M>): RunSettings<M> {
  assertNoneElsewhere('train', given);
  const options = readOptions('train', given, runRules<M>());
  const { checkpoint, epochs, callbacks, validate, validateEvery } = options;
  const { earlyStopping, ema, logEvery, timeLimit, resume } = options;
  if (checkpoint) assertKeepsInFolder(checkpoint);
  assertResumable(options);
  const steps = stepSettings('train', model, options);
  assertMeasured(options, steps.gradientNorm);
  if (checkpoint)
    for (const { name, optimizer } of steps.optimizers)
      assertMethods('train', name, optimizer, ['apply', 'restore']);
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
    checkpoint: checkpoint && {
      storage: checkpoint.storage,
      every: checkpoint.every ?? steps.batches.stepsPerEpoch,
      keep: checkpoint.keep ?? 3,
    },
  };
}
