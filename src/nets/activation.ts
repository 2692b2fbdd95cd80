/** Activations of the presets. */
import { relu, softplus, type Tensor } from '@tensorflow/tfjs-core';
import { assertOneOf } from '../core/assert';

/** Name of an activation, as tfjs-layers spells it. */
export type Activation = 'linear' | 'relu' | 'softplus';

/** Refuses any other name: tfjs-layers knows more, and the layers of this library would take them for `'linear'`. */
export const assertActivation = (where: string, activation: Activation): void =>
  assertOneOf(where, 'activation', activation, ['linear', 'relu', 'softplus']);

/** Applies an activation by name. */
export const activate = (x: Tensor, activation: Activation): Tensor =>
  activation === 'relu' ? relu(x) : activation === 'softplus' ? softplus(x) : x;
