/** Contracts of models: what objectives, evaluation, the trainer and files rely on. */
import type { Tensor, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import type { InputSpec } from '../core/inputs/registry';
import type { Noise } from '../core/noise';
import type { Likelihood } from '../distributions/likelihood';
import type { Json } from '../files/json';
import type { Pass } from '../nets/pass';

/** What every model is: named variables, and a description that rebuilds it. */
export interface Model {
  /** shape of one example, without the batch axis */
  readonly inputShape: readonly number[];
  /** K; absent in a model without classes */
  readonly classes?: number;
  /** how raw inputs are read, where the model was made for such: `predict` and its siblings then take them */
  readonly input?: InputSpec;
  /** C, the covariates of each example that the model reads, such as its domain; absent in a model that reads none */
  readonly covariates?: number;
  /** every variable by name, batch-norm statistics among them, in a fixed order */
  readonly variables: Readonly<Record<string, Variable>>;
  /**
   * JSON that rebuilds the model. `null` in it marks what `loadModel` needs again, such as your own nets. For a model of
   * your own, `loadVariables` and a resumed run compare it
   */
  readonly spec: Json;
  /**
   * what the spec leaves out of your own nets, as JSON by net: class and settings of each layer, without names and weights.
   * A resumed run, a search with a storage, `loadModel` and `loadVariables` compare it. The ready models have it for your own
   * nets. A model of your own may leave it out: it is then not compared
   */
  readonly structure?: Json;
  /** Frees everything the model created, its variables included. Nets that you passed in remain yours. Idempotent. */
  dispose(): void;
}

/** A model with q(y|x). */
export interface Classifier extends Model {
  /** K */
  readonly classes: number;
  /** what the classes are called, one name for each; `predict` gives them. Default: none, and their indices are given */
  readonly classNames?: readonly string[];
  /**
   * T: `predict` and evaluation read q(y|x) as softmax(logits / T), training does not; default 1. `calibrate` chooses it
   */
  readonly temperature?: number;
  /** logits of q(y|x) at T = 1, [B, K], of inputs [B, …]; in evaluation mode */
  classify(x: Tensor, known?: Known): Tensor2D;
}

/** How a bound is computed. */
export interface BoundContext {
  /**
   * Stream of every draw: each latent takes the split of its own name, `latent` for z, and layers that draw take `nets`.
   * The same stream gives the same draws.
   */
  readonly noise: Noise;
  /** whether the nets train: batch statistics and layers' noise are then on; default `false` */
  readonly training?: boolean;
  /** whether a training pass moves the running statistics of batch norm; default `true` */
  readonly updateStatistics?: boolean;
  /** whether the terms hold `logWeight`; default `false` */
  readonly logWeight?: boolean;
  /** what is known of each example beside x, [B, C]; a model that does not read it ignores it */
  readonly covariates?: Tensor;
  /** 1 where a value of x is known and 0 where it is missing, in the shape of x; default all are known */
  readonly observed?: Tensor;
}

/** What is known of inputs beside x, where the model reads covariates. */
export type Known = Pick<BoundContext, 'covariates'>;

/**
 * A bound at one draw of the latents, one value per row, in nats. log p(y) is not part of it.
 *
 *   elbo = logLikelihood − Σ of the divergences
 *
 * Every divergence is a term of its own whose name ends in `Kl`: `latentKl`, `auxiliaryKl`, `latentKl.2`. An objective
 * weights them by these names. Terms of other names are reported beside the bound.
 */
export interface BoundTerms {
  /** the bound at the draw */
  readonly elbo: Tensor1D;
  /** log p(x|z[,y]) */
  readonly logLikelihood: Tensor1D;
  /** KL(q(z|x[,y]) ‖ p(z)), or its value at the draw */
  readonly latentKl: Tensor1D;
  /** log p(x, latents | y) − log q(latents | x, y) at the draw; present where the context asks for it */
  readonly logWeight?: Tensor1D;
  readonly [name: string]: Tensor1D | undefined;
}

/** How examples are generated. */
export interface GenerateOptions {
  /**
   * t of z ~ N(0, t² I), above 0; default 1, the prior itself. Below 1 the examples are more typical, and more alike. A prior
   * of your own has the temperature 1 alone
   */
  readonly temperature?: number;
  /** covariates of the examples, [N, C]; a model that reads covariates needs them, and no other takes them */
  readonly covariates?: Tensor;
}

/** A model of p(x) without labels. */
export interface Vae extends Model {
  /** Z, the width of {@link Vae.embed} */
  readonly latent: number;
  /** p(x|z) given the decoder's output */
  readonly likelihood: Likelihood;
  /** the bound on log p(x) at one draw, rows [B] */
  bound(x: Tensor, context: BoundContext): BoundTerms;
  /** E[z|x] of inputs [B, …]: [B, Z] */
  embed(x: Tensor, known?: Known): Tensor2D;
  /** E[x|z] at `count` draws z ~ p(z): [count, …] */
  generate(count: number, seed: number | Noise, options?: GenerateOptions): Tensor;
  /** E[x|z] at z = E[z|x] */
  reconstruct(x: Tensor): Tensor;
}

/** How the bound at a label is computed. */
export interface LabelBoundOptions {
  /** stream of the draws made below the label; default that of the context */
  readonly noise?: Noise;
  /** whether the terms hold `logWeight`; default that of the context */
  readonly logWeight?: boolean;
  /**
   * how much each row of y counts in batch statistics, a value for each: [R] or [B, K]; see {@link Pass.rowWeights}. The
   * nets that see y get them. A model without batch norm ignores them
   */
  readonly rowWeights?: Tensor;
}

/** What a model infers from one batch. The latents that q(y|·) reads are drawn once and shared by every label. */
export interface LabelInference {
  /** logits of q(y|x), or of q(y|x, draws), [B, K] */
  readonly labelLogits: Tensor2D;
  /** the draws that q(y|·) reads, [B, F], where it reads some; objectives with `domainDiscrepancy` compare them by domain */
  readonly features?: Tensor2D;
  /** the bound on log p(x|y) at one draw; y has rows [B, K], or every label [B·K, K] in the order of `everyLabel` */
  bound(y: Tensor, options?: LabelBoundOptions): BoundTerms;
}

/** A classifier with a code that generates examples of a class. It may have no bound. */
export interface GenerativeClassifier extends Classifier {
  /** Z, the width of {@link GenerativeClassifier.embed} */
  readonly latent: number;
  /** p(x|z[,y]) given the decoder's output */
  readonly likelihood: Likelihood;
  /** π of p(y) = Cat(π): K probabilities, all above 0, summing to 1 */
  readonly labelPrior: readonly number[];
  /** the code of inputs [B, …]: [B, Z]; Σ_y q(y|x) E[z|x,y] where it is drawn */
  embed(x: Tensor, known?: Known): Tensor2D;
  /** E[x|z,y] at z ~ p(z), one example for each class index of a list: [N, …] */
  generate(
    labels: ArrayLike<number> & Iterable<number>,
    seed: number | Noise,
    options?: GenerateOptions,
  ): Tensor;
  /**
   * E[x|z,y′] at z = E[z|x,y]; y [B, K] is the mode of q(y|x) by default, and y′ is y. Rows of y′ may be [B, K], or every
   * label [B·K, K]
   */
  reconstruct(x: Tensor, y?: Tensor, as?: Tensor, known?: Known): Tensor;
}

/** A model with labels, known or not: q(y|x) and a bound on log p(x|y). */
export interface SemiSupervisedVae extends GenerativeClassifier {
  /** whether q(y|·) reads a draw: the importance bound then infers anew for every draw; default `false` */
  readonly classifiesDraws?: boolean;
  /** q(y|x) and the bound of inputs [B, …]. Call it in `tf.tidy`: its features live until the tidy ends. */
  infer(x: Tensor, context: BoundContext): LabelInference;
  /**
   * E[x|z,y] at one draw z ~ p(z) for each row of y [R, K]: [R, …]. In a training pass it has a gradient in the decoder.
   * Objectives with `generatedLabels` call it; a model that is trained without them may leave it out
   */
  sampleMean?(y: Tensor, context: BoundContext): Tensor;
}

/** Whether a model infers labels. */
export const hasLabels = (model: Model): model is SemiSupervisedVae =>
  typeof (model as Partial<SemiSupervisedVae> | undefined)?.infer === 'function';

/** The log-likelihood and the divergences of a bound, by name. */
export const partsOf = (terms: BoundTerms): readonly (readonly [string, Tensor1D])[] =>
  Object.entries(terms).filter(
    (term): term is [string, Tensor1D] =>
      term[1] !== undefined && term[0] !== 'elbo' && term[0] !== 'logWeight',
  );
