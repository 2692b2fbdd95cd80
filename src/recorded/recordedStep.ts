/** An executor that records a step and runs it as one TensorFlow graph from then on. */
import { callable, readOptions } from '../core/options';
import { maker } from '../core/uncalled';
import { type NativeBackend, nativeBackend } from '../host/native/tensorflow';
import type { Model } from '../models/model';
import type { Executor } from '../training/executor';
import { type Execute, executeEagerly, type StepWork } from '../training/step';
import { record } from './record';
import { free, isFormer, isGone, isOf, type Recording, signatureOf } from './recording';
import { runRecording } from './runRecording';
import { Unrecordable } from './unrecordable';
import { tryAgain } from './verification';

/** How steps are recorded. */
export interface RecordedStepOptions {
  /** takes each reason why a step runs operation by operation, once; default: `console.warn` */
  readonly onEager?: (reason: string) => void;
}

const warn = (reason: string): void =>
  console.warn(`recordedStep: the step runs operation by operation, as ${reason}`);

/**
 * An executor that records a step and runs it as one TensorFlow graph from then on: dispatch, small operations and the
 * update cost a fraction of their usual time.
 *
 * The first step of a kind (model, objective, optimizer, shapes of the batch) runs in four trials, each of which is rolled
 * back: at other steps, on other examples and with other noise. If the trials agree but for the batch, the noise and the
 * schedules that the objective reads by `scheduled`, the step becomes a graph, and the graph's loss is compared with that of
 * a trial. If they differ by anything else, `onEager` gets the reason, and the step runs operation by operation as on any
 * other backend. A recorded step is tried again at its next run and from time to time, because a value that was constant in
 * the trials may change later. If its loss then differs, `onEager` gets the reason, and later steps run operation by
 * operation. Weights, moments and averages live in the graph, and are copied back when you read them.
 *
 * @param options what to do about steps that cannot be recorded
 * @returns an executor for `train` and `trainingSteps`; steps of an optimizer other than `createAdam` run one by one
 * @example await train(model, { objective: semiSupervised(), batches, epochs: 10, seed: 1, execute: recordedStep() })
 */
export const recordedStep = /* @__PURE__ */ maker('recordedStep({ … })', createRecordedStep);

function createRecordedStep(options: RecordedStepOptions = {}): Executor {
  const { onEager } = readOptions('recordedStep', options, { onEager: callable(warn) });
  let recordings: readonly Recording[] = [];
  /** Signatures of an objective's steps that cannot be recorded. */
  let refused = new WeakMap<object, WeakMap<object, Set<string>>>();
  const reported = new Set<string>();
  const report = (reason: string): void => {
    if (reported.has(reason)) return;
    reported.add(reason);
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
    // Each run of `train` has its own moments and averages, and would leave a graph.
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
      report(error.message);
      signatures.add(signature);
      return undefined;
    }
  };

  const execute: Execute = (work) => {
    const backend = nativeBackend();
    if (backend === undefined) {
      report('the backend in use is not the native one');
      return executeEagerly(work);
    }
    const recording = recordingOf(backend, work);
    return recording ? runRecording(backend, recording, work) : executeEagerly(work);
  };
  return Object.assign(execute, {
    dispose() {
      drop(() => true);
      refused = new WeakMap();
    },
  });
}
