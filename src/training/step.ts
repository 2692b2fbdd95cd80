/** One training step: loss, gradients and update. */
import { type Scalar, type Tensor, tidy, type Variable, variableGrads } from '@tensorflow/tfjs-core';
import type { Batch } from '../core/batch';
import { isError } from '../core/messageOf';
import { assertNotAsync, atOnce } from '../core/notAsync';
import { backendTraits } from '../host/backendTraits';
import { freeTape } from '../host/tape';
import type { Model } from '../models/model';
import {
  type Objective,
  type ObjectiveContext,
  type ObjectiveTerms,
  scheduled,
} from '../models/objectives/objective';
import { type LossWeights, lossOf } from './loss';
import type { Ema } from './optimizer/ema';
import { allFinite, clipByGlobalNorm, type Gradients, globalNorm, zeroUnless } from './optimizer/gradients';
import type { Optimizer } from './optimizer/optimizer';
import { rememberStatistics } from './statistics';
import { assertTerms, disposeTerms, keepCopies } from './terms';

/** Everything that one step needs and reads. */
export interface StepWork<M extends Model = Model> {
  /** argument of the objective */
  readonly model: M;
  /** variables to update in place, by the names that the optimizer knows */
  readonly variables: Readonly<Record<string, Variable>>;
  /** name of the phase, for messages; left out where the run has no phases */
  readonly phase?: string;
  /** what to maximize */
  readonly objective: Objective<M>;
  /** turns gradients of the loss into an update */
  readonly optimizer: Optimizer;
  /** the step's examples, augmented; they belong to the caller */
  readonly batch: Batch;
  /** the step's number and noise stream */
  readonly context: ObjectiveContext;
  /** weights of the loss's parts */
  readonly weights: LossWeights;
  /** the largest global gradient norm; longer gradients are scaled down */
  readonly clipNorm?: number;
  /** whether to report the gradient norm */
  readonly gradientNorm?: boolean;
  /** whether to skip the update if the loss or a gradient is not finite */
  readonly guarded?: boolean;
  /** a moving average, updated with the weights that the step leaves */
  readonly ema?: Ema;
}

/** Result of a step; the tensors belong to the caller. */
export interface StepOutput {
  /** the loss before the update */
  readonly loss: Scalar;
  /** the objective's terms before the update */
  readonly terms: ObjectiveTerms;
  /** global gradient norm before clipping, if `gradientNorm` was set */
  readonly gradientNorm?: Scalar;
  /** 1, or 0 if the update was skipped; present if `guarded` was set */
  readonly applied?: Scalar;
}

/** Runs a step; another executor (recorded, distributed) plugs in by this type. */
export type Execute = <M extends Model>(work: StepWork<M>) => StepOutput | Promise<StepOutput>;

/** Loss and gradients of a step, before any update; the tensors belong to the enclosing tidy scope. */
export interface Differentiated {
  readonly loss: Scalar;
  /** copies of the objective's terms, kept beyond any scope; the caller disposes them */
  readonly terms: ObjectiveTerms;
  /** gradients of the loss by variable, clipped if a norm is given; variables that the loss ignores have none */
  readonly gradients: Gradients;
  /** global gradient norm before clipping, if it was asked for or is needed */
  readonly gradientNorm?: Scalar;
  /** 1, or 0 if the loss or a gradient is not finite; present if the work is guarded */
  readonly applied?: Scalar;
}

/**
 * The loss of a step and its gradients. Only the model's running statistics have moved.
 *
 * @param work of the step
 * @throws what the objective throws; no tensor is left outside the enclosing scope
 */
export function differentiate<M extends Model>(work: StepWork<M>): Differentiated {
  const { model, objective, batch, context, weights } = work;
  const trainable = Object.entries(work.variables);
  const variables = trainable.map(([, variable]) => variable);
  // `variableGrads` frees every tensor made under it, so the terms are kept by hand.
  let terms: ObjectiveTerms = {};
  const lossOfBatch = (): Scalar => {
    const found = objective(model, batch, context);
    assertNotAsync('train', 'objective', found);
    assertTerms(found, batch);
    terms = keepCopies(found);
    const crossEntropy = scheduled(context, weights.crossEntropy, 'alpha');
    return lossOf(terms, { ...weights, crossEntropy }, variables, batch, work.phase);
  };
  try {
    const { value: loss, grads } = variableGrads(lossOfBatch, variables);
    // TensorFlow.js names gradients after its process-wide variable names.
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
        'train: the loss depends on no trainable variable of the model, needed an objective of nets that are not frozen, without tf.variable or dataSync on the way',
        { cause: error },
      );
    throw error;
  }
}

/** Runs a step at once, operation by operation. */
export function executeEagerly<M extends Model>(work: StepWork<M>): StepOutput {
  const { optimizer, context } = work;
  const statistics = rememberStatistics(work.model);
  const apply = (gradients: Gradients, applied?: Scalar): void =>
    atOnce('train', 'optimizer.apply', optimizer.apply(work.variables, gradients, context.step, applied));
  let terms: ObjectiveTerms = {};
  try {
    const done = tidy(() => {
      const found = differentiate(work);
      terms = found.terms;
      const { loss, gradients, gradientNorm, applied } = found;
      // A backend that answers at once is read. On others the device masks the update, because reading would wait.
      if (applied && !backendTraits().readsAtOnce) {
        apply(zeroUnless(gradients, applied), applied);
        statistics.putBackUnless(applied);
      } else if (applied?.dataSync()[0] !== 0) apply(gradients);
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
