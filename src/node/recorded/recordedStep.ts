/** An executor that records a step and runs it as one TensorFlow graph from then on. */
import { type Scalar, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { createNoise } from '../../core/noise';
import type { Model } from '../../models/model';
import type { ObjectiveTerms } from '../../models/objective';
import type { AdamUpdate } from '../../training/adam';
import type { Average } from '../../training/average';
import { type Execute, executeEagerly, type StepOutput, type StepWork } from '../../training/step';
import { useNativeGradients } from '../native/gradients';
import { type NativeBackend, type NativeOutput, nativeBackend } from '../native/tensorflow';
import { createDeviceState, type DeviceState } from './deviceState';
import { drawAgain } from './drawnNoise';
import { type UpdateGroup, updateGroups } from './graphParts';
import { planOf, type StepPlan } from './plan';
import { loadStepGraph, type Outputs, type StepGraph } from './stepGraph';
import { batchTensors, type Declared, type Trial, type TrialOf, tryStep } from './trial';
import { Unrecordable } from './unrecordable';

/** How steps are recorded. */
export interface RecordedStepOptions {
  /**
   * told why a step is run operation by operation after all, once for each reason; default: `console.warn`
   */
  readonly onEager?: (reason: string) => void;
}

/** An executor that owns graphs. */
export interface RecordedStep extends Execute {
  /** Brings all values back to TensorFlow.js and frees the graphs; what is run afterwards is recorded anew. */
  dispose(): void;
}

/** A step that has been recorded. */
interface Recording {
  readonly model: object;
  readonly objective: object;
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
const signatureOf = <M extends Model>({
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

const numbersOf = ({ feeds }: StepPlan, numberOf: (declared: Declared) => number): number[] =>
  feeds.flatMap((feed) => (feed.kind === 'number' ? [feed.from(feed.of.map(numberOf))] : []));

/** Gives the graph every value that it does not have. */
const take = ({ graph, state }: Pick<Recording, 'graph' | 'state'>): void => {
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
const free = ({ state, graph }: Pick<Recording, 'state' | 'graph'>): void => {
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

const record = <M extends Model>(backend: NativeBackend, work: StepWork<M>): Recording => {
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
const isGone = ({ graph }: Recording): boolean =>
  Object.values(graph.state).some(({ isDisposed }) => isDisposed);

/** Whether a recording is of this work: of the same optimizer and average, and of numbers that are 0 where its were. */
const isOf = <M extends Model>(recording: Recording, work: StepWork<M>, signature: string): boolean => {
  const { plan, groups, adam, average } = recording;
  return (
    recording.model === work.model &&
    recording.objective === work.objective &&
    recording.signature === signature &&
    adam === work.optimizer.adam &&
    average === work.average &&
    !isGone(recording) &&
    plan.trial.declared.every(
      ({ valueAt, stoodFor }) => (valueAt(work.context.step, work.weights) === 0) === (stoodFor === 0),
    ) &&
    groups.every(({ names, first }) => names.every((name) => adam.updatesOf(name) === adam.updatesOf(first)))
  );
};

/** Terms by part, of names such as `labeled.elbo`. */
const termsOf = (names: readonly string[], tensors: readonly Tensor[]): ObjectiveTerms => {
  const parts: Record<string, Record<string, Tensor>> = {};
  for (const [i, name] of names.entries()) {
    const [part = '', ...term] = name.split('.');
    parts[part] = { ...parts[part], [term.join('.')]: tensors[i] as Tensor };
  }
  return parts;
};

const run = <M extends Model>(
  backend: NativeBackend,
  recording: Recording,
  { batch, context, weights, variables, average, gradientNorm }: StepWork<M>,
): StepOutput => {
  const { plan, graph, state, groups, adam } = recording;
  const { step, noise } = context;
  take(recording);
  state.letGo();
  const update = groups.flatMap(({ first }) => {
    const { kept, size, epsilon } = adam.numbersOf(first, variables[first] as Variable, step);
    return [kept, size, epsilon];
  });
  const drawn = drawAgain(plan.trial.draws, noise);
  let outputs: Outputs;
  try {
    outputs = graph.run({
      batch: batchTensors(batch),
      noise: drawn,
      numbers: numbersOf(plan, ({ valueAt }) => valueAt(step, weights)),
      update: [...update, ...(average ? [1 - average.decayAt(step)] : [])],
    });
  } finally {
    for (const tensor of drawn) tensor.dispose();
  }
  const tensorOf = (output: NativeOutput): Tensor => backend.createOutputTensor(output) as unknown as Tensor;
  const applied = outputs.applied && (tensorOf(outputs.applied) as Scalar);
  // The update has been left out in the graph itself; here it is left out of the count.
  if (applied?.dataSync()[0] !== 0) adam.count(graph.updated);
  const norm = outputs.gradientNorm && tensorOf(outputs.gradientNorm);
  if (!gradientNorm) norm?.dispose();
  return {
    loss: tensorOf(outputs.loss) as Scalar,
    terms: termsOf(graph.terms, outputs.terms.map(tensorOf)),
    ...(norm && gradientNorm && { gradientNorm: norm as Scalar }),
    ...(applied && { applied }),
  };
};

/**
 * An executor that records a step and runs it as one TensorFlow graph from then on: dispatch, small operations and the
 * update cost a fraction of what they cost one by one.
 *
 * The first step of a kind (shapes of the batch, terms without weight) is tried several times and undone: at other steps,
 * on other examples, with other noise, and with other numbers in place of schedules. Where the trials do the same but for
 * what was declared — batch, noise, weights, schedules read by `scheduled` — the step becomes a graph, whose loss is
 * compared with theirs; where they differ by anything else, that is told and the step is run operation by operation, as on
 * any other backend. Weights, moments and averages live in the graph and come back when they are read.
 *
 * @param options what is told of steps that cannot be recorded
 * @returns an executor for `train` and `trainingSteps`; steps of an optimizer other than `createAdam` run one by one
 * @example await train(model, { objective: m2(), batches, epochs: 10, noise, execute: recordedStep() })
 */
export function recordedStep({
  onEager = (reason) => console.warn(`recordedStep: the step is run operation by operation, as ${reason}`),
}: RecordedStepOptions = {}): RecordedStep {
  let recordings: readonly Recording[] = [];
  /** Signatures of an objective's steps that cannot be recorded. */
  let refused = new WeakMap<object, WeakMap<object, Set<string>>>();
  const told = new Set<string>();
  const tell = (reason: string): void => {
    if (told.has(reason)) return;
    told.add(reason);
    onEager(reason);
  };

  const refusedOf = <M extends Model>({ model, objective }: StepWork<M>): Set<string> => {
    const byObjective = refused.get(model) ?? new WeakMap<object, Set<string>>();
    refused.set(model, byObjective);
    const signatures = byObjective.get(objective) ?? new Set();
    byObjective.set(objective, signatures);
    return signatures;
  };

  const recordingOf = <M extends Model>(backend: NativeBackend, work: StepWork<M>): Recording | undefined => {
    const signature = signatureOf(work);
    const found = recordings.find((recording) => isOf(recording, work, signature));
    if (found) return found;
    const signatures = refusedOf(work);
    if (signatures.has(signature)) return undefined;
    // Each run of `train` has moments and averages of its own: without this, a graph of each would be kept.
    for (const gone of recordings.filter(isGone)) free(gone);
    recordings = recordings.filter((recording) => !isGone(recording));
    try {
      const recording = record(backend, work);
      recordings = [...recordings, recording];
      return recording;
    } catch (error) {
      if (!(error instanceof Unrecordable)) throw error;
      tell(error.message);
      signatures.add(signature);
      return undefined;
    }
  };

  const execute: Execute = (work) => {
    const backend = nativeBackend();
    if (backend === undefined) {
      tell('the backend in use is not the native one');
      return executeEagerly(work);
    }
    const recording = recordingOf(backend, work);
    return recording ? run(backend, recording, work) : executeEagerly(work);
  };
  return Object.assign(execute, {
    dispose() {
      for (const recording of recordings) free(recording);
      recordings = [];
      refused = new WeakMap();
    },
  });
}
