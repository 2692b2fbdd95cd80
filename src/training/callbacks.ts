/** Callbacks of a training run, named as in tfjs-layers. */
import { assertFunction, assertOneOf, isPlain, recordOf } from '../core/assert';
import type { Passes } from '../core/batch';
import { describe } from '../core/describe';
import type { Rule } from '../core/options';
import type { Resumed } from './checkpoint/resumed';
import type { HistoryRow, TrainResult } from './history';

/** What a run is about to do. */
export interface TrainingPlan {
  /** epochs of the whole run, including those before a resume */
  readonly epochs: number;
  /** steps in each of them */
  readonly stepsPerEpoch: number;
  /** the first step of this run; above 0 if it resumes from a checkpoint */
  readonly firstStep: number;
  /** how often an epoch shows each example, if the batch source states its batch size */
  readonly passes?: Passes;
  /** the checkpoint that the run resumes from, if any */
  readonly resumed?: Resumed;
}

/** A step that was done. */
export interface BatchEnd {
  /** 0, 1, 2, … over the whole run */
  readonly step: number;
  /** the epoch it belongs to: 0, 1, 2, … */
  readonly epoch: number;
  /** Means of the terms and the loss, by name; reading waits for the device. */
  read(): Promise<Readonly<Record<string, number>>>;
}

/** Functions that a run calls; each may return a promise, which the run awaits. */
export interface Callbacks {
  /** Before the first step, after a checkpoint was read. */
  onTrainBegin?(plan: TrainingPlan): void | Promise<void>;
  /** Before the first step of an epoch (0, 1, 2, …); not if a run resumes inside that epoch. */
  onEpochBegin?(epoch: number): void | Promise<void>;
  /** After each step. */
  onBatchEnd?(batch: BatchEnd): void | Promise<void>;
  /** After the last step of an epoch and its validation, with the epoch's history row. */
  onEpochEnd?(epoch: number, row: HistoryRow): void | Promise<void>;
  /** After the last step of the run; weights and history are final. */
  onTrainEnd?(result: TrainResult): void | Promise<void>;
  /**
   * After an error that ends the run: the checkpoint is written, and `train` has yet to throw. Called only if this set's
   * `onTrainBegin` succeeded.
   */
  onTrainFault?(error: unknown): void | Promise<void>;
}

/** Several sets of callbacks as one, which calls them in order. */
const combined = (all: readonly Callbacks[]): Required<Callbacks> => {
  const begun: Callbacks[] = [];
  const each = async (call: (one: Callbacks) => void | Promise<void>): Promise<void> => {
    for (const one of all) await call(one);
  };
  return {
    onTrainBegin: (plan) =>
      each(async (one) => {
        await one.onTrainBegin?.(plan);
        begun.push(one);
      }),
    onEpochBegin: (epoch) => each((one) => one.onEpochBegin?.(epoch)),
    onBatchEnd: (batch) => each((one) => one.onBatchEnd?.(batch)),
    onEpochEnd: (epoch, row) => each((one) => one.onEpochEnd?.(epoch, row)),
    onTrainEnd: (result) => each((one) => one.onTrainEnd?.(result)),
    onTrainFault: async (error) => {
      const faults: unknown[] = [];
      for (const one of begun) {
        try {
          await one.onTrainFault?.(error);
        } catch (fault) {
          faults.push(fault);
        }
      }
      if (faults.length > 0)
        throw faults.length === 1 ? faults[0] : new Error(faults.map(String).join('; and '));
    },
  };
};

const CALLBACK_NAMES = Object.keys(combined([])) as readonly (keyof Callbacks)[];

/** Names of an object and of its classes, up to `Object`. */
const namesOf = (value: object): readonly string[] => {
  const parent: object | null = Object.getPrototypeOf(value);
  if (parent === null) return [];
  return [...Object.getOwnPropertyNames(value), ...namesOf(parent)];
};

/** Refuses callbacks that would never be called. */
const assertCallbacks = (where: string, name: string, callbacks: Callbacks): void => {
  recordOf(where, callbacks, name);
  // A list within a list, a promise or a collection is an object too, but none of its functions would be called.
  if (Array.isArray(callbacks) || Symbol.iterator in callbacks || 'then' in callbacks)
    throw new TypeError(
      `${where}: ${name} hold ${describe(callbacks)}, needed objects with functions such as onEpochEnd${'then' in callbacks ? ': await it' : ''}`,
    );
  const called: object = Object.getPrototypeOf(callbacks) === null ? { ...callbacks } : callbacks;
  // A set of callbacks may hold other state, and a class that emits events has `on` and `once`.
  for (const found of namesOf(called).filter((own) => /^on(?!ce$)./.test(own))) {
    assertOneOf<string>(where, `a name in ${name}`, found, CALLBACK_NAMES);
    const call = callbacks[found as keyof Callbacks];
    if (call !== undefined) assertFunction(where, `${name}.${found}`, call);
  }
  const some = CALLBACK_NAMES.some((found) => callbacks[found] !== undefined);
  if (!some && (Object.keys(callbacks).length > 0 || !isPlain(callbacks)))
    throw new TypeError(
      `${where}: ${name} hold ${describe(callbacks)} without any of ${CALLBACK_NAMES.join(', ')}, needed one of these`,
    );
};

/** The rule of the option `callbacks`: all sets as one. Untyped programs pass `null` for none. */
export const callbacksRule: Rule<Required<Callbacks>> = (where, name, value) => {
  const all = [value ?? []].flat() as readonly Callbacks[];
  for (const one of all) assertCallbacks(where, name, one);
  return combined(all);
};
