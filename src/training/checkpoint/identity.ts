/** Identity of a run: the settings and data that a checkpoint must share with the run that resumes it. */
import type { Augment, SplitIndices } from '../../core/batch';
import { oneLine } from '../../core/describe';
import type { NoiseState } from '../../core/noise';
import { specOf } from '../../core/spec';
import { firstDifference, shown } from '../../files/difference';
import { isRecord, type Json, own } from '../../files/json';
import type { StoredArray } from '../../files/safetensors';
import type { Model } from '../../models/model';
import type { HistoryRow } from '../history';
import type { TrainOptions } from '../options';
import { specOfPhases } from '../phases';
import type { RunSettings } from '../settings';

/** Settings that a checkpoint must share with the run that resumes it. The order of keys does not matter. */
export interface RunIdentity {
  readonly spec: Json;
  /** the layers of own nets, if the model has a `structure` */
  readonly nets?: Json;
  readonly counts: { readonly labeled: number; readonly unlabeled: number };
  readonly stepsPerEpoch: number;
  /** identity of the batch source, if it has one: seed, split and order of the data */
  readonly data: string;
  readonly noise: NoiseState;
  /** settings of the objective, if it has a `spec` */
  readonly objective: Json;
  /** settings of the optimizer, if it has a `spec` */
  readonly optimizer: Json;
  /** the same for phases with their own optimizers; left out if there are none */
  readonly phaseOptimizers?: Readonly<Record<string, Json>>;
  /** weights of the loss's parts */
  readonly loss: Json;
  /** settings of the moving average; null without one */
  readonly ema: Json;
  /** settings of `augment` for each part, or only whether there is one if it has no `spec` */
  readonly augment: Json;
  /** settings that choose the best epoch; null without early stopping */
  readonly earlyStopping: Json;
  /** indices of the examples in each part, if the batch source has them */
  readonly split: SplitIndices | undefined;
}

/** Settings of `augment`. */
const specOfAugment = <M extends Model>(augment: RunSettings<M>['augment']): Json => {
  const specOfOne = (change: Augment | undefined): Json => (change ? (change.spec ?? 'a function') : 'none');
  return typeof augment === 'function' || augment === undefined
    ? { labeled: specOfOne(augment), unlabeled: specOfOne(augment) }
    : { labeled: specOfOne(augment.labeled), unlabeled: specOfOne(augment.unlabeled) };
};

/** Settings that choose the best epoch. Patience only decides when the run ends, so it may change as `epochs` may. */
const specOfStopping = <M extends Model>(settings: RunSettings<M>): Json => {
  const { earlyStopping, validateEvery, logEvery } = settings;
  if (earlyStopping === undefined) return null;
  const { monitor, mode, minDelta } = earlyStopping;
  const measured = monitor.startsWith('validation.') ? { validateEvery } : { logEvery };
  return specOf({ monitor, mode, minDelta, ...measured });
};

/** Whether an epoch has the monitored value. */
export const isMeasured = (history: readonly HistoryRow[], earlyStopping: Json): boolean => {
  const monitor = isRecord(earlyStopping) ? earlyStopping.monitor : undefined;
  return typeof monitor === 'string' && history.some((row) => monitor in row);
};

/** Which variables of a model are trained; those of own nets may be frozen between two checkpoints. */
export const trainableIn = ({ variables }: Pick<Model, 'variables'>): Readonly<Record<string, boolean>> =>
  Object.fromEntries(Object.entries(variables).map(([name, { trainable }]) => [name, trainable]));

/**
 * Identity of a run.
 *
 * @param settings of the run
 * @param given its options: schedules are compared as you gave them, at steps that no run reaches too
 */
export function identityOf<M extends Model>(
  settings: RunSettings<M>,
  given: Pick<TrainOptions<M>, 'alpha'>,
): RunIdentity {
  const { model, batches, checkpoint, noise, objective, ema, optimizers } = settings;
  const specs = optimizers.map(({ phase, optimizer }) => ({ phase, spec: optimizer.spec ?? null }));
  const ofPhases = specs.flatMap(({ phase, spec }) => (phase === undefined ? [] : [[phase, spec]]));
  return {
    spec: model.spec,
    ...(model.structure !== undefined && { nets: model.structure }),
    counts: batches.counts,
    stepsPerEpoch: batches.stepsPerEpoch,
    // Reading every value of the data is worth it only for a run with checkpoints.
    data: (checkpoint && batches.identity) ?? '',
    noise: noise.state,
    objective: specOfPhases(objective),
    optimizer: specs.find(({ phase }) => phase === undefined)?.spec ?? null,
    ...(ofPhases.length > 0 && { phaseOptimizers: Object.fromEntries(ofPhases) }),
    loss: specOf({
      weighting: settings.weighting,
      alpha: given.alpha ?? 'default',
      parameterPrior: settings.parameterPrior ?? 'none',
      clipNorm: settings.clipNorm ?? 'none',
    }),
    ema: ema ? { decay: ema.decay } : null,
    augment: specOfAugment(settings.augment),
    earlyStopping: specOfStopping(settings),
    split: batches.split,
  };
}

/**
 * Refuses settings that differ from this run's.
 *
 * @param where name of the checkpoint, for messages
 * @param found settings in the checkpoint
 * @param run this run's
 * @throws RangeError naming the first that differs
 */
export function assertSameRun(
  where: string,
  found: Readonly<Record<string, unknown>>,
  run: Partial<Omit<RunIdentity, 'split'>> & { readonly trainable?: Json },
): void {
  for (const [key, value] of Object.entries(run)) {
    const different = firstDifference(key, value, own(found, key));
    if (different === undefined) continue;
    const { path, ours, theirs } = different;
    throw new RangeError(
      `${where}: ${oneLine(path)} is ${shown(ours)} in this run and ${shown(theirs)} in the checkpoint, needed the same to go on; a new run needs another place`,
    );
  }
}

/**
 * Refuses examples that differ from this run's.
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
