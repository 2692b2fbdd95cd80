/**
 * A semi-supervised VAE whose likelihood is known in closed form:
 *
 *   z ~ N(0, 1),   x | z, y ~ N(slope_y·z + offset_y, σ²),   so   x | y ~ N(offset_y, slope_y² + σ²)
 */
import * as tf from '@tensorflow/tfjs-core';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import type { SemiSupervisedVae } from '../../src/models/model';

export interface LinearGaussianOptions {
  readonly slopes: readonly number[];
  readonly offsets: readonly number[];
  readonly sigma: number;
  readonly labelPrior: readonly number[];
  /** whether the posterior is q(z|x,y); otherwise slopes and offsets of the first label are used */
  readonly encoderSeesLabel?: boolean;
  /** added to the exact posterior's mean and log-variance */
  readonly error?: { readonly mean: number; readonly logVar: number };
  /** added to the exact logits of the first class */
  readonly logitError?: number;
}

const logNormal = (x: number, mean: number, variance: number): number =>
  -0.5 * (Math.log(2 * Math.PI * variance) + (x - mean) ** 2 / variance);

export const at = (values: ArrayLike<number>, i: number): number => values[i] ?? Number.NaN;

export const logSumExp = (values: readonly number[]): number => {
  const highest = Math.max(...values);
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
};

export function linearGaussian(options: LinearGaussianOptions) {
  const { slopes, offsets, sigma, labelPrior, encoderSeesLabel = true, logitError = 0 } = options;
  const { error = { mean: 0, logVar: 0 } } = options;
  const classes = labelPrior.length;

  /** log p(x, y) */
  const logJoint = (x: number, k: number): number =>
    Math.log(at(labelPrior, k)) + logNormal(x, at(offsets, k), at(slopes, k) ** 2 + sigma ** 2);
  /** log p(x) */
  const logEvidence = (x: number): number => logSumExp(labelPrior.map((_, k) => logJoint(x, k)));
  /** q(z|x,y), on the host */
  const posterior = (x: number, k: number) => {
    const total = at(slopes, k) ** 2 + sigma ** 2;
    return {
      mean: (at(slopes, k) * (x - at(offsets, k))) / total + error.mean,
      logVar: Math.log(sigma ** 2 / total) + error.logVar,
    };
  };
  /** logits of q(y|x), on the host */
  const logits = (x: number): number[] =>
    labelPrior.map((_, k) => logJoint(x, k) + (k === 0 ? logitError : 0));

  const rows = (x: tf.Tensor, f: (value: number) => number[]): tf.Tensor2D =>
    tf.tensor2d(Array.from(x.dataSync(), f));

  const model: SemiSupervisedVae = {
    inputShape: [1],
    classes,
    latent: 1,
    variables: {},
    spec: null,
    labelPrior,
    encoderSeesLabel,
    likelihood: gaussianObservation({ sigma }),
    classify: (x) => rows(x, logits),
    encode(x, y) {
      const label = y ? Array.from(tf.argMax(y, 1).dataSync()) : undefined;
      const q = Array.from(x.dataSync(), (value, i) => posterior(value, label?.[i] ?? 0));
      return {
        mean: tf.tensor2d(q.map(({ mean }) => [mean])),
        logVar: tf.tensor2d(q.map(({ logVar }) => [logVar])),
      };
    },
    decode: (z, y) =>
      tf.add(
        tf.mul(z, tf.matMul(y, tf.tensor2d([...slopes], [classes, 1]))),
        tf.matMul(y, tf.tensor2d([...offsets], [classes, 1])),
      ),
    generate: () => tf.zeros([1, 1]),
    reconstruct: (x) => x.clone(),
    dispose: () => {},
  };
  return { model, logJoint, logEvidence, posterior, logits, logNormal };
}
