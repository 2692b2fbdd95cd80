/** Activations of the presets. */
import { relu, softplus, type Tensor } from '@tensorflow/tfjs-core';
import { oneOf, type Rule } from '../core/options';

/** Name of an activation, as tfjs-layers spells it. */
export type Activation = 'linear' | 'relu' | 'softplus';

/** The option: tfjs-layers knows more names, and the layers of this library would take them for `'linear'`. */
export const activationName = <A extends Activation>(fallback: A): Rule<A> =>
  oneOf<Activation>(['linear', 'relu', 'softplus'], fallback) as Rule<A>;

/** Applies an activation by name. */
export const activate = (x: Tensor, activation: Activation): Tensor =>
  activation === 'relu' ? relu(x) : activation === 'softplus' ? softplus(x) : x;
