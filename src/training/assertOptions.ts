/** Refusal of options that no step or no run could use, before the first step. */
import {
  assertFunction,
  assertInteger,
  assertMethods,
  assertNumber,
  assertOneOf,
  type OptionNames,
  optionsOf,
  plainOf,
  recordOf,
} from '../core/assert';
import { describe, oneLine } from '../core/describe';
import { assertNoise } from '../core/noise';
import { assertNoFunction, assertNoMaker } from '../core/uncalled';
import { own } from '../files/json';
import { isFolder } from '../files/storage';
import { assertFits } from '../models/fits';
import { assertDistinct, assertLiving } from '../models/living';
import type { Model } from '../models/model';
import type { Callbacks } from './callbacks';
import type { CheckpointOptions, EarlyStopping, StepOptions, TrainOptions } from './options';
import type { ResolvedPhase } from './phases';

/**
 * Refuses anything but a model that can be trained.
 *
 * @throws TypeError or RangeError saying why
 */
export function assertModel(model: Model): void {
  const where = 'train';
  assertNoFunction(where, 'model', model);
  if (typeof model?.variables !== 'object')
    throw new TypeError(`${where}: model is ${describe(model)}, needed a model with variables`);
  plainOf(where, model.variables, 'model.variables');
  assertLiving(where, model);
  assertDistinct(where, model.variables);
}

/**
 * Refuses what no step could use.
 *
 * @param model of {@link assertModel}
 * @param phases of `resolvePhases`
 * @throws TypeError or RangeError naming the option
 */
export function assertStepOptions<M extends Model>(
  model: M,
  options: StepOptions<M>,
  phases: readonly ResolvedPhase<M>[],
): void {
  const where = 'train';
  const {
    batches,
    noise,
    weighting,
    parameterPrior,
    clipNorm,
    nonFinite,
    execute,
    augment,
    optimizer,
    signal,
  } = options;
  assertNoFunction(where, 'batches', batches);
  if (typeof batches?.at !== 'function')
    throw new TypeError(
      `${where}: batches is ${describe(batches)}, needed a BatchSource such as createBatches(…)`,
    );
  assertNoise(where, noise);
  if (optimizer !== undefined) assertMethods(where, 'optimizer', optimizer, ['apply']);
  if (signal !== undefined && typeof signal?.aborted !== 'boolean')
    throw new TypeError(
      `${where}: signal is ${describe(signal)}, needed an AbortSignal: a controller has it as its signal`,
    );
  if (execute !== undefined) assertFunction(where, 'execute', execute);
  assertNoMaker(where, 'augment', augment);
  if (augment !== undefined && typeof augment !== 'function') {
    if (typeof augment !== 'object' || augment === null)
      throw new TypeError(
        `${where}: augment is ${describe(augment)}, needed a function, or one for either part`,
      );
    for (const [part, change] of Object.entries(plainOf(where, augment, 'augment'))) {
      assertOneOf(where, 'a name in augment', part, ['labeled', 'unlabeled']);
      if (change !== undefined) assertFunction(where, `augment.${part}`, change);
    }
  }
  assertInteger(where, 'batches.stepsPerEpoch', batches.stepsPerEpoch);
  const { labeled, unlabeled } = batches.counts ?? {};
  assertInteger(where, 'batches.counts.labeled', labeled, 0);
  assertInteger(where, 'batches.counts.unlabeled', unlabeled, 0);
  assertInteger(where, 'batches.counts.labeled + unlabeled', labeled + unlabeled);
  const objectives = phases.map((phase) => phase.objective);
  assertFits(where, model, objectives, batches);
  if (weighting !== undefined) assertOneOf(where, 'weighting', weighting, ['mean', 'dataset']);
  if (nonFinite !== undefined)
    assertOneOf(where, 'nonFinite', nonFinite, ['throw', 'stop', 'skip', 'ignore']);
  if (clipNorm !== undefined)
    assertNumber(where, 'clipNorm', clipNorm, 'a number above 0', (norm) => norm > 0);
  if (parameterPrior !== undefined)
    assertNumber(where, 'parameterPrior', parameterPrior, 'a standard deviation above 0', (sd) => sd > 0);
}

const CHECKPOINT_NAMES: OptionNames<CheckpointOptions> = { storage: true, every: true, keep: true };

/** Which checkpoints are written and gone on from. */
const assertCheckpointOptions = <M extends Model>({ checkpoint, resume, batches }: TrainOptions<M>): void => {
  if (checkpoint !== undefined) {
    const { storage, every, keep } = optionsOf('train', checkpoint, CHECKPOINT_NAMES, 'checkpoint');
    assertNoFunction('train', 'checkpoint.storage', storage);
    if (
      typeof storage !== 'object' ||
      storage === null ||
      !(isFolder(storage) || typeof storage.write === 'function')
    )
      throw new TypeError(
        `train: checkpoint.storage is ${describe(storage)}, needed a Storage such as file('run.safetensors') or a StorageFolder such as folder('runs/m2')`,
      );
    if (every !== undefined) assertInteger('train', 'checkpoint.every', every);
    if (keep !== undefined) {
      assertInteger('train', 'checkpoint.keep', keep);
      if (!isFolder(storage))
        throw new RangeError(
          `train: checkpoint.keep is ${keep}, needed a folder to keep them in: checkpoint.storage is the one file ${oneLine(String(storage.name), 300)}`,
        );
    }
  }
  if (resume === undefined || resume === false) return;
  if (resume !== true && (typeof resume !== 'string' || resume === ''))
    throw new TypeError(
      `train: resume is ${describe(resume)}, needed true, 'latest' or the name of a checkpoint`,
    );
  if (batches.replayable === false)
    throw new RangeError(
      `train: resume is ${describe(resume)}, needed batches that can be replayed, such as batchesFrom of a function: a bare iterator cannot go to the step of a checkpoint`,
    );
  if (checkpoint === undefined)
    throw new RangeError(`train: resume is ${describe(resume)}, needed a checkpoint to go on from`);
  if (typeof resume === 'string' && resume !== 'latest' && !isFolder(checkpoint.storage))
    throw new RangeError(
      `train: resume is ${describe(resume)}, needed true or 'latest': checkpoint.storage is the one file ${oneLine(String(checkpoint.storage.name), 300)}`,
    );
};

const CALLBACKS: OptionNames<Callbacks> = {
  onTrainBegin: true,
  onEpochBegin: true,
  onBatchEnd: true,
  onEpochEnd: true,
  onTrainEnd: true,
  onTrainFault: true,
};

/** Names of an object and of its classes, up to `Object`. */
const namesOf = (value: object): readonly string[] => {
  const parent: object | null = Object.getPrototypeOf(value);
  if (parent === null) return [];
  return [...Object.getOwnPropertyNames(value), ...namesOf(parent)];
};

/** Refuses callbacks that would never be called. */
const assertCallbacks = (callbacks: TrainOptions<Model>['callbacks']): void => {
  for (const one of [callbacks ?? []].flat() as readonly Callbacks[]) {
    recordOf('train', one, 'callbacks');
    // A list within a list, a promise or a collection is an object too, and nothing of it is ever called.
    if (Array.isArray(one) || Symbol.iterator in one || 'then' in one)
      throw new TypeError(
        `train: callbacks hold ${describe(one)}, needed objects with functions such as onEpochEnd${'then' in one ? ': await it' : ''}`,
      );
    const called: object = Object.getPrototypeOf(one) === null ? { ...one } : one;
    // A callback object may hold a state too, and a class that emits events has `on` and `once`.
    for (const name of namesOf(called).filter((found) => /^on(?!ce$)./.test(found))) {
      assertOneOf('train', 'a name in callbacks', name, Object.keys(CALLBACKS));
      const call = one[name as keyof Callbacks];
      if (call !== undefined) assertFunction('train', `callbacks.${name}`, call);
    }
    const some = Object.keys(CALLBACKS).some((name) => one[name as keyof Callbacks] !== undefined);
    if (!some && Object.keys(one).length > 0)
      throw new TypeError(
        `train: callbacks hold ${describe(one)} without any of ${Object.keys(CALLBACKS).join(', ')}, needed one of these`,
      );
  }
};

const STOPPING_NAMES: OptionNames<EarlyStopping> = {
  metric: true,
  better: true,
  patience: true,
  minDelta: true,
};

/** Names of the options that a loop and a run share. */
export const STEP_NAMES: OptionNames<StepOptions<Model>> = {
  objective: true,
  batches: true,
  noise: true,
  optimizer: true,
  weighting: true,
  alpha: true,
  parameterPrior: true,
  augment: true,
  clipNorm: true,
  gradientNorm: true,
  nonFinite: true,
  execute: true,
  signal: true,
};

/** Names of all options of a run. */
const RUN_NAMES: OptionNames<TrainOptions<Model>> = {
  ...STEP_NAMES,
  epochs: true,
  callbacks: true,
  validate: true,
  validateEvery: true,
  earlyStopping: true,
  averaging: true,
  readEvery: true,
  timeLimit: true,
  checkpoint: true,
  resume: true,
};

/** Options that belong elsewhere, and where. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  learningRate: 'optimizer: createAdam({ learningRate })',
  weightDecay: 'optimizer: createAdam({ weightDecay })',
  batchSize: 'batches: createBatches({ …, batchSize })',
  seed: 'noise: createNoise(seed)',
  patience: 'earlyStopping: { metric, better, patience }',
};

/**
 * The options of a run, each of a known name.
 *
 * @throws TypeError or RangeError naming one that is none, and where it belongs
 */
export function knownTrainOptions<M extends Model>(options: TrainOptions<M>): TrainOptions<M> {
  const astray = Object.keys(recordOf('train', options)).find((name) => own(ELSEWHERE, name) !== undefined);
  if (astray !== undefined)
    throw new RangeError(`train: ${astray} is no option, needed ${own(ELSEWHERE, astray)}`);
  return optionsOf('train', options, RUN_NAMES);
}

/**
 * Refuses options that no run could use; those of its steps have been looked at.
 *
 * @param gradientNorm whether the history has the norm of the gradients
 * @throws TypeError or RangeError naming the option
 */
export function assertTrainOptions<M extends Model>(options: TrainOptions<M>, gradientNorm: boolean): void {
  assertCallbacks(options.callbacks);
  const { epochs, validate, validateEvery, readEvery, earlyStopping, averaging, timeLimit } = options;
  assertInteger('train', 'epochs', epochs);
  if (validateEvery !== undefined) assertInteger('train', 'validateEvery', validateEvery);
  if (readEvery !== undefined) assertInteger('train', 'readEvery', readEvery);
  if (timeLimit !== undefined)
    assertNumber('train', 'timeLimit', timeLimit, 'a number of seconds above 0', (seconds) => seconds > 0);
  if (averaging !== undefined) {
    const { decay } = optionsOf('train', averaging, { decay: true }, 'averaging');
    assertNumber('train', 'averaging.decay', decay, 'a number in [0, 1)', (d) => d >= 0 && d < 1);
  }
  assertCheckpointOptions(options);
  if (validate !== undefined) {
    assertFunction('train', 'validate', validate);
    // It is called with the model alone.
    if (validate.length > 1)
      throw new TypeError(
        `train: validate takes ${validate.length} arguments, needed a function of the model: (model) => evaluateClassifier(model, held)`,
      );
  }
  if (earlyStopping) {
    const { metric, patience, better, minDelta } = optionsOf(
      'train',
      earlyStopping,
      STOPPING_NAMES,
      'earlyStopping',
    );
    if (typeof metric !== 'string')
      throw new TypeError(
        `train: earlyStopping.metric is ${describe(metric)}, needed a column of the history, such as 'loss'`,
      );
    if (validate === undefined && metric.startsWith('validation.'))
      throw new RangeError(`train: earlyStopping.metric is ${describe(metric)}, needed validate as well`);
    if (metric === 'gradientNorm' && !gradientNorm)
      throw new RangeError(
        'train: earlyStopping.metric is "gradientNorm", needed gradientNorm: true as well',
      );
    assertInteger('train', 'earlyStopping.patience', patience, 0);
    assertOneOf('train', 'earlyStopping.better', better, ['higher', 'lower']);
    if (minDelta !== undefined)
      assertNumber(
        'train',
        'earlyStopping.minDelta',
        minDelta,
        'a number of at least 0',
        (delta) => delta >= 0,
      );
  }
}
