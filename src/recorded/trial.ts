/** A trial of a step: it runs once, is recorded, and is rolled back. Only the recording stays. */
import { gather, type Tensor, type TensorContainerObject, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { type Batch, mapTensors, tensorsOf } from '../core/batch';
import type { Noise } from '../core/noise';
import type { DataId, NativeBackend } from '../host/native/tensorflow';
import type { Model } from '../models/model';
import { SCHEDULE_STEP, type TrialContext } from '../models/objectives/objective';
import { type Remembered, rememberVariables } from '../training/statistics';
import { type Differentiated, differentiate, type StepWork } from '../training/step';
import { disposeTerms, namedTerms } from '../training/terms';
import { type Draw, writeDown } from './drawnNoise';
import { type Operations, type Ref, recordOperations } from './operations';
import { createOrigins, type Origin } from './origins';

/** The result of a trial. */
export interface Trial {
  readonly recorded: Operations;
  readonly originOf: (dataId: DataId) => Origin | undefined;
  /** the step at which its schedules were read */
  readonly scheduleStep: number;
  readonly draws: readonly Draw[];
  readonly loss: Ref;
  readonly terms: Readonly<Record<string, Ref>>;
  readonly gradients: Readonly<Record<string, Ref>>;
  readonly gradientNorm?: Ref;
  readonly applied?: Ref;
  /** new values of variables that the forward pass moved, by name */
  readonly moved: Readonly<Record<string, Ref>>;
  /** the loss, to compare with that of the graph */
  readonly lossValue: number;
  /** examples of the trial: tensors that the caller frees */
  readonly batch: Readonly<Record<string, Tensor>>;
  /** a stream that gives the draws of the trial again */
  readonly noise: Noise;
}

/** Tensors of a batch by name, in one order. */
export const batchTensors = (batch: Batch): Record<string, Tensor> => Object.fromEntries(tensorsOf(batch));

/** Another batch, of the same examples: from one of them on, each of them twice. */
const doubled = (batch: Batch, from: number): Batch => {
  const rows = (x: Tensor): Tensor => {
    const [count = 0] = x.shape;
    const which = Array.from({ length: count }, (_, i) => (from + (i >> 1)) % count);
    return gather(x, tensor1d(which, 'int32'));
  };
  return tidy(() => mapTensors(batch, rows) as Batch & TensorContainerObject);
};

/** How a trial differs from the others. */
export interface TrialOf {
  /** the step that it runs at */
  readonly step: number;
  /** the step at which its schedules are read: one within the run */
  readonly scheduleStep: number;
  /** 0, 1, 2, …: each has other examples */
  readonly index: number;
}

/** The results of a recorded step, by the references of its operations. */
type Outcome = Pick<
  Trial,
  'recorded' | 'loss' | 'terms' | 'gradients' | 'gradientNorm' | 'applied' | 'moved' | 'lossValue'
>;

/** Records a step, and frees its tensors. */
const recordOutcome = <M extends Model>(
  backend: NativeBackend,
  work: StepWork<M>,
  originOf: Trial['originOf'],
  former: Remembered,
): Outcome => {
  let outcome: Outcome | undefined;
  tidy(() => {
    let found: Differentiated | undefined;
    // The value of a schedule is compared between trials.
    const isKnown = (dataId: DataId): boolean => (originOf(dataId)?.from ?? 'schedule') !== 'schedule';
    const recorded = recordOperations(backend, isKnown, () => {
      found = differentiate(work);
    });
    const { loss, terms, gradients, gradientNorm, applied } = found as Differentiated;
    try {
      const { refOf } = recorded;
      const refsOf = (tensors: Readonly<Record<string, Tensor>>): Record<string, Ref> =>
        Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, refOf(value)]));
      const moved = Object.entries(work.model.variables).filter(([name]) => former.hasMoved(name));
      outcome = {
        recorded,
        loss: refOf(loss),
        terms: refsOf(Object.fromEntries(namedTerms(terms))),
        gradients: refsOf(gradients),
        ...(gradientNorm && { gradientNorm: refOf(gradientNorm) }),
        ...(applied && { applied: refOf(applied) }),
        moved: refsOf(Object.fromEntries(moved)),
        lossValue: loss.dataSync()[0] as number,
      };
    } finally {
      disposeTerms(terms);
    }
  });
  return outcome as unknown as Outcome;
};

/**
 * Runs a step as it would run at another step, on other examples and with other noise, and records it.
 *
 * @param backend whose operations are recorded
 * @param work of the step
 * @param of how the trial differs from the others
 * @throws what the objective throws; the trial has then freed its tensors
 */
export function tryStep<M extends Model>(backend: NativeBackend, work: StepWork<M>, of: TrialOf): Trial {
  const { step, scheduleStep, index } = of;
  const stream = (): Noise => work.context.noise.split('trial').split(step);
  const written = writeDown(stream());
  const { variables } = work.model;
  const batch = doubled(work.batch, index);
  const given = batchTensors(batch);
  const former = rememberVariables(variables);
  const originOf = createOrigins(variables, given, written.tensors);
  try {
    const context: TrialContext = { step, [SCHEDULE_STEP]: scheduleStep, noise: written.noise };
    const outcome = recordOutcome(backend, { ...work, batch, context }, originOf, former);
    return { ...outcome, originOf, scheduleStep, draws: written.draws, batch: given, noise: stream() };
  } catch (error) {
    for (const tensor of Object.values(given)) tensor.dispose();
    throw error;
  } finally {
    former.putBack();
    former.dispose();
  }
}
