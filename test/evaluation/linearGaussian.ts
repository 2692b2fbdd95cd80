/**
 * A semi-supervised VAE whose likelihood is known in closed form:
 *
 *   z ~ N(0, 1),   x | z, y ~ N(slope_y·z + offset_y, σ²),   so   x | y ~ N(offset_y, slope_y² + σ²)
 */
import * as tf from '@tensorflow/tfjs-core';
import { repeatRows } from '../../src/bounds/everyLabel';
import type { Gaussian } from '../../src/distributions/gaussian';
import * as gaussian from '../../src/distributions/gaussian';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import type { Likelihood } from '../../src/distributions/likelihood';
import { codeBound, logLikelihoodOf } from '../../src/models/codeBound';
import { latentKlOf, logRatioOf } from '../../src/models/latentPrior';
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
  /** in place of the likelihood */
  readonly likelihood?: (usual: Likelihood) => Likelihood;
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

  /** One number for each label, as a column. */
  const column = (values: readonly number[]): tf.Tensor2D => tf.tensor2d([...values], [classes, 1]);
  const totals = slopes.map((slope) => slope ** 2 + sigma ** 2);

  const { likelihood: replaced = (usual) => usual } = options;
  const likelihood = replaced(gaussianObservation({ sigma }));
  const encode = (x: tf.Tensor, y?: tf.Tensor): Gaussian =>
    tf.tidy(() => {
      const label = y ?? tf.tile(tf.oneHot([0], classes), [x.shape[0] as number, 1]);
      const slopeByTotal = column(slopes.map((slope, k) => slope / at(totals, k)));
      const logVars = column(totals.map((total) => Math.log(sigma ** 2 / total) + error.logVar));
      const scaled = tf.mul(tf.sub(x, tf.matMul(label, column(offsets))), tf.matMul(label, slopeByTotal));
      return { mean: tf.add(scaled, error.mean), logVar: tf.matMul(label, logVars) };
    });
  const decode = (z: tf.Tensor, y: tf.Tensor): tf.Tensor =>
    tf.add(tf.mul(z, tf.matMul(y, column(slopes))), tf.matMul(y, column(offsets)));

  const model: SemiSupervisedVae = {
    inputShape: [1],
    classes,
    latent: 1,
    variables: {},
    spec: null,
    labelPrior,
    likelihood,
    classify: (x) =>
      tf.tidy(() => {
        // log p(x, y) = −½ (x − offset)² / total + what does not depend on x
        const constants = labelPrior.map((_, k) => at(logits(at(offsets, k)), k));
        const squares = tf.square(tf.sub(x, tf.tensor1d([...offsets])));
        return tf.add<tf.Tensor2D>(
          tf.mul(squares, tf.tensor1d(totals.map((total) => -0.5 / total))),
          tf.tensor1d(constants),
        );
      }),
    infer: (x, context) => ({
      labelLogits: model.classify(x),
      bound(y, { noise = context.noise, logWeight = context.logWeight } = {}) {
        const times = (y.shape[0] as number) / (x.shape[0] as number);
        const q = encoderSeesLabel ? encode(repeatRows(x, times), y) : encode(x);
        const z = gaussian.sample(q, noise.split('latent'));
        const everyRow = encoderSeesLabel ? z : repeatRows(z, times);
        return codeBound({
          logLikelihood: logLikelihoodOf(model, decode(everyRow, y), x, context),
          latentKl: latentKlOf(model, q, z),
          logRatio: logWeight ? logRatioOf(model, q, z) : undefined,
        });
      },
    }),
    embed: (x) => tf.zeros([x.shape[0] as number, 1]),
    generate: () => tf.zeros([1, 1]),
    reconstruct: (x) => x.clone(),
    dispose: () => {},
  };
  return { model, encode, logJoint, logEvidence, posterior, logits, logNormal };
}
