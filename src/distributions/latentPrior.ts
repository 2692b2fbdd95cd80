/** Contract of priors p(z) of a latent code. */
import type { Tensor, Tensor1D, Variable } from '@tensorflow/tfjs-core';
import type { Noise } from '../core/noise';

/** p(z): what a code is drawn from, and its density. A model without one of its own has N(0, I). */
export interface LatentPrior {
  /** log p(z) of codes [B, Z]: [B], nats */
  logProb(z: Tensor): Tensor1D;
  /** draws of p(z): [count, Z] */
  sample(count: number, noise: Noise): Tensor;
  /** what is learned in it, by name: trained, averaged and saved with the model, which does not dispose it */
  readonly variables?: Readonly<Record<string, Variable>>;
}
