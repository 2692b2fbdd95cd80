/** A recorded step: its graph, the state that lives in it, and the work that it can run. */
import type { Model } from '../models/model';
import type { LossWeights } from '../training/loss';
import { type AdamUpdate, adamOf } from '../training/optimizer/adam';
import type { Ema } from '../training/optimizer/ema';
import type { StepWork } from '../training/step';
import type { DeviceState } from './deviceState';
import type { UpdateGroup } from './graphParts';
import type { StepPlan } from './plan';
import type { StepGraph } from './stepGraph';
import { batchTensors } from './trial';

/** A recorded step. */
export interface Recording {
  readonly model: object;
  readonly objective: object;
  /** of the step, as {@link signatureOf} gives it */
  readonly signature: string;
  readonly weights: LossWeights;
  readonly plan: StepPlan;
  readonly graph: StepGraph;
  readonly state: DeviceState;
  readonly groups: readonly UpdateGroup[];
  readonly adam: AdamUpdate;
  readonly ema: Ema | undefined;
  /** whether another trial is due ahead of this run; call it once for each run */
  readonly isDue: () => boolean;
}

/** Gives the graph every value that it lacks. */
export const take = ({ graph, state }: Pick<Recording, 'graph' | 'state'>): void => {
  const names = state.stale();
  if (names.length === 0) return;
  graph.assign(Object.fromEntries(names.map((name) => [name, state.handleOf(name)])));
  state.taken(names);
};

/** Copies the values of a recording back to TensorFlow.js and frees its graph. */
export const free = ({ state, graph }: Pick<Recording, 'state' | 'graph'>): void => {
  state.bringBack();
  graph.dispose();
};

/** What a recording depends on beside objects that are compared by identity. */
export const signatureOf = <M extends Model>({
  batch,
  clipNorm,
  gradientNorm,
  guarded,
  variables,
}: StepWork<M>): string =>
  JSON.stringify([
    Object.entries(batchTensors(batch)).map(([name, { shape, dtype }]) => [name, shape, dtype]),
    clipNorm,
    gradientNorm,
    guarded,
    Object.keys(variables),
  ]);

/**
 * Whether a recording can never run again: its model, optimizer or average was disposed, or the optimizer has another state
 * by `restore`.
 */
export const isGone = ({ graph }: Recording): boolean =>
  Object.values(graph.state).some(({ isDisposed }) => isDisposed);

/** Whether a recording is of work like this, with any optimizer, average and weights. */
const isAlike = <M extends Model>(recording: Recording, work: StepWork<M>, signature: string): boolean =>
  recording.model === work.model &&
  recording.objective === work.objective &&
  recording.signature === signature;

/** Whether loss weights are the same: equal numbers, and the same schedules. */
const sameWeights = (a: LossWeights, b: LossWeights): boolean =>
  (Object.keys(a) as (keyof LossWeights)[]).every((name) => Object.is(a[name], b[name]));

/** Whether a recording is of a former run of this work: with another optimizer, average or loss weights. */
export const isFormer = <M extends Model>(
  recording: Recording,
  work: StepWork<M>,
  signature: string,
): boolean => {
  const { adam, ema, weights } = recording;
  const isOther =
    (ema !== undefined && work.ema !== undefined && ema !== work.ema) ||
    adam !== adamOf(work.optimizer) ||
    !sameWeights(weights, work.weights);
  return isAlike(recording, work, signature) && isOther;
};

/** Whether a recording is of this work: with the same optimizer, average and loss weights. */
export const isOf = <M extends Model>(
  recording: Recording,
  work: StepWork<M>,
  signature: string,
): boolean => {
  const { groups, adam, ema, weights } = recording;
  return (
    isAlike(recording, work, signature) &&
    adam === adamOf(work.optimizer) &&
    ema === work.ema &&
    sameWeights(weights, work.weights) &&
    !isGone(recording) &&
    groups.every(({ names, first }) => names.every((name) => adam.updatesOf(name) === adam.updatesOf(first)))
  );
};
