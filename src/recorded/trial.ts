/** A trial of a step: run once, recorded, and undone; nothing of it is kept but what was recorded. */
import { gather, type Tensor, type TensorContainerObject, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { type Batch, mapTensors, tensorsOf } from '../core/batch';
import type { Noise } from '../core/noise';
import { type Schedule, valueAt } from '../core/schedules';
import type { DataId, NativeBackend } from '../host/native/tensorflow';
import type { Model } from '../models/model';
import type { LossWeights } from '../training/loss';
import { type Remembered, rememberVariables } from '../training/statistics';
import { type Differentiated, differentiate, type StepWork } from '../training/step';
import { disposeTerms, namedTerms } from '../training/terms';
import { type Draw, writeDown } from './drawnNoise';
import { type Operations, type Ref, recordOperations } from './operations';

/** Where a tensor that no operation of the step gave comes from. */
export type Origin =
  | { readonly from: 'variable'; readonly name: string }
  | { readonly from: 'batch'; readonly name: string }
  | { readonly from: 'noise'; readonly index: number };

/** A number that may change from step to step, and what stood for it. */
export interface Declared {
  /** what it is called in messages */
  readonly name: string;
  /** its value at a step, given the weights of the loss then */
  readonly valueAt: (step: number, weights: LossWeights) => number;
  /** the number that stood for it in the trial; 0 where its value is 0, as a term without weight is left out */
  readonly stoodFor: number;
}

/** What came of a trial. */
export interface Trial {
  readonly recorded: Operations;
  readonly originOf: (dataId: DataId) => Origin | undefined;
  readonly declared: readonly Declared[];
  readonly draws: readonly Draw[];
  readonly loss: Ref;
  readonly terms: Readonly<Record<string, Ref>>;
  readonly gradients: Readonly<Record<string, Ref>>;
  readonly gradientNorm?: Ref;
  readonly applied?: Ref;
  /** new values of variables that the forward pass moved, by name */
  readonly moved: Readonly<Record<string, Ref>>;
  /** the loss, to be compared with that of the graph */
  readonly lossValue: number;
  /** examples of the trial: tensors that the caller frees */
  readonly batch: Readonly<Record<string, Tensor>>;
  /** stream like the one that the trial drew from, as it was then */
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

/** What a trial differs by from the others. */
export interface TrialOf {
  /** that it is run at */
  readonly step: number;
  /** 0, 1, 2, …: each has other examples */
  readonly index: number;
  /** stream of the numbers that stand for others */
  readonly draws: Noise;
}

/** Numbers of a trial that stand for those that may change, and a list of them. */
const createStandIns = (
  work: Pick<StepWork, 'weights' | 'context'>,
  { index, draws }: TrialOf,
): {
  readonly declared: readonly Declared[];
  readonly weights: LossWeights;
  /** the stand-in of a schedule that the objective reads */
  readonly at: (schedule: Schedule, name: string) => number;
} => {
  const declared: Declared[] = [];
  const standIn = (name: string, value: number, valueAtStep: Declared['valueAt']): number => {
    // Some way apart from trial to trial, so that what is made of a number shows how.
    const stoodFor = value === 0 ? 0 : Math.fround(value * (1.01 + 0.08 * index + 0.05 * draws.next()));
    declared.push({ name, valueAt: valueAtStep, stoodFor });
    return stoodFor;
  };
  const weights = Object.fromEntries(
    (Object.keys(work.weights) as (keyof LossWeights)[]).map((name) => [
      name,
      standIn(`weight ${name}`, work.weights[name], (_, now) => now[name]),
    ]),
  ) as unknown as LossWeights;
  return {
    declared,
    weights,
    // At the step of the work: whether a weight is 0 there decides what is computed.
    at: (schedule, name) =>
      standIn(name, valueAt(schedule, work.context.step, name), (now) => valueAt(schedule, now, name)),
  };
};

/** Where tensors come from that no operation gave: variables and batch, which are known, and draws as they come. */
const createOrigins = (
  variables: Readonly<Record<string, Tensor>>,
  batch: Readonly<Record<string, Tensor>>,
  drawn: readonly Tensor[],
): Trial['originOf'] => {
  const known = new Map<DataId, Origin>([
    ...Object.entries(variables).map(([name, { dataId }]) => [dataId, { from: 'variable', name }] as const),
    ...Object.entries(batch).map(([name, { dataId }]) => [dataId, { from: 'batch', name }] as const),
  ]);
  return (dataId) => {
    const origin = known.get(dataId);
    if (origin) return origin;
    const index = drawn.findIndex((tensor) => tensor.dataId === dataId);
    return index < 0 ? undefined : { from: 'noise', index };
  };
};

/** What a recorded step came to, by the references of its operations. */
type Outcome = Pick<
  Trial,
  'recorded' | 'loss' | 'terms' | 'gradients' | 'gradientNorm' | 'applied' | 'moved' | 'lossValue'
>;

/** Records a step; of its tensors nothing is kept. */
const recordOutcome = <M extends Model>(
  backend: NativeBackend,
  work: StepWork<M>,
  originOf: Trial['originOf'],
  former: Remembered,
): Outcome => {
  let outcome: Outcome | undefined;
  tidy(() => {
    let found: Differentiated | undefined;
    const isKnown = (dataId: DataId): boolean => originOf(dataId) !== undefined;
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
 * Numbers that may change stand for others that are like them and unlike anything else in the step, so that each is
 * known again wherever it went.
 *
 * @param backend whose operations are recorded
 * @param work of the step
 * @param of what the trial differs by
 * @throws what the objective throws; nothing of the trial is then left
 */
export function tryStep<M extends Model>(backend: NativeBackend, work: StepWork<M>, of: TrialOf): Trial {
  const { step, index } = of;
  const { declared, weights, at } = createStandIns(work, of);
  const stream = (): Noise => work.context.noise.split('trial').split(step);
  const written = writeDown(stream());
  const { variables } = work.model;
  const batch = doubled(work.batch, index);
  const given = batchTensors(batch);
  const former = rememberVariables(variables);
  const originOf = createOrigins(variables, given, written.tensors);
  try {
    const context = { step, noise: written.noise, at };
    const outcome = recordOutcome(backend, { ...work, batch, context, weights }, originOf, former);
    return { ...outcome, originOf, declared, draws: written.draws, batch: given, noise: stream() };
  } catch (error) {
    for (const tensor of Object.values(given)) tensor.dispose();
    throw error;
  } finally {
    former.putBack();
    former.dispose();
  }
}
