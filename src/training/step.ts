/** One training step: loss, gradients and update. */
import { type Scalar, type Tensor, tidy, type Variable, variableGrads } from '@tensorflow/tfjs-core';
import type { Batch } from '../core/batch';
import { isError } from '../core/messageOf';
import { assertNotAsync } from '../core/notAsync';
import { readsAtOnce } from '../host/backendTraits';
import { freeTape } from '../host/tape';
import type { Model } from '../models/model';
import type { Objective, ObjectiveContext, ObjectiveTerms } from '../models/objectives/objective';
import { type LossWeights, lossOf } from './loss';
import type { Ema } from './optimizer/ema';
import { allFinite, clipByGlobalNorm, type Gradients, globalNorm, zeroUnless } from './optimizer/gradients';
import type { Optimizer } from './optimizer/optimizer';
import { rememberStatistics } from './statistics';
import { assertTerms, disposeTerms, keepCopies } from './terms';

/** Everything that one step needs; nothing else is read. */
export interface StepWork<M extends Model = Model> {
  /** what the objective is of */
  readonly model: M;
  /** what is updated in place, by the names that the optimizer knows */
  readonly variables: Readonly<Record<string, Variable>>;
  /** what is maximised */
  readonly objective: Objective<M>;
  /** turns gradients of the loss into an update */
  readonly optimizer: Optimizer;
  /** the step's examples, augmented; still the caller's */
  readonly batch: Batch;
  /** the step's number and its own stream of noise */
  readonly context: ObjectiveContext;
  /** of the loss's parts at this step, schedules evaluated */
  readonly weights: LossWeights;
  /** the greatest global norm of the gradients; longer ones are shortened */
  readonly clipNorm?: number;
  /** whether the norm of the gradients is to be reported */
  readonly gradientNorm?: boolean;
  /** whether an update is left out where the loss or a gradient is not finite */
  readonly guarded?: boolean;
  /** an average of the weights that takes in what the step leaves */
  readonly ema?: Ema;
}

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
    return lossOf(terms, weights, variables, batch);
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
      if (applied && !readsAtOnce()) {
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
