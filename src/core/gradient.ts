/**
 * A typed `tf.customGrad`.
 *
 * Every input must be a tensor argument: a tensor that the callback merely closes over gets no gradient, and
 * TensorFlow.js does not say so. Second derivatives are not offered. The engine asks for all gradients at once, wanted
 * or not, so that of an argument that is data as a rule costs its kernels at every backward pass: keep it short.
 */
import { clone, customGrad, type GradSaveFunc, type Tensor } from '@tensorflow/tfjs-core';
import { assertFunction } from './assert';
import { atOnce } from './notAsync';

/** Value and vector-Jacobian product of a function with a hand-written gradient. */
export interface ValueAndGradient<Saved extends Tensor[], Out extends Tensor> {
  /** f(inputs) */
  readonly value: Out;
  /** dy · ∂f/∂input for each input in its order, from the upstream gradient dy (shaped as the value) and what was saved */
  readonly gradFunc: (dy: Out, saved: Saved) => Tensor[];
}

/**
 * `tf.customGrad` whose callback is typed by its own arguments.
 *
 * @param f computes the value, saves what its gradient needs, and returns both
 * @returns a function of the same tensors, differentiable by `gradFunc`
 * @throws TypeError when f is not a function, or f or its gradFunc is async
 */
export function customGradient<In extends Tensor[], Saved extends Tensor[], Out extends Tensor>(
  f: (...args: [...In, GradSaveFunc]) => ValueAndGradient<Saved, Out>,
): (...inputs: In) => Out {
  assertFunction('customGradient', 'f', f);
  const checked = (...args: [...In, GradSaveFunc]): ValueAndGradient<Saved, Out> => {
    const { value, gradFunc } = atOnce('customGradient', 'f', f(...args));
    return { value, gradFunc: (dy, saved) => atOnce('customGradient', 'gradFunc', gradFunc(dy, saved)) };
  };
  return customGrad(checked as never) as unknown as (...inputs: In) => Out;
}

/**
 * A tensor as a constant: no gradient reaches what it was computed from.
 *
 * @param x any tensor
 * @returns its values, in the same memory
 */
export const withoutGradient = <T extends Tensor>(x: T): T =>
  // The engine gives no gradient to a tensor that is merely closed over.
  customGrad(() => ({ value: clone(x), gradFunc: () => [] }))() as T;
