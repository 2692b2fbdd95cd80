/** The nets of a semi-supervised VAE. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { assertInteger, assertNumber, assertOneOf } from '../core/assert';
import { describe } from '../core/describe';
import { assertExampleShape } from '../core/exampleShape';

/**
 * Nets of q(y|x), q(z|x[,y]) and p(x|z,y), as tfjs-layers models of these inputs and outputs (B the batch axis):
 *
 *   trunk       x [B, …]                               → features [B, …]; where absent, features are x itself
 *   classifier  features                               → logits of q(y|x), [B, K]; no softmax at its end
 *   encoder     features, or [features, y] where the
 *               encoder sees the label                 → [mean [B, Z], logVar [B, Z]]
 *   decoder     [z [B, Z], y [B, K]]                   → parameters of p(x|z,y), [B, …]
 *
 * A classifier that ends in a softmax or in anything else of two ends, a log-variance that cannot be below 0, and a decoder
 * whose last activation cannot give what the likelihood reads (a sigmoid for logits) are refused.
 *
 * Stock batch norm takes its running statistics for a batch of one, as `BatchNorm` does. It does not know `rowWeights` of a
 * {@link Pass}: where labels are enumerated, it counts every label alike, also those without probability, and it moves its
 * running statistics in every training pass. Use {@link BatchNorm} in nets that see y.
 *
 * Layers that are frozen (`trainable: false`) are saved and averaged, and not trained. Constraints and regularizers of layers
 * are refused, as only the `fit` of TensorFlow.js applies them: `train` has `parameterPrior`, and `createAdam` `weightDecay`.
 *
 * Stock dropout and noise layers (`Dropout`, `SpatialDropout1D`, `GaussianNoise`, …, and recurrent layers that drop
 * out) are refused: they draw from a generator hidden in TensorFlow.js, so the same seed would not give the same run.
 * Perturb inputs with `augment` of `train`, or write a layer that draws from the noise of its {@link Pass}:
 *
 *   call(inputs, { training, noise }) {
 *     const x = Array.isArray(inputs) ? inputs[0] : inputs;
 *     if (!training) return x;
 *     return tf.tidy(() => tf.mul(x, tf.add(1, tf.mul(0.1, noise.split(this.name).normal(x.shape)))));
 *   }
 */
export interface SemiSupervisedNets {
  /** features of x that classifier and encoder share; default: x itself */
  readonly trunk?: LayersModel;
  /** logits of q(y|x), [B, K] */
  readonly classifier: LayersModel;
  /** mean and log-variance of q(z|x[,y]), [B, Z] each */
  readonly encoder: LayersModel;
  /** parameters of p(x|z,y), as the likelihood reads them */
  readonly decoder: LayersModel;
  /**
   * `true` when the nets' label inputs go to {@link LabelConditionedDense} layers alone: then labels [B·m, K] are
   * passed with features [B, …] as they are, and nothing is repeated. Default `false`.
   */
  readonly labelsApart?: boolean;
}

/** What a preset needs to know of the model it is made for. */
export interface PresetShape {
  /** shape of one example */
  readonly inputShape: readonly number[];
  /** K */
  readonly classes: number;
  /** Z */
  readonly latent: number;
  /** shape of the decoder's output for one example, as `parameterShape` of the likelihood gives it */
  readonly outputShape: readonly number[];
  /** whether the posterior is q(z|x,y) */
  readonly encoderSeesLabel: boolean;
}

/** Refuses sizes that no net could have. */
export function assertPresetShape(where: string, shape: PresetShape): void {
  assertExampleShape(where, 'inputShape', shape.inputShape);
  assertExampleShape(where, 'outputShape', shape.outputShape);
  for (const name of ['classes', 'latent'] as const) assertInteger(where, name, shape[name]);
  assertOneOf(where, 'encoderSeesLabel', shape.encoderSeesLabel, [true, false]);
}

/** More layers in succession than that train nothing, and keep the host busy for hours. */
export const DEEPEST = 100;

/** Refuses a list of widths that is empty or too long, or holds anything but integers of at least 1. */
export function assertWidths(where: string, name: string, widths: readonly number[]): void {
  if (!Array.isArray(widths))
    throw new TypeError(`${where}: ${name} is ${describe(widths)}, needed an array of integers`);
  for (const width of widths as readonly number[]) assertInteger(where, `one of ${name}`, width);
  const count = `the number of ${name}`;
  assertInteger(where, count, widths.length);
  assertNumber(where, count, widths.length, `at most ${DEEPEST} layers`, (length) => length <= DEEPEST);
}
