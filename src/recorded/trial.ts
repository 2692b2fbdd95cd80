/** A trial of a step: run once, recorded, and undone; nothing of it is kept but what was recorded. */
import { gather, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Batch } from '../core/batch';
import type { Noise } from '../core/noise';
import { type Schedule, valueAt } from '../core/schedules';
import type { DataId, NativeBackend } from '../host/native/tensorflow';
import type { Model } from '../models/model';
import { rememberVariables } from '../training/statistics';
import {
  type Differentiated,
  differentiate,
  disposeTerms,
  type LossWeights,
  namedTerms,
  type StepWork,
} from '../training/step';
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
export const batchTensors = ({ labeled, unlabeled }: Batch): Record<string, Tensor> => ({
  ...(labeled && { 'labeled.x': labeled.x, 'labeled.y': labeled.y }),
  ...(unlabeled && { 'unlabeled.x': unlabeled.x }),
});

/** Another batch, of the same examples: from one of them on, each of them twice. */
const doubled = ({ labeled, unlabeled }: Batch, from: number): Batch => {
  const rows = (x: Tensor): Tensor => {
    const [count = 0] = x.shape;
    const which = Array.from({ length: count }, (_, i) => (from + (i >> 1)) % count);
    return gather(x, tensor1d(which, 'int32'));
  };
  return tidy(() => ({
    ...(labeled && { labeled: { x: rows(labeled.x), y: rows(labeled.y) } }),
    ...(unlabeled && { unlabeled: { x: rows(unlabeled.x) } }),
  }));
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
export function tryStep<M extends Model>(
  backend: NativeBackend,
  work: StepWork<M>,
  { step, index, draws }: TrialOf,
): Trial {
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
  const stream = (): Noise => work.context.noise.split('trial').split(step);
  const written = writeDown(stream());
  const context = {
    step,
    noise: written.noise,
    // At the step of the work: whether a weight is 0 there decides what is computed.
    at: (schedule: Schedule, name: string): number =>
      standIn(name, valueAt(schedule, work.context.step, name), (now) => valueAt(schedule, now, name)),
  };
  const { variables } = work.model;
  const batch = doubled(work.batch, index);
  const former = rememberVariables(variables);
  const given = batchTensors(batch);
  const known = new Map<DataId, Origin>([
    ...Object.entries(variables).map(([name, { dataId }]) => [dataId, { from: 'variable', name }] as const),
    ...Object.entries(given).map(([name, { dataId }]) => [dataId, { from: 'batch', name }] as const),
  ]);
  const originOf = (dataId: DataId): Origin | undefined => {
    const origin = known.get(dataId);
    if (origin) return origin;
    const index = written.tensors.findIndex((drawn) => drawn.dataId === dataId);
    return index < 0 ? undefined : { from: 'noise', index };
  };
  let trial: Trial | undefined;
  try {
    tidy(() => {
      let found: Differentiated | undefined;
      const isKnown = (dataId: DataId): boolean => originOf(dataId) !== undefined;
      const recorded = recordOperations(backend, isKnown, () => {
        found = differentiate({ ...work, batch, context, weights });
      });
      const { loss, terms, gradients, gradientNorm, applied } = found as Differentiated;
      try {
        const { refOf } = recorded;
        const refsOf = (tensors: Readonly<Record<string, Tensor>>): Record<string, Ref> =>
          Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, refOf(value)]));
        trial = {
          recorded,
          originOf,
          declared,
          draws: written.draws,
          loss: refOf(loss),
          terms: refsOf(Object.fromEntries(namedTerms(terms))),
          gradients: refsOf(gradients),
          ...(gradientNorm && { gradientNorm: refOf(gradientNorm) }),
          ...(applied && { applied: refOf(applied) }),
          moved: Object.fromEntries(
            Object.entries(variables).flatMap(([name, variable]) =>
              former.hasMoved(name) ? [[name, refOf(variable)]] : [],
            ),
          ),
          lossValue: loss.dataSync()[0] as number,
          batch: given,
          noise: stream(),
        };
      } finally {
        disposeTerms(terms);
      }
    });
  } finally {
    former.putBack();
    former.dispose();
    if (trial === undefined) for (const tensor of Object.values(given)) tensor.dispose();
  }
  return trial as unknown as Trial;
}
