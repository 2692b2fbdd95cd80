/** Contract of objectives: what a model is trained to maximise. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Batch } from '../core/batch';
import type { Json } from '../core/json';
import type { Noise } from '../core/noise';
import type { Model } from './model';

/** What an objective may depend on beside model and batch. */
export interface ObjectiveContext {
  /** 0, 1, 2, … */
  readonly step: number;
  /** the step's own stream: an objective that splits it by name draws the same numbers whenever the step is run */
  readonly noise: Noise;
}

/** Named terms, [B] each in nats; a batch statistic is a scalar. Larger is better. */
export type Terms = Readonly<Record<string, Tensor>>;

/**
 * Terms of either part of a batch.
 *
 * A part may hold `objective` (what is maximised, cross-entropy apart) and `elbo` (the plain bound, for the
 * record); the labelled part `crossEntropy`, which the step weights with α. Other names are free.
 */
export interface ObjectiveTerms {
  /** terms of the labelled examples; absent where the batch has none */
  readonly labeled?: Terms;
  /** terms of the unlabelled examples; absent where the batch has none */
  readonly unlabeled?: Terms;
}

/** A function from model and batch to named terms; it must read nothing that changes between steps but its arguments. */
export interface Objective<M extends Model = Model> {
  (model: M, batch: Batch, context: ObjectiveContext): ObjectiveTerms;
  /** its settings: a run is resumed only with the same; one's own objective may do without */
  readonly spec?: Json;
}
