/** Batch normalization whose running statistics move only when the caller says so. */
import {
  add,
  div,
  matMul,
  mean,
  moments,
  mul,
  reshape,
  rsqrt,
  type serialization,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import { describe, formatShape } from '../core/describe';
import { ABOVE_0, BELOW_1, number, readOptions, unchecked } from '../core/options';
import { isShaped, sizeOf } from '../core/shape';
import type { Pass } from './pass';

interface Moments {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** Arguments of the layer. */
export interface BatchNormOptions {
  /** layer name */
  readonly name: string;
  /** share of the old running statistics that is kept at each update; default 0.9 (that of PyTorch, as momentum 0.1) */
  readonly momentum?: number;
  /** added to the variance; default 1e-5 (that of PyTorch) */
  readonly epsilon?: number;
}

/** Mean and variance of each channel, with the share of each row, [1, R], in them. */
const weightedMoments = (x: Tensor, shares: Tensor): Moments => {
  const channels = x.shape.at(-1) as number;
  // A product with the row of shares makes no tensor as large as x, in the gradient neither: several times faster than sums.
  const averageOf = (values: Tensor): Tensor => {
    const perPosition = matMul(shares, reshape(values, [shares.size, -1]));
    return mean(reshape(perPosition, [-1, channels]), 0);
  };
  const average = averageOf(x);
  return { mean: average, variance: averageOf(square(sub(x, average))) };
};

/** Weights as the share of each of the rows, [1, rows]; rows that serve several labels get the sum of their weights. */
const sharesOf = (weights: Tensor, rows: number): Tensor => {
  if (!isShaped(weights))
    throw new TypeError(`BatchNorm: rowWeights is ${describe(weights)}, needed a tensor of ${rows} weights`);
  if (weights.size % rows !== 0)
    throw new RangeError(
      `BatchNorm: rowWeights has shape ${formatShape(weights.shape)}, needed a weight for each of ${rows} rows`,
    );
  const perRow = weights.size === rows ? weights : sum(reshape(weights, [rows, -1]), 1);
  return reshape(div(perRow, sum(perRow)), [1, rows]);
};

/**
 * Batch normalization (Ioffe & Szegedy 2015) over every axis but the last.
 *
 *   training:    γ · (x − mean_batch) / sqrt(var_batch + ε) + β
 *   evaluation:  γ · (x − running mean) / sqrt(running variance + ε) + β
 *
 *   mean_batch = Σ_r w_r x_r / Σ_r w_r     var_batch = Σ_r w_r (x_r − mean_batch)² / Σ_r w_r     of rows r, and of positions
 *
 * Rows count alike (w = 1) unless the {@link Pass} has `rowWeights`. Where labels are enumerated, an example has K rows in the
 * nets that see y. There w = q(y|x), held constant, so the statistics are those of labels drawn from q(y|x), and labels
 * without probability change nothing.
 *
 * Either variance is over all n values of a channel, as in the paper's training pass and in TensorFlow.js. PyTorch's running
 * variance divides by n − 1, so it is n/(n − 1) times this one: 1 % more at n = 100.
 *
 * The stock layer moves its running statistics in every training pass, and counts every row alike. This layer moves them only
 * in a pass with `updateStatistics`, so once a step:
 *
 *   pass                                                         moves running statistics
 *   unlabeled examples                                           yes
 *   labeled examples                                             only in a step without unlabeled ones
 *   mixed examples of the consistency term                       no
 *   evaluation: classify, embed, generate, reconstruct, bounds   no
 *
 * One value per channel has no statistics, for example a batch of one behind a dense layer: its variance would be 0, and its
 * output β for every input. One example at every label has none either, because the example would cancel out. Such a pass
 * uses the running statistics, as evaluation does, and leaves them as they are.
 *
 * A bias directly before this layer has no effect, because the mean removes it. Its gradient is rounding error alone, which
 * Adam turns into steps of the full rate. Training does not feel them. Evaluation does at a high rate, because the running
 * mean lags behind. The presets keep such biases. Leave them out of your own nets (`useBias: false`).
 */
export class BatchNorm extends layers.Layer {
  /** @ignore */
  static readonly className = 'BatchNorm';
  readonly #momentum: number;
  readonly #epsilon: number;

  constructor(options: BatchNormOptions) {
    const { name, momentum, epsilon } = readOptions('BatchNorm', options, {
      name: unchecked(),
      momentum: number(BELOW_1, 0.9),
      epsilon: number(ABOVE_0, 1e-5),
    });
    super({ name });
    this.#momentum = momentum;
    this.#epsilon = epsilon;
  }

  /** @ignore */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), momentum: this.#momentum, epsilon: this.#epsilon };
  }

  /** @ignore */
  override build(inputShape: (number | null)[]): void {
    const shape = [inputShape.at(-1) as number];
    this.addWeight('gamma', shape, 'float32', initializers.ones());
    this.addWeight('beta', shape, 'float32', initializers.zeros());
    this.addWeight('movingMean', shape, 'float32', initializers.zeros(), undefined, false);
    this.addWeight('movingVariance', shape, 'float32', initializers.ones(), undefined, false);
    super.build(inputShape);
  }

  /** @ignore */
  override call(
    inputs: Tensor | Tensor[],
    { training = false, updateStatistics = training, examples, rowWeights }: Pass = {},
  ): Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
    const [rows = 1, ...positions] = x.shape.slice(0, -1);
    // `weights` lists trainable ones first, in the order they were added.
    const [gamma, beta, runningMean, runningVariance] = this.weights.map((weight) =>
      weight.read(),
    ) as Variable[];
    return tidy(() => {
      const axes = x.shape.slice(0, -1).map((_, axis) => axis);
      const hasStatistics = training && (examples ?? rows) * sizeOf(positions) > 1;
      const batchMoments = (): Moments =>
        rowWeights !== undefined ? weightedMoments(x, sharesOf(rowWeights, rows)) : moments(x, axes);
      const batch = hasStatistics
        ? batchMoments()
        : { mean: runningMean as Tensor, variance: runningVariance as Tensor };
      if (hasStatistics && updateStatistics) {
        this.#move(runningMean as Variable, batch.mean);
        this.#move(runningVariance as Variable, batch.variance);
      }
      const scale = mul(gamma as Tensor, rsqrt(add(batch.variance, this.#epsilon)));
      return add(mul(sub(x, batch.mean), scale), beta as Tensor);
    });
  }

  #move(running: Variable, now: Tensor): void {
    running.assign(add(mul(running, this.#momentum), mul(now, 1 - this.#momentum)));
  }
}
