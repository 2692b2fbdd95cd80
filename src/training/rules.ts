/** The options of `train` and `trainingSteps`: names, defaults, ranges and messages, in one table each. */
import { assertFunction, assertInteger, assertOneOf, plainOf } from '../core/assert';
import { BATCH_SOURCE_NAMES, type BatchSource } from '../core/batch';
import { assertClassNames } from '../core/classNames';
import { describe } from '../core/describe';
import { awaitHint } from '../core/hints';
import {
  AT_LEAST_0,
  abortSignal,
  callable,
  checked,
  flag,
  integersFrom,
  NOT_BELOW_0,
  type NumberRange,
  number,
  oneOf,
  optional,
  type ReadOptions,
  type Rule,
  record,
  seedStream,
  text,
  unchecked,
  withMethods,
} from '../core/options';
import { schedule } from '../core/schedules';
import { assertSpelling } from '../core/spelling';
import { assertNoFunction, assertNoMaker } from '../core/uncalled';
import { assertStorage, isFolder } from '../files/storage';
import type { Model } from '../models/model';
import { WEIGHTINGS, type Weighting } from '../models/objectives/objective';
import { callbacksRule } from './callbacks';
import { type Ema, emaRules } from './optimizer/ema';
import type { Optimizer } from './optimizer/optimizer';
import type {
  CheckpointOptions,
  EarlyStopping,
  NonFinitePolicy,
  Resume,
  StepOptions,
  TrainOptions,
} from './options';
import { executeEagerly } from './step';

/** Numbers above 0, infinity among them. */
const above0 = (what: string): NumberRange => ({ needed: `${what} above 0`, holds: (value) => value > 0 });

/** Checks what a source says of its examples, where it says it. */
const assertSourceFields = (where: string, name: string, source: BatchSource): void => {
  const { inputShape, classes, classNames, batchSize } = source;
  // A getter may read every value of the data: a run with checkpoints asks it.
  const identity: unknown = Object.getOwnPropertyDescriptor(source, 'identity')?.value;
  if (inputShape !== undefined) {
    if (!Array.isArray(inputShape))
      throw new TypeError(
        `${where}: ${name}.inputShape is ${describe(inputShape)}, needed the shape of one example, such as [2]`,
      );
    for (const [axis, size] of inputShape.entries())
      assertInteger(where, `${name}.inputShape[${axis}]`, size);
  }
  if (classes !== undefined) assertInteger(where, `${name}.classes`, classes);
  if (classNames !== undefined)
    assertClassNames(where, `${name}.classNames`, classNames, classes ?? classNames.length);
  if (batchSize !== undefined)
    for (const part of ['labeled', 'unlabeled'] as const)
      assertInteger(where, `${name}.batchSize.${part}`, batchSize?.[part], 0);
  if (identity !== undefined) text('')(where, `${name}.identity`, identity as string);
};

const batches: Rule<BatchSource> = checked((where, name, source) => {
  assertNoFunction(where, name, source);
  if (typeof source?.at !== 'function')
    throw new TypeError(
      `${where}: ${name} is ${describe(source)}, needed a BatchSource such as createBatches(…)${awaitHint(source)}`,
    );
  assertSpelling(where, name, source, { known: BATCH_SOURCE_NAMES, what: 'a part of a BatchSource' });
  assertInteger(where, `${name}.stepsPerEpoch`, source.stepsPerEpoch);
  assertSourceFields(where, name, source);
  const { labeled, unlabeled } = source.counts ?? {};
  assertInteger(where, `${name}.counts.labeled`, labeled, 0);
  assertInteger(where, `${name}.counts.unlabeled`, unlabeled, 0);
  assertInteger(where, `${name}.counts.labeled + unlabeled`, labeled + unlabeled);
});

const augment: Rule<NonNullable<StepOptions<Model>['augment']>> = checked((where, name, change) => {
  assertNoMaker(where, name, change);
  if (typeof change === 'function') return;
  if (typeof change !== 'object' || change === null)
    throw new TypeError(
      `${where}: ${name} is ${describe(change)}, needed a function, or one for either part`,
    );
  for (const [part, ofPart] of Object.entries(plainOf(where, change, name))) {
    assertOneOf(where, `a name in ${name}`, part, ['labeled', 'unlabeled']);
    if (ofPart !== undefined) assertFunction(where, `${name}.${part}`, ofPart);
  }
});

/** Options that a run and a loop share. `settings.ts` checks objective, model and batches together. */
export const stepRules = <M extends Model>() => ({
  objective: unchecked<StepOptions<M>['objective']>(),
  batches,
  seed: seedStream(),
  optimizer: optional(withMethods<Optimizer>(['apply'])),
  weighting: optional(oneOf<Weighting>(WEIGHTINGS)),
  alpha: optional(schedule(AT_LEAST_0)),
  parameterPrior: optional(number(above0('a standard deviation'))),
  augment: optional(augment),
  clipNorm: optional(number(above0('a number'))),
  gradientNorm: optional(flag()),
  nonFinite: oneOf<NonFinitePolicy>(['throw', 'stop', 'skip', 'ignore'], 'throw'),
  execute: callable(executeEagerly),
  signal: optional(abortSignal),
});

/** Integers from 0 on, and infinity. */
const steps = (): NumberRange => {
  const { needed, holds } = integersFrom(0);
  return { needed, holds: (value) => value === Number.POSITIVE_INFINITY || holds(value) };
};

/** Options of a loop. */
export const loopRules = <M extends Model>() => ({
  ...stepRules<M>(),
  from: number(integersFrom(0), 0),
  to: number(steps(), Number.POSITIVE_INFINITY),
  ema: optional(withMethods<Ema>(['update', 'decayAt'])),
});

const validate = <M extends Model>(): Rule<NonNullable<TrainOptions<M>['validate']>> =>
  checked((where, name, measure) => {
    assertFunction(where, name, measure);
    // It is called with the model alone.
    if (measure.length > 1)
      throw new TypeError(
        `${where}: ${name} takes ${measure.length} arguments, needed a function of the model: (model) => evaluateClassifier(model, held)`,
      );
  });

const column: Rule<string> = checked((where, name, value) => {
  if (typeof value !== 'string')
    throw new TypeError(
      `${where}: ${name} is ${describe(value)}, needed a column of the history, such as 'loss'`,
    );
});

const storage: Rule<CheckpointOptions['storage']> = checked((where, name, place) => {
  assertNoFunction(where, name, place);
  const isPlace = typeof place === 'object' && place !== null;
  if (!isPlace || !(isFolder(place) || typeof place.write === 'function'))
    throw new TypeError(
      `${where}: ${name} is ${describe(place)}, needed a Storage such as file('run.safetensors') or a StorageFolder such as folder('runs/m2')`,
    );
  if (!isFolder(place)) assertStorage(where, name, place, ['read', 'write']);
  else if (typeof place.name !== 'string')
    throw new TypeError(`${where}: ${name}.name is ${describe(place.name)}, needed a text, for messages`);
});

const resume: Rule<Resume> = checked<Resume>((where, name, value) => {
  if (typeof value !== 'boolean' && (typeof value !== 'string' || value === ''))
    throw new TypeError(
      `${where}: ${name} is ${describe(value)}, needed true, 'latest' or the name of a checkpoint`,
    );
}, false);

/** Options of a run. */
export const runRules = <M extends Model>() => ({
  ...stepRules<M>(),
  epochs: number(integersFrom(1)),
  callbacks: callbacksRule,
  validate: optional(validate<M>()),
  validateEvery: number(integersFrom(1), 1),
  earlyStopping: optional(
    record({
      monitor: column,
      mode: oneOf<EarlyStopping['mode']>(['max', 'min']),
      patience: number(integersFrom(0)),
      minDelta: number(NOT_BELOW_0, 0),
    }),
  ),
  ema: optional(record(emaRules())),
  logEvery: number(integersFrom(1), 1),
  timeLimit: number(above0('a number of seconds'), Number.POSITIVE_INFINITY),
  onWarning: callable((warning: string): void => console.warn(warning)),
  checkpoint: optional(
    record({
      storage,
      // The defaults depend on the batches and on the place.
      every: optional(number(integersFrom(1))),
      keep: optional(number(integersFrom(1))),
    }),
  ),
  resume,
});

/** The options of steps, read. */
export type ReadStepOptions<M extends Model> = ReadOptions<ReturnType<typeof stepRules<M>>>;

/** The options of a run, read. */
export type ReadRunOptions<M extends Model> = ReadOptions<ReturnType<typeof runRules<M>>>;
