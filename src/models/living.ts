/** Whether a model can be used, and on what. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { recordOf } from '../core/assert';
import { describe, oneLine } from '../core/describe';
import { isAwaited, isHeld } from '../core/held';
import { assertShapes } from '../core/shape';
import { assertSpelling } from '../core/spelling';
import type { BoundContext, Model } from './model';

const inTraining = (where: string): Error =>
  new Error(`${where}: model is being trained already, needed the end of that run: await train(…)`);

/**
 * Refuses a model that has been disposed, or whose own nets have been; and one whose run has begun and taken no step, as
 * where its `await` was forgotten.
 *
 * @param where name of the calling function, for the message
 * @throws RangeError or Error
 */
export function assertLiving(where: string, { variables }: Pick<Model, 'variables'>): void {
  for (const variable of Object.values(variables)) {
    if (variable.isDisposed) throw new RangeError(`${where}: the model is disposed, needed one that is not`);
    if (isAwaited(variable)) throw inTraining(where);
  }
}

/** What a context may hold. */
const CONTEXT_NAMES = [
  'noise',
  'training',
  'updateStatistics',
  'logWeight',
  'covariates',
  'observed',
] as const satisfies readonly (keyof BoundContext)[];

/**
 * Refuses a context without a stream of draws, or with a misspelled name.
 *
 * @param where name of the calling function, for the message
 * @throws TypeError or RangeError
 */
export function assertContext(where: string, context: BoundContext): void {
  const { noise } = recordOf(where, context, 'context');
  if (typeof noise?.split !== 'function')
    throw new TypeError(
      `${where}: context.noise is ${describe(noise)}, needed a stream of draws such as createNoise(1)`,
    );
  assertSpelling(where, 'context', context, { known: CONTEXT_NAMES, what: 'a part of a context' });
}

/**
 * Refuses a model that has been disposed, and inputs of another shape than its own.
 *
 * @param where name of the calling function, for the message
 * @param x inputs, [B, …inputShape]
 * @throws RangeError or TypeError
 */
export function assertInputs(where: string, model: Model, x: Tensor): void {
  assertLiving(where, model);
  assertShapes(where, { x: [x, `B ${model.inputShape.join(' ')}`, 'float32'] });
}

/** Trainable variables of a model. Two models may share them, and train in turn. */
export const trainableOf = ({ variables }: Pick<Model, 'variables'>): readonly object[] =>
  Object.values(variables).filter(({ trainable }) => trainable);

/**
 * Refuses a model that a run of `train` uses, or that shares variables with one.
 *
 * @param where name of the calling function, for the message
 * @throws Error
 */
export function assertNotInTraining(where: string, model: Pick<Model, 'variables'>): void {
  if (isHeld(model)) throw inTraining(where);
  if (trainableOf(model).some(isHeld))
    throw new Error(
      `${where}: model shares variables with one in training, needed the end of that run: await train(…)`,
    );
}

/**
 * Refuses variables of which one has two names: each step would move it twice.
 *
 * @param where name of the calling function, for the message
 * @throws RangeError naming both
 */
export function assertDistinct(where: string, variables: Model['variables']): void {
  const names = new Map<object, string>();
  for (const [name, variable] of Object.entries(variables)) {
    const first = names.get(variable);
    if (first !== undefined)
      throw new RangeError(
        `${where}: the model has one variable under two names, "${oneLine(first)}" and "${oneLine(name)}", needed one`,
      );
    names.set(variable, name);
  }
}
