/** q(z|x[,y]) and p(x|z,y) at every label: what the exact-sum bounds have in common. */
import { type Tensor, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { repeatRows, withEveryLabel } from '../bounds/everyLabel';
import type { Noise } from '../core/noise';
import { assertShapes } from '../core/shape';
import * as gaussian from '../distributions/gaussian';
import type { SemiSupervisedVae } from '../models/model';

/**
 * A batch folded over its labels, and its posterior.
 *
 * Where the encoder sees no label, q(z|x) has one row for each example, and codes are shared by its labels: one
 * encoder pass, and less noise in the difference between labels.
 */
export type EveryPosterior = {
  /** inputs, [B·K, …] */
  readonly x: Tensor;
  /** one-hot labels, [B·K, K] */
  readonly labels: Tensor2D;
  /** mean of q(z|x[,y]), [B·K, Z], or [B, Z] where the encoder sees no label */
  readonly mean: Tensor;
  /** log-variance, as the mean */
  readonly logVar: Tensor;
};

/** Encodes a batch [B, …] with every label. */
export const encodeEveryLabel = (model: SemiSupervisedVae, x: Tensor): EveryPosterior =>
  tidy(() => {
    const every = withEveryLabel(x, model.classes);
    const { mean, logVar } = model.encoderSeesLabel ? model.encode(every.x, every.labels) : model.encode(x);
    return { ...every, mean, logVar };
  });

/** A value of q, one for each of its rows, for each example and label: [B·K, …]. */
export const forEveryLabel = (model: SemiSupervisedVae, values: Tensor): Tensor =>
  model.encoderSeesLabel ? values : repeatRows(values, model.classes);

/** A draw z ~ q(z|x[,y]), in the rows of q, and log p(x|z,y) at it, [B·K]. */
export const drawEveryLabel = (
  where: string,
  model: SemiSupervisedVae,
  { x, labels, ...q }: EveryPosterior,
  noise: Noise,
) =>
  tidy((): { z: Tensor; logLikelihood: Tensor1D } => {
    const z = gaussian.sample(q, noise);
    const logLikelihood = model.likelihood.logProb(model.decode(forEveryLabel(model, z), labels), x);
    // One that sums over the batch would broadcast.
    assertShapes(where, { labels: [labels, 'B K'], logLikelihood: [logLikelihood, 'B', 'float32'] });
    return { z, logLikelihood };
  });
