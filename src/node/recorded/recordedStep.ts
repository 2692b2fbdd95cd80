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
import { batchTensors, type Declared, tryStep } from './trial';
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

const record = <M extends Model>(backend: NativeBackend, work: StepWork<M>): Recording => {
  const { adam } = work.optimizer;
  if (!adam) throw new Unrecordable('the optimizer is not that of createAdam');
  useNativeGradients();
  const { step } = work.context;
  const stream = createNoise(step).split('trials');
  const trials = TRIED(step).map((other, i) =>
    tryStep(backend, work, { step: other, index: i, draws: stream.split(i) }),
  );
  let graph: StepGraph | undefined;
  let state: DeviceState | undefined;
  try {
    const plan = planOf(trials);
    const groups = updateGroups(Object.keys(plan.trial.gradients), work.variables, adam);
    const averages = work.average?.tensors;
    const { variables } = work.model;
    graph = loadStepGraph(backend, { plan, variables, trained: work.variables, adam, groups, averages });
    const loaded = graph;
    state = createDeviceState(backend, loaded.state, () => loaded.readAll());
    const recording = { plan, graph, state, groups, adam, average: work.average };
    take(recording);
    assertAgrees(recording);
    return recording;
  } catch (error) {
    state?.bringBack();
    graph?.dispose();
    // TensorFlow has its own opinion of graphs, and says so when it loads one.
    throw error instanceof Unrecordable ? error : new Unrecordable((error as Error).message);
  } finally {
    for (const { batch } of trials) for (const tensor of Object.values(batch)) tensor.dispose();
  }
};

/** Whether a recording is of this work: of the same optimizer and average, and of numbers that are 0 where its were. */
const isOf = <M extends Model>({ plan, groups, adam, average }: Recording, work: StepWork<M>): boolean =>
  adam === work.optimizer.adam &&
  average === work.average &&
  plan.trial.declared.every(
    ({ valueAt, stoodFor }) => (valueAt(work.context.step, work.weights) === 0) === (stoodFor === 0),
  ) &&
  groups.every(({ names, first }) => names.every((name) => adam.updatesOf(name) === adam.updatesOf(first)));

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
  /** Recordings of an objective by signature; none where it cannot be recorded. */
  type Recordings = Map<string, Recording[] | undefined>;
  let byModel = new WeakMap<object, WeakMap<object, Recordings>>();
  let all: Recording[] = [];
  const told = new Set<string>();
  const tell = (reason: string): void => {
    if (told.has(reason)) return;
    told.add(reason);
    onEager(reason);
  };

  const recordingOf = <M extends Model>(backend: NativeBackend, work: StepWork<M>): Recording | undefined => {
    const byObjective = byModel.get(work.model) ?? new WeakMap();
    byModel.set(work.model, byObjective);
    const recordings: Recordings = byObjective.get(work.objective) ?? new Map();
    byObjective.set(work.objective, recordings);
    const signature = signatureOf(work);
    if (recordings.has(signature) && recordings.get(signature) === undefined) return undefined;
    const known = recordings.get(signature) ?? [];
    const found = known.find((recording) => isOf(recording, work));
    if (found) return found;
    try {
      const recording = record(backend, work);
      recordings.set(signature, [...known, recording]);
      all = [...all, recording];
      return recording;
    } catch (error) {
      if (!(error instanceof Unrecordable)) throw error;
      tell(error.message);
      recordings.set(signature, undefined);
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
      for (const { state, graph } of all) {
        state.bringBack();
        graph.dispose();
      }
      all = [];
      byModel = new WeakMap();
    },
  });
}
