/** Activations of the presets. */
import { relu, softplus, type Tensor } from '@tensorflow/tfjs-core';

/** Name of an activation, as tfjs-layers spells it. */
export type Activation = 'linear' | 'relu' | 'softplus';

/** Applies an activation by name. */
export const activate = (x: Tensor, activation: Activation): Tensor =>
  activation === 'relu' ? relu(x) : activation === 'softplus' ? softplus(x) : x;
