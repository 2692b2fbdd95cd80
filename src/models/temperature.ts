/** The temperature of a classifier: what its logits are divided by where probabilities are read. */

import { div, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { atOnce } from '../core/notAsync';
import { type NumberRange, number } from '../core/options';
import { assertShapes } from '../core/shape';
import { isRecord } from '../files/json';
import { assertClassifier } from './fits';
import type { Classifier, Known } from './model';

/** Temperatures at which no logit of a classifier overflows. */
export const TEMPERATURE: NumberRange = {
  needed: 'a number from 1e-6 to 1e6',
  holds: (value) => value >= 1e-6 && value <= 1e6,
};

/** A classifier with a temperature. */
export type Calibrated<C extends Classifier> = C & {
  /** T, what the logits are divided by where probabilities are read */
  readonly temperature: number;
};

/**
 * The model with another temperature.
 *
 *   q(y|x) = softmax(logits(x) / T)
 *
 * `predict`, `evaluateClassifier` and `noveltyScore` read that. `classify`, the bounds, the objectives and so training keep
 * T = 1. The predicted class is the same at every T. `calibrate` chooses T from held-out labels.
 *
 * @param model any classifier; it stays as it is
 * @param temperature T, above 0: above 1 probabilities are less extreme, below 1 more
 * @returns the model beside `temperature`, which its spec holds too. It shares the variables of `model`: train or dispose
 *   either, and you train or dispose both
 * @throws RangeError when T is not a number from 1e-6 to 1e6
 * @example withTemperature(model, 1.5).temperature // 1.5
 */
export function withTemperature<C extends Classifier>(model: C, temperature: number): Calibrated<C> {
  assertClassifier('withTemperature', model);
  number(TEMPERATURE)('withTemperature', 'temperature', temperature);
  const { spec } = model;
  const own = (value: unknown): PropertyDescriptor => ({ value, enumerable: true, writable: true });
  // A model may compute its variables when they are asked for, so its properties are copied and not their values.
  return Object.create(Object.getPrototypeOf(model), {
    ...Object.getOwnPropertyDescriptors(model),
    temperature: own(temperature),
    spec: own(isRecord(spec) ? { ...spec, temperature } : spec),
  });
}

/**
 * Logits of q(y|x) at the temperature of the model, in evaluation mode.
 *
 * @param where name of the calling function, for the message
 * @param known covariates of the inputs, where the model reads some
 * @throws RangeError when the temperature is not a number from 1e-6 to 1e6
 */
export function calibratedLogits(where: string, model: Classifier, x: Tensor, known?: Known): Tensor2D {
  const { temperature = 1 } = model;
  number(TEMPERATURE)(where, 'model.temperature', temperature);
  const logits = atOnce(where, "the model's classify", model.classify(x, known));
  assertShapes(where, { 'the classifier’s logits': [logits, `${x.shape[0]} ${model.classes}`, 'float32'] });
  return temperature === 1 ? logits : div<Tensor2D>(logits, temperature);
}
