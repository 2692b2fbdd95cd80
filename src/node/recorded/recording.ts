/** A step that has been recorded: how it comes to be, and what it can be run for. */
import { tidy } from '@tensorflow/tfjs-core';
import { createNoise } from '../../core/noise';
import type { Model } from '../../models/model';
import type { AdamUpdate } from '../../training/adam';
import type { Average } from '../../training/average';
import type { StepWork } from '../../training/step';
import { useNativeGradients } from '../native/gradients';
import type { NativeBackend } from '../native/tensorflow';
import { createDeviceState, type DeviceState } from './deviceState';
import { drawAgain } from './drawnNoise';
import { type UpdateGroup, updateGroups } from './graphParts';
import { planOf, type StepPlan } from './plan';
import { loadStepGraph, type StepGraph } from './stepGraph';
import { batchTensors, type Declared, type Trial, type TrialOf, tryStep } from './trial';
import { Unrecordable } from './unrecordable';

/** A step that has been recorded. */
export interface Recording {
  readonly model: object;
  readonly objective: object;
  /** of the step, as {@link signatureOf} gives it */
  readonly signature: string;
  readonly plan: StepPlan;
  readonly graph: StepGraph;
  readonly state: DeviceState;
  readonly groups: readonly UpdateGroup[];
  readonly adam: AdamUpdate;
  readonly average: Average | undefined;
}

/** Steps at which a recorded one is tried beside its own: a schedule that nobody declared changes at one of them. */
const TRIED = (step: number): readonly number[] => [step, step + 1, 3 * step + 1009, 1_000_003];

/** What a recording depends on beside the values that it is fed. */
export const signatureOf = <M extends Model>({
  batch,
  weights,
  clipNorm,
  gradientNorm,
  guarded,
  variables,
}: StepWork<M>): string =>
  JSON.stringify([
    Object.entries(batchTensors(batch)).map(([name, { shape, dtype }]) => [name, shape, dtype]),
    // A term without weight is left out, so whether a weight is 0 is part of what is computed.
    Object.values(weights).map((weight) => weight === 0),
    clipNorm,
    gradientNorm,
    guarded,
    Object.keys(variables),
  ]);

/** Relative difference of two losses beyond which a graph is not trusted: float32, in another order of summation. */
const TOLERANCE = 1e-3;

/** The numbers that a step's graph is fed with, of the numbers that were declared. */
export const numbersOf = ({ feeds }: StepPlan, numberOf: (declared: Declared) => number): number[] =>
  feeds.flatMap((feed) => (feed.kind === 'number' ? [feed.from(feed.of.map(numberOf))] : []));

/** Gives the graph every value that it does not have. */
export const take = ({ graph, state }: Pick<Recording, 'graph' | 'state'>): void => {
  const names = state.stale();
  if (names.length === 0) return;
  graph.assign(Object.fromEntries(names.map((name) => [name, state.handleOf(name)])));
  state.taken(names);
};

/** Refuses a graph that does not compute what the trial did. */
const assertAgrees = ({ plan, graph, groups, average }: Recording): void => {
  const { trial } = plan;
  const { lossValue } = trial;
  const loss = tidy(() =>
    graph.lossOf({
      batch: trial.batch,
      noise: drawAgain(trial.draws, trial.noise),
      numbers: numbersOf(plan, ({ stoodFor }) => stoodFor),
      // No update is asked for, so its numbers are not read.
      update: [...groups.flatMap(() => [1, 0, 1]), ...(average ? [0] : [])],
    }),
  );
  if (!(Math.abs(loss - lossValue) <= TOLERANCE * Math.max(1, Math.abs(lossValue))))
    throw new Unrecordable(`the graph gives a loss of ${loss}, and its operations one by one ${lossValue}`);
};

/** Brings the values of a recording back to TensorFlow.js and frees its graph. */
export const free = ({ state, graph }: Pick<Recording, 'state' | 'graph'>): void => {
  state.bringBack();
  graph.dispose();
};

/** Makes a graph of trials that agree. */
const load = <M extends Model>(
  backend: NativeBackend,
  work: StepWork<M>,
  adam: AdamUpdate,
  trials: readonly Trial[],
): Recording => {
  let graph: StepGraph | undefined;
  let state: DeviceState | undefined;
  try {
    const plan = planOf(trials);
    const groups = updateGroups(Object.keys(plan.trial.gradients), work.variables, adam);
    const { average, model } = work;
    const { variables } = model;
    const parts = { plan, variables, trained: work.variables, adam, groups, averages: average?.tensors };
    graph = loadStepGraph(backend, parts);
    const loaded = graph;
    state = createDeviceState(backend, loaded.state, () => loaded.readAll());
    const signature = signatureOf(work);
    const { objective } = work;
    const recording = { model, objective, signature, plan, graph, state, groups, adam, average };
    take(recording);
    assertAgrees(recording);
    return recording;
  } catch (error) {
    state?.bringBack();
    graph?.dispose();
    // TensorFlow has its own opinion of graphs, and says so when it loads one.
    throw error instanceof Unrecordable ? error : new Unrecordable((error as Error).message);
  }
};

/** Runs a trial. What the step throws where it stands is thrown; what it throws elsewhere says that it cannot be tried. */
const tryAt = <M extends Model>(backend: NativeBackend, work: StepWork<M>, of: TrialOf): Trial => {
  try {
    return tryStep(backend, work, of);
  } catch (error) {
    if (of.index === 0) throw error;
    throw new Unrecordable(`it throws at step ${of.step}, which it is tried at: ${(error as Error).message}`);
  }
};

/**
 * Records a step: tries it, and makes a graph of what the trials agree on.
 *
 * @param backend that runs it
 * @param work of the step
 * @throws Unrecordable where there can be no graph of it, and what the step itself throws; nothing is then left
 */
export const record = <M extends Model>(backend: NativeBackend, work: StepWork<M>): Recording => {
  const { adam } = work.optimizer;
  if (!adam) throw new Unrecordable('the optimizer is not that of createAdam');
  useNativeGradients();
  const { step } = work.context;
  const stream = createNoise(step).split('trials');
  const trials: Trial[] = [];
  try {
    for (const [index, other] of TRIED(step).entries())
      trials.push(tryAt(backend, work, { step: other, index, draws: stream.split(index) }));
    return load(backend, work, adam, trials);
  } finally {
    for (const { batch } of trials) for (const tensor of Object.values(batch)) tensor.dispose();
  }
};

/**
 * Whether a recording is of variables that are gone: of a model, an optimizer or an average that was disposed, or of an
 * optimizer that another state was restored to. It can never be run again.
 */
export const isGone = ({ graph }: Recording): boolean =>
  Object.values(graph.state).some(({ isDisposed }) => isDisposed);

/** Whether a recording is of work like this, whatever optimizer and average it was of. */
const isAlike = <M extends Model>(recording: Recording, work: StepWork<M>, signature: string): boolean =>
  recording.model === work.model &&
  recording.objective === work.objective &&
  recording.signature === signature;

/** Whether a recording is of a former run of this work: of another optimizer, or of another average. */
export const isFormer = <M extends Model>(
  recording: Recording,
  work: StepWork<M>,
  signature: string,
): boolean => {
  const { adam, average } = recording;
  const isOther = average !== undefined && work.average !== undefined && average !== work.average;
  return isAlike(recording, work, signature) && (adam !== work.optimizer.adam || isOther);
};

/** Whether a recording is of this work: of the same optimizer and average, and of numbers that are 0 where its were. */
export const isOf = <M extends Model>(
  recording: Recording,
  work: StepWork<M>,
  signature: string,
): boolean => {
  const { plan, groups, adam, average } = recording;
  return (
    isAlike(recording, work, signature) &&
    adam === work.optimizer.adam &&
    average === work.average &&
    !isGone(recording) &&
    plan.trial.declared.every(
      ({ valueAt, stoodFor }) => (valueAt(work.context.step, work.weights) === 0) === (stoodFor === 0),
    ) &&
    groups.every(({ names, first }) => names.every((name) => adam.updatesOf(name) === adam.updatesOf(first)))
  );
};
