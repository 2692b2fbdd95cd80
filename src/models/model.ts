/** Contracts of models: what the trainer, evaluation and files rely on. */
import type { Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { Noise } from '../core/noise';
import type { Gaussian } from '../distributions/gaussian';
import type { LatentPrior } from '../distributions/latentPrior';
import type { Likelihood } from '../distributions/likelihood';
import type { Json } from '../files/json';

/** What every model is: named variables, and a description that rebuilds it. */
export interface Model {
  /** shape of one example, without the batch axis */
  readonly inputShape: readonly number[];
  /** K; a model that knows of no classes has none */
  readonly classes?: number;
  /** every variable by name, batch-norm statistics among them, in a fixed order */
  readonly variables: Readonly<Record<string, Variable>>;
  /**
   * JSON that rebuilds a preset; for a user's own nets it names what must be handed in again. Of a model of one's own it
   * is what `loadVariables` and a resumed run compare
   */
  readonly spec: Json;
  /**
   * frees what was made with the model, its variables among it, and the model cannot be used afterwards; nets that were
   * handed in stay whose they are. A second call does nothing.
   */
  dispose(): void;
}

/** A model with q(y|x). */
export interface Classifier extends Model {
  /** K */
  readonly classes: number;
  /** logits of q(y|x), [B, K], of inputs [B, …]; in evaluation mode */
  classify(x: Tensor): Tensor2D;
}

/** A model with q(z|x) and p(x|z), and without labels. */
export interface Vae extends Model {
  /** Z */
  readonly latent: number;
  /** p(x|z) given the decoder's output */
  readonly likelihood: Likelihood;
  /** p(z), where it is not N(0, I) */
  readonly prior?: LatentPrior;
  /** q(z|x) of inputs [B, …] */
  encode(x: Tensor): Gaussian;
  /** parameters of p(x|z) of codes [B, Z] */
  decode(z: Tensor): Tensor;
  /** E[x|z] at `count` draws z ~ p(z): [count, …] */
  generate(count: number, noise: Noise): Tensor;
  /** E[x|z] at z = E[z|x] */
  reconstruct(x: Tensor): Tensor;
}

/** A model with q(y|x), q(z|x[,y]) and p(x|z,y): what bounds and figures are computed from. */
export interface SemiSupervisedVae extends Classifier {
  /** Z */
  readonly latent: number;
  /** p(x|z,y) given the decoder's output */
  readonly likelihood: Likelihood;
  /** p(z), where it is not N(0, I) */
  readonly prior?: LatentPrior;
  /** π of p(y) = Cat(π): K probabilities, all above 0, summing to 1 */
  readonly labelPrior: readonly number[];
  /** whether the posterior is q(z|x,y); otherwise it is q(z|x) and `encode` takes no label */
  readonly encoderSeesLabel: boolean;
  /** q(z|x[,y]) of inputs [B, …] and, where the encoder sees it, labels [B, K] */
  encode(x: Tensor, y?: Tensor): Gaussian;
  /** parameters of p(x|z,y) of codes [B, Z] and labels [B, K] */
  decode(z: Tensor, y: Tensor): Tensor;
  /** E[x|z,y] at z ~ p(z), one image for each label of a list of class indices: [N, …] */
  generate(labels: ArrayLike<number> & Iterable<number>, noise: Noise): Tensor;
  /** E[x|z,y] at z = E[z|x,y]; y is the classifier's mode where no labels [B, K] are given */
  reconstruct(x: Tensor, y?: Tensor): Tensor;
}
