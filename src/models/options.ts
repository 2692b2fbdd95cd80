/** Options that the ready models share. */
import type { InputSpec } from '../core/inputs/registry';
import type { Noise } from '../core/noise';
import { checked, integersFrom, number, optional, seedStream, unchecked } from '../core/options';
import type { LatentPrior } from '../distributions/latentPrior';
import type { Likelihood } from '../distributions/likelihood';
import { assertInitializer, type Initializer } from '../nets/initializer';
import { type ModelData, modelData } from './data';
import { assertPrior } from './latentPrior';

/** What every ready model is made from, apart from its nets. */
export interface ReadyModelOptions {
  /**
   * the data set that the model is for: what you leave out of `inputShape`, `likelihood` and, in a model with labels,
   * `classes` and `classNames` is then the data's, and so is how raw inputs are read. It is read and not kept
   */
  readonly data?: ModelData;
  /** shape of one example, e.g. [28, 28, 1]; default the data's */
  readonly inputShape?: readonly number[];
  /** how raw inputs are read; default the data's, if they were read from raw ones. `predict` then takes such inputs */
  readonly input?: InputSpec;
  /** Z; default 50 (Kingma 2014, §4.3) */
  readonly latent?: number;
  /**
   * p(x|z[,y]) of the decoder's output. Default: the `likelihood` of the data, where the set has one; else `bernoulli` for
   * values in [0, 1], as pixels are, and without `data`, and `gaussianObservation()` for data with real values outside.
   * Whole numbers from 0 may be counts or pixels: for data of such you choose one
   */
  readonly likelihood?: Likelihood;
  /**
   * p(z) of your own; default N(0, I), whose divergence has a closed form. With your own, the divergence is taken at the
   * draw of z, and `loadModel` needs it again
   */
  readonly prior?: LatentPrior;
  /**
   * how a preset's weights start; default `'glorot-uniform'`, the default of the host's layers (Keras; Glorot & Bengio
   * 2010), where Kingma's code has `{ normal: 0.001 }`. Your own nets keep their weights
   */
  readonly initializer?: Initializer;
  /** seed of a preset's initial weights; default 0 */
  readonly seed?: number | Noise;
}

/** How these options are read. */
export const readyModelRules = () => ({
  data: modelData(),
  // Looked at together with the data, by `inputsOf`.
  inputShape: unchecked<readonly number[] | undefined>(),
  likelihood: unchecked<Likelihood | undefined>(),
  // Looked at where the shape is known, by `inputOf`.
  input: unchecked<InputSpec | undefined>(),
  latent: number(integersFrom(1), 50),
  prior: optional(checked<LatentPrior>((where, _, prior) => assertPrior(where, prior))),
  initializer: checked<Initializer>((where, _, start) => assertInitializer(where, start), 'glorot-uniform'),
  seed: seedStream(0),
});
