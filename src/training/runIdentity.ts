/** What makes a checkpoint a run's own: settings and data, without which it could not go on alike. */
import type { SplitIndices } from '../core/batch';
import { brief, canonical, type Json } from '../core/json';
import type { NoiseState } from '../core/noise';
import type { StoredArray } from '../core/safetensors';
import { specOf } from '../core/spec';
import type { Model } from '../models/model';
import type { Optimizer } from './adam';
import type { TrainOptions } from './options';
import { specOfPhases } from './phases';

/** What a checkpoint must agree with, to be this run's; each is compared whatever the order of its keys. */
export interface RunIdentity {
  readonly spec: Json;
  readonly counts: { readonly labeled: number; readonly unlabeled: number };
  readonly stepsPerEpoch: number;
  /** of the batch source, where it has one: seed, split and order of the data */
  readonly data: string;
  readonly noise: NoiseState;
  /** settings of the objective, where it tells them */
  readonly objective: Json;
  /** settings of the optimizer, where it tells them */
  readonly optimizer: Json;
  /** weights of the loss's parts */
  readonly loss: Json;
  /** settings of the average of the weights, null where there is none */
  readonly averaging: Json;
  /** indices of the examples of either part, where the source of the batches has them */
  readonly split: SplitIndices | undefined;
}

/**
 * Identity of a run.
 *
 * @param model that it trains
 * @param options of the run
 * @param optimizer that it updates with
 */
export function identityOf<M extends Model>(
  model: M,
  options: TrainOptions<M>,
  optimizer: Optimizer,
): RunIdentity {
  const { batches, checkpoint, noise, objective, averaging } = options;
  return {
    spec: model.spec,
    counts: batches.counts,
    stepsPerEpoch: batches.stepsPerEpoch,
    // Only a run with a checkpoint asks for the identity of its batches, which looks at every value of the data.
    data: (checkpoint && batches.identity) ?? '',
    noise: noise.state,
    objective: specOfPhases(objective),
    optimizer: optimizer.spec ?? null,
    loss: specOf({
      weighting: options.weighting ?? 'mean',
      alpha: options.alpha ?? 'default',
      parameterPrior: options.parameterPrior ?? 'none',
      clipNorm: options.clipNorm ?? 'none',
    }),
    averaging: averaging ? { decay: averaging.decay } : null,
    split: batches.split,
  };
}

/**
 * Refuses settings that are not this run's.
 *
 * @param where name of the checkpoint, for messages
 * @param found settings in the checkpoint
 * @param run this run's
 * @throws RangeError naming the first that differs
 */
export function assertSameRun(
  where: string,
  found: Readonly<Record<string, unknown>>,
  run: Omit<RunIdentity, 'split'>,
): void {
  for (const [key, value] of Object.entries(run)) {
    if (canonical(found[key]) === canonical(value)) continue;
    throw new RangeError(
      `${where}: ${key} is ${brief(value)} in this run and ${brief(found[key])} in the checkpoint, needed the same to go on; a new run needs another place`,
    );
  }
}

/**
 * Refuses examples that are not this run's.
 *
 * @param where name of the checkpoint, for messages
 * @param found indices in the checkpoint, by part
 * @param split this run's
 * @throws RangeError naming the first that differs
 */
export function assertSameSplit(
  where: string,
  found: Readonly<Record<string, StoredArray>>,
  split: SplitIndices | undefined,
): void {
  for (const [part, own] of Object.entries(split ?? {})) {
    const there = found[part]?.data ?? [];
    const count = Math.max(own.length, there.length);
    for (let i = 0; i < count; i++) {
      if (own[i] === there[i]) continue;
      throw new RangeError(
        `${where}: split.${part}[${i}] is ${own[i] ?? 'none'} in this run and ${there[i] ?? 'none'} in the checkpoint, needed the same examples to go on; a new run needs another place`,
      );
    }
  }
}
