/** One training step: the only mean over the batch, and the only minus sign. */
import {
  div,
  keep,
  mean,
  mul,
  type Scalar,
  square,
  sum,
  type Tensor,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { assertOneOf } from '../core/assert';
import type { Batch } from '../core/batch';
import { describe, formatShape, oneLine } from '../core/describe';
import { isError } from '../core/messageOf';
import { assertNotAsync } from '../core/notAsync';
import type { ScalarOrSchedule } from '../core/schedules';
import { type NumberOrScalar, type WeightedTerm, weightedSum } from '../core/weightedSum';
import { backendTraits } from '../host/backendTraits';
import { freeTape } from '../host/tape';
import type { Model } from '../models/model';
import {
  type Objective,
  type ObjectiveContext,
  type ObjectiveTerms,
  scheduled,
  type Terms,
} from '../models/objectives/objective';
import type { Ema } from './optimizer/ema';
import { allFinite, clipByGlobalNorm, type Gradients, globalNorm, zeroUnless } from './optimizer/gradients';
import type { Optimizer } from './optimizer/optimizer';
import { rememberStatistics } from './statistics';

/** Everything that one step needs; nothing else is read. */
export interface StepWork<M extends Model = Model> {
  /** what the objective is of */
  readonly model: M;
  /** what is updated in place, by the names that the optimizer knows */
  readonly variables: Readonly<Record<string, Variable>>;
  /** what is maximized */
  readonly objective: Objective<M>;
  /** turns gradients of the loss into an update */
  readonly optimizer: Optimizer;
  /** the step's examples, augmented; still the caller's */
  readonly batch: Batch;
  /** the step's number and its own stream of noise */
  readonly context: ObjectiveContext;
  /** of the loss's parts */
  readonly weights: {
    /** w_L, of the labeled objective */
    readonly labeled: number;
    /** w_U, of the unlabeled objective */
    readonly unlabeled: number;
    /** α, of the labeled cross-entropy */
    readonly crossEntropy: ScalarOrSchedule;
    /** of ½‖θ‖², the parameter prior */
    readonly parameters: number;
  };
  /** the greatest global norm of the gradients; longer ones are shortened */
  readonly clipNorm?: number;
  /** whether the norm of the gradients is to be reported */
  readonly gradientNorm?: boolean;
  /** whether an update is left out where the loss or a gradient is not finite */
  readonly guarded?: boolean;
  /** an average of the weights that takes in what the step leaves */
  readonly ema?: Ema;
}

/** Weights of the loss. */
export type LossWeights = StepWork['weights'];

/** Weights of the loss at one step. */
type LossWeightsNow = Omit<LossWeights, 'crossEntropy'> & { readonly crossEntropy: NumberOrScalar };

/** What a step gives; the tensors belong to the caller. */
export interface StepOutput {
  /** the loss before the update */
  readonly loss: Scalar;
  /** the objective's terms before the update */
  readonly terms: ObjectiveTerms;
  /** global norm of the gradients before any clipping, where it was asked for */
  readonly gradientNorm?: Scalar;
  /** 1, or 0 where the update was left out; given where the work is guarded */
  readonly applied?: Scalar;
}

/** Runs a step; another executor (recorded, distributed) plugs in by this type. */
export type Execute = <M extends Model>(work: StepWork<M>) => StepOutput | Promise<StepOutput>;

/** Mean over examples, Σ w·t / Σ w where they have weights; a batch statistic is its own. */
const meanOver = (term: Tensor, weight: Tensor | undefined): Tensor =>
  weight === undefined || term.rank === 0 ? mean(term) : div(sum(mul(term, weight)), sum(weight));

/**
 * The loss of a batch.
 *
 *   w_L · mean(−labeled.objective) + α · mean(crossEntropy) + w_U · mean(−unlabeled.objective) + w_θ · ½‖θ‖²
 *
 * Where examples have weights, each mean is Σ w·t / Σ w. A weight that is the number 0 leaves its term out: nothing that only this term depends on gets a gradient.
 *
 * @param terms of the objective, [B] each
 * @param weights of the parts; α is a number or a scalar tensor
 * @param variables that the parameter prior is over
 * @param batch whose examples may have weights
 * @returns scalar, nats; smaller is better
 * @throws RangeError when no term has a weight
 */
export function lossOf(
  terms: ObjectiveTerms,
  weights: LossWeightsNow,
  variables: readonly Variable[],
  batch: Batch = {},
): Scalar {
  const { labeled, unlabeled, crossEntropy, parameters } = weights;
  const parts: readonly (readonly ['+' | '-', NumberOrScalar, 'labeled' | 'unlabeled', string])[] = [
    ['+', crossEntropy, 'labeled', 'crossEntropy'],
    ['-', labeled, 'labeled', 'objective'],
    ['-', unlabeled, 'unlabeled', 'objective'],
  ];
  const present = parts.flatMap(([sign, weight, part, name]): WeightedTerm[] => {
    const named = terms[part];
    if (weight === 0 || !named || !Object.hasOwn(named, name)) return [];
    return [[sign, weight, meanOver(named[name] as Tensor, batch[part]?.weight)]];
  });
  if (parameters !== 0)
    for (const parameter of variables) present.push(['+', parameters / 2, sum(square(parameter))]);
  if (present.length === 0) {
    const given = namedTerms(terms).map(([name]) => name);
    throw new RangeError(
      `train: the loss is empty, needed an objective or a cross-entropy with a weight other than 0; the objective gives ${oneLine(given.join(', '), 300) || 'no term'}`,
    );
  }
  return weightedSum(present, 1) as Scalar;
}

/** Terms of both parts, as `part.name`. */
export const namedTerms = ({ labeled, unlabeled }: ObjectiveTerms): (readonly [string, Tensor])[] =>
  Object.entries({ labeled, unlabeled }).flatMap(([part, terms]) =>
    Object.entries(terms ?? {}).map(([name, term]) => [`${part}.${name}`, term] as const),
  );

/** Refuses terms that are not numbers per example, or one number: their mean would pass for a mean over examples. */
const assertTerms = (terms: ObjectiveTerms, batch: Batch): void => {
  if (typeof terms !== 'object' || terms === null || Array.isArray(terms))
    throw new TypeError(
      `train: the objective gives ${describe(terms)}, needed terms, as { labeled: { objective } }${typeof terms === 'function' ? ': hand over the function that it gives' : ''}`,
    );
  for (const [part, named] of Object.entries(terms)) {
    assertOneOf('train', 'a part of what the objective gives', part, ['labeled', 'unlabeled']);
    if (named === undefined) continue;
    if (typeof named !== 'object' || named === null || Array.isArray(named.shape))
      throw new TypeError(`train: the objective's ${part} is ${describe(named)}, needed terms by name`);
    const count = batch[part as keyof Batch]?.x.shape[0];
    for (const [name, term] of Object.entries(named as Terms)) {
      if (!Array.isArray(term?.shape))
        throw new TypeError(
          `train: the objective's ${part}.${oneLine(name)} is ${describe(term)}, needed a tensor [B]`,
        );
      if (term.isDisposed)
        throw new RangeError(
          `train: the objective's ${part}.${oneLine(name)} is disposed, needed a living tensor`,
        );
      const [rows = count] = term.shape;
      if (term.shape.length > 1 || (count !== undefined && rows !== count))
        throw new RangeError(
          `train: the objective's ${part}.${oneLine(name)} has shape ${formatShape(term.shape)}, needed one value per example, [${count ?? 'B'}]`,
        );
    }
  }
};

/** Tensors of the step's own: a term may be a variable of the model, or a tensor that the objective made once. */
const keepCopies = (terms: ObjectiveTerms): ObjectiveTerms =>
  Object.fromEntries(
    Object.entries(terms).map(([part, named]: [string, Terms | undefined]) => [
      part,
      named && Object.fromEntries(Object.entries(named).map(([name, term]) => [name, keep(term.clone())])),
    ]),
  );

/** Frees a step's terms. */
export function disposeTerms(terms: ObjectiveTerms): void {
  for (const [, term] of namedTerms(terms)) term.dispose();
}

/** What a step is computed to, before anything is updated; tensors of the scope that it was asked in. */
export interface Differentiated {
  readonly loss: Scalar;
  /** copies of the objective's terms, kept beyond any scope: the caller frees them */
  readonly terms: ObjectiveTerms;
  /** of the loss, bounded where a norm is given, by the name of their variable; those without one are left out */
  readonly gradients: Gradients;
  /** global norm of the gradients before any clipping, where it was asked for or is needed */
  readonly gradientNorm?: Scalar;
  /** 1, or 0 where the loss or a gradient is not finite; given where the work is guarded */
  readonly applied?: Scalar;
}

/**
 * The loss of a step and its gradients; nothing but statistics of the model has moved.
 *
 * @param work of the step
 * @throws what the objective throws; nothing but what the scope holds is then left
 */
export function differentiate<M extends Model>(work: StepWork<M>): Differentiated {
  const { model, objective, batch, context, weights } = work;
  const trainable = Object.entries(work.variables);
  const variables = trainable.map(([, variable]) => variable);
  // Everything made under `variableGrads` is freed when it returns, so the terms are kept by hand.
  let terms: ObjectiveTerms = {};
  const lossOfBatch = (): Scalar => {
    const found = objective(model, batch, context);
    assertNotAsync('train', 'objective', found);
    assertTerms(found, batch);
    terms = keepCopies(found);
    const crossEntropy = scheduled(context, weights.crossEntropy, 'alpha');
    return lossOf(terms, { ...weights, crossEntropy }, variables, batch);
  };
  try {
    const { value: loss, grads } = variableGrads(lossOfBatch, variables);
    // The host names gradients after its own, process-wide variable names.
    const connected = trainable.filter(([, variable]) => grads[variable.name] !== undefined);
    const gradients: Gradients = Object.fromEntries(
      connected.map(([name, variable]) => [name, grads[variable.name] as Tensor]),
    );
    const { clipNorm } = work;
    const norm = clipNorm !== undefined || work.gradientNorm ? globalNorm(gradients) : undefined;
    const applied = work.guarded ? allFinite(gradients, loss, norm) : undefined;
    return {
      loss,
      terms,
      gradients: norm && clipNorm !== undefined ? clipByGlobalNorm(gradients, norm, clipNorm) : gradients,
      ...(norm && { gradientNorm: norm }),
      ...(applied && { applied }),
    };
  } catch (error) {
    disposeTerms(terms);
    freeTape();
    if (isError(error) && error.message.startsWith('Cannot find a connection'))
      throw new RangeError(
        'train: the loss depends on no variable of the model, needed an objective of its nets, without tf.variable or dataSync on the way',
        { cause: error },
      );
    throw error;
  }
}

/** Runs a step at once, operation by operation. */
export function executeEagerly<M extends Model>(work: StepWork<M>): StepOutput {
  const { optimizer, context } = work;
  const statistics = rememberStatistics(work.model);
  let terms: ObjectiveTerms = {};
  try {
    const done = tidy(() => {
      const found = differentiate(work);
      terms = found.terms;
      const { loss, gradients, gradientNorm, applied } = found;
      // Read where that waits for nothing, and masked on the device where it would: selecting costs more than it saves.
      if (applied && !backendTraits().readsAtOnce) {
        optimizer.apply(work.variables, zeroUnless(gradients, applied), context.step, applied);
        statistics.putBackUnless(applied);
      } else if (applied?.dataSync()[0] !== 0) optimizer.apply(work.variables, gradients, context.step);
      else statistics.putBack();
      work.ema?.update(context.step);
      return {
        loss,
        ...(gradientNorm && work.gradientNorm && { gradientNorm }),
        ...(applied && { applied }),
      };
    });
    return { ...done, terms };
  } catch (error) {
    disposeTerms(terms);
    statistics.putBack();
    throw error;
  } finally {
    statistics.dispose();
  }
}
