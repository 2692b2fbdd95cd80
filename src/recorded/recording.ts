/** A step that has been recorded: how it comes to be, and what it can be run for. */
import { tidy } from '@tensorflow/tfjs-core';
import { movesFromFormer } from '../core/movingMean';
import { createNoise, type Noise } from '../core/noise';
import { isExactInAdam } from '../host/native/adam';
import { useNativeGradients } from '../host/native/gradients';
import type { NativeBackend } from '../host/native/tensorflow';
import type { Model } from '../models/model';
import { type AdamUpdate, adamOf } from '../training/optimizer/adam';
import type { Ema } from '../training/optimizer/ema';
import type { StepWork } from '../training/step';
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
  readonly ema: Ema | undefined;
  /** whether it is to be tried again ahead of this run of it, asked once for each */
  readonly isDue: () => boolean;
}

/** Steps at which a recorded one is tried beside its own: a schedule that nobody declared changes at one of them. */
const TRIED = (step: number): readonly number[] => [step, step + 1, 3 * step + 1009, 1_000_003];

/** The longest time between two trials of a recording, in runs: they cost less than a hundredth of these then. */
const LONGEST_GAP = 2048;

/** Asked at each run: at the first, and then after gaps that grow and are drawn, so that no period goes unseen for long. */
const createTrialTimes = (noise: Noise): (() => boolean) => {
  let [gap, left] = [1, 1];
  return () => {
    left -= 1;
    if (left > 0) return false;
    gap = Math.min(LONGEST_GAP, 2 * gap);
    left = 1 + Math.floor(gap * noise.next());
    return true;
  };
};

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

/** Refuses a graph that does not compute what a trial did, of those that it is made of or of a later one. */
const assertAgrees = ({ plan, graph, groups, ema }: Recording, trial = plan.trial): void => {
  const { lossValue } = trial;
  const { declared } = plan.trial;
  const loss = tidy(() =>
    graph.lossOf({
      batch: trial.batch,
      noise: drawAgain(trial.draws, trial.noise),
      numbers: numbersOf(plan, (number) => trial.declared[declared.indexOf(number)]?.stoodFor ?? Number.NaN),
      // No update is asked for, so its numbers are not read.
      update: [...groups.flatMap(() => [1, 0, 1]), ...(ema ? [0] : [])],
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
    const { ema, model } = work;
    const { variables } = model;
    const parts = { plan, variables, trained: work.variables, adam, groups, averages: ema?.averages };
    graph = loadStepGraph(backend, parts);
    const loaded = graph;
    state = createDeviceState(backend, loaded.state, () => loaded.readAll());
    const signature = signatureOf(work);
    const { objective } = work;
    const isDue = createTrialTimes(createNoise(work.context.step).split('times'));
    const recording = { model, objective, signature, plan, graph, state, groups, adam, ema, isDue };
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
  const adam = adamOf(work.optimizer);
  if (!adam) throw new Unrecordable('the optimizer is not that of createAdam');
  for (const [name, beta] of Object.entries({ beta1: adam.beta1, beta2: adam.beta2 }))
    if (!isExactInAdam(beta))
      throw new Unrecordable(`${name} is ${beta}, for which TensorFlow's Adam has too few digits`);
  if (work.ema && !movesFromFormer(work.ema.decayAt(0)))
    throw new Unrecordable(`the average keeps ${work.ema.decayAt(0)}, too little to move from it`);
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

/** Another trial of a step where it stands; none where it refuses the numbers that stand for its own. */
const tryIfItCan = <M extends Model>(backend: NativeBackend, work: StepWork<M>): Trial | undefined => {
  const { step } = work.context;
  try {
    return tryStep(backend, work, {
      step,
      index: 0,
      draws: createNoise(step).split('trials').split('again'),
    });
  } catch {
    return undefined;
  }
};

/**
 * Tries the step of a recording once more, as it is now, and compares: a value that did not change in the trials may have
 * since, a variable of the program or a weight that is read on the host.
 *
 * @throws Unrecordable where the graph gives another loss
 */
export const tryAgain = <M extends Model>(
  backend: NativeBackend,
  recording: Recording,
  work: StepWork<M>,
): void => {
  const { step } = work.context;
  const trial = tryIfItCan(backend, work);
  if (!trial) return;
  try {
    // Of a loss that is none nothing can be said.
    if (!Number.isFinite(trial.lossValue)) return;
    take(recording);
    assertAgrees(recording, trial);
  } catch (error) {
    if (!(error instanceof Unrecordable)) throw error;
    throw new Unrecordable(
      `something has changed by step ${step} that no trial saw change: ${error.message}; some steps before may have been run with what it was`,
    );
  } finally {
    for (const tensor of Object.values(trial.batch)) tensor.dispose();
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
  const { adam, ema } = recording;
  const isOther = ema !== undefined && work.ema !== undefined && ema !== work.ema;
  return isAlike(recording, work, signature) && (adam !== adamOf(work.optimizer) || isOther);
};

/** Whether a recording is of this work: of the same optimizer and average, and of numbers that are 0 where its were. */
export const isOf = <M extends Model>(
  recording: Recording,
  work: StepWork<M>,
  signature: string,
): boolean => {
  const { plan, groups, adam, ema } = recording;
  return (
    isAlike(recording, work, signature) &&
    adam === adamOf(work.optimizer) &&
    ema === work.ema &&
    !isGone(recording) &&
    plan.trial.declared.every(
      ({ valueAt, stoodFor }) => (valueAt(work.context.step, work.weights) === 0) === (stoodFor === 0),
    ) &&
    groups.every(({ names, first }) => names.every((name) => adam.updatesOf(name) === adam.updatesOf(first)))
  );
};
