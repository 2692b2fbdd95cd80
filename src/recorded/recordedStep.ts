/** An executor that records a step and runs it as one TensorFlow graph from then on. */
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { callable, readOptions } from '../core/options';
import { maker } from '../core/uncalled';
import { type NativeBackend, type NativeOutput, nativeBackend } from '../host/native/tensorflow';
import type { Model } from '../models/model';
import type { ObjectiveTerms } from '../models/objectives/objective';
import type { Executor } from '../training/executor';
import { type Execute, executeEagerly, type StepOutput, type StepWork } from '../training/step';
import { drawAgain } from './drawnNoise';
import {
  free,
  isFormer,
  isGone,
  isOf,
  numbersOf,
  type Recording,
  record,
  signatureOf,
  take,
  tryAgain,
} from './recording';
import type { Outputs } from './stepGraph';
import { batchTensors } from './trial';
import { Unrecordable } from './unrecordable';

/** How steps are recorded. */
export interface RecordedStepOptions {
  /**
   * told why a step is run operation by operation after all, once for each reason; default: `console.warn`
   */
  readonly onEager?: (reason: string) => void;
}

const warn = (reason: string): void =>
  console.warn(`recordedStep: the step is run operation by operation, as ${reason}`);

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
  { batch, context, weights, variables, ema, gradientNorm }: StepWork<M>,
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
      update: [...update, ...(ema ? [1 - ema.decayAt(step)] : [])],
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
 * compared with theirs; where they differ by anything else, that is reported and the step is run operation by operation, as on
 * any other backend. It is tried again at the next step and from time to time, as what nobody declared may change later;
 * where its loss is then another, that is reported, and the steps from there on are run operation by operation. Weights, moments
 * and averages live in the graph and come back when they are read.
 *
 * @param options how steps that cannot be recorded are reported
 * @returns an executor for `train` and `trainingSteps`; steps of an optimizer other than `createAdam` run one by one
 * @example await train(model, { objective: semiSupervised(), batches, epochs: 10, seed: 1, execute: recordedStep() })
 */
export const recordedStep = /* @__PURE__ */ maker('recordedStep({ … })', createRecordedStep);

function createRecordedStep(options: RecordedStepOptions = {}): Executor {
  const { onEager } = readOptions('recordedStep', options, { onEager: callable(warn) });
  let recordings: readonly Recording[] = [];
  /** Signatures of an objective's steps that cannot be recorded. */
  let refused = new WeakMap<object, WeakMap<object, Set<string>>>();
  const told = new Set<string>();
  const tell = (reason: string): void => {
    if (told.has(reason)) return;
    told.add(reason);
    onEager(reason);
  };

  const drop = (isDropped: (recording: Recording) => boolean): void => {
    for (const recording of recordings.filter(isDropped)) free(recording);
    recordings = recordings.filter((recording) => !isDropped(recording));
  };

  const refusedOf = <M extends Model>({ model, objective }: StepWork<M>): Set<string> => {
    const byObjective = refused.get(model) ?? new WeakMap<object, Set<string>>();
    refused.set(model, byObjective);
    const signatures = byObjective.get(objective) ?? new Set();
    byObjective.set(objective, signatures);
    return signatures;
  };

  const recordAnew = <M extends Model>(
    backend: NativeBackend,
    work: StepWork<M>,
    signature: string,
  ): Recording => {
    // Each run of `train` has moments and averages of its own, and would leave a graph.
    drop(isGone);
    const recording = record(backend, work);
    drop((other) => isFormer(other, work, signature));
    recordings = [...recordings, recording];
    return recording;
  };

  const recordingOf = <M extends Model>(backend: NativeBackend, work: StepWork<M>): Recording | undefined => {
    const signature = signatureOf(work);
    const found = recordings.find((recording) => isOf(recording, work, signature));
    const signatures = refusedOf(work);
    if (!found && signatures.has(signature)) return undefined;
    try {
      if (found?.isDue()) tryAgain(backend, found, work);
      return found ?? recordAnew(backend, work, signature);
    } catch (error) {
      if (!(error instanceof Unrecordable)) throw error;
      drop((recording) => recording === found);
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
      drop(() => true);
      refused = new WeakMap();
    },
  });
}
