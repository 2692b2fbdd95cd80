/** Refuses a model that cannot be trained, and options that do not fit each other. */
import { plainOf, recordOf } from '../core/assert';
import { describe, oneLine } from '../core/describe';
import { assertNoFunction } from '../core/uncalled';
import { own } from '../files/json';
import { isFolder } from '../files/storage';
import { assertModel } from '../models/fits';
import { assertDistinct, assertLiving, trainableOf } from '../models/living';
import type { Model } from '../models/model';
import type { CheckpointOptions } from './options';
import type { ReadRunOptions } from './rules';

/** Options that belong elsewhere, and where. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  learningRate: 'optimizer: createAdam({ learningRate })',
  weightDecay: 'optimizer: createAdam({ weightDecay })',
  batchSize: 'batches: createBatches({ …, batchSize })',
  patience: 'earlyStopping: { monitor, mode, patience }',
};

/** Refuses an option of another function, and says which. */
export function assertNoneElsewhere(where: string, options: object): void {
  const astray = Object.keys(recordOf(where, options)).find((name) => own(ELSEWHERE, name) !== undefined);
  if (astray !== undefined)
    throw new RangeError(`${where}: ${astray} is not an option, needed ${own(ELSEWHERE, astray)}`);
}

/** Refuses a model that cannot be trained. */
export function assertTrainable(where: string, model: Model): void {
  assertNoFunction(where, 'model', model);
  if (typeof model?.variables !== 'object')
    throw new TypeError(`${where}: model is ${describe(model)}, needed a model with variables`);
  plainOf(where, model.variables, 'model.variables');
  assertModel(where, 'model', model, []);
  assertLiving(where, model);
  if (trainableOf(model).length === 0)
    throw new RangeError(
      `${where}: the model has no trainable variable, needed one at least: its layers are frozen, as createStackedM2 leaves its m1, or its variables are none`,
    );
  assertDistinct(where, model.variables);
}

/** Refuses to keep several checkpoints in one file. */
export function assertKeepsInFolder({ storage, keep }: CheckpointOptions): void {
  if (keep !== undefined && !isFolder(storage))
    throw new RangeError(
      `train: checkpoint.keep is ${keep}, needed a folder to keep them in: checkpoint.storage is the one file ${oneLine(String(storage.name), 300)}`,
    );
}

/** Refuses to resume without a checkpoint, from batches that cannot be replayed, or by a name in one file. */
export function assertResumable<M extends Model>({ resume, batches, checkpoint }: ReadRunOptions<M>): void {
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

/** Refuses α of batches without a label. */
export function assertWeighs<M extends Model>({ alpha, batches }: ReadRunOptions<M>): void {
  const number = typeof alpha === 'number';
  if (alpha !== undefined && !(number && alpha === 0) && batches.counts.labeled === 0)
    throw new RangeError(
      `train: alpha is ${number ? alpha : 'a schedule'}, needed batches with labeled examples: alpha weighs their cross-entropy`,
    );
}

/** Refuses early stopping by a column that the options leave out of the history. */
export function assertMeasured<M extends Model>(
  { earlyStopping, validate }: ReadRunOptions<M>,
  gradientNorm: boolean,
): void {
  const { monitor } = earlyStopping ?? {};
  if (validate === undefined && monitor?.startsWith('validation.'))
    throw new RangeError(`train: earlyStopping.monitor is ${describe(monitor)}, needed validate as well`);
  if (monitor === 'gradientNorm' && !gradientNorm)
    throw new RangeError('train: earlyStopping.monitor is "gradientNorm", needed gradientNorm: true as well');
}
