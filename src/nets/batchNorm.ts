/** Batch normalization whose running statistics move when the caller says so. */
import { add, moments, mul, rsqrt, sub, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import { ABOVE_0, BELOW_1, number, readOptions, unchecked } from '../core/options';
import { sizeOf } from '../core/shape';
import type { Pass } from './pass';

/** Arguments of the layer. */
export interface BatchNormOptions {
  /** layer name */
  readonly name: string;
  /** share of the old running statistics that is kept at each update; default 0.9 (that of PyTorch, as momentum 0.1) */
  readonly momentum?: number;
  /** added to the variance; default 1e-5 (that of PyTorch) */
  readonly epsilon?: number;
}

/**
 * Batch normalization (Ioffe & Szegedy 2015) over every axis but the last.
 *
 *   training:    γ · (x − mean_batch) / sqrt(var_batch + ε) + β
 *   evaluation:  γ · (x − running mean) / sqrt(running variance + ε) + β
 *
 * Either variance is over all n values of a channel, as in the paper's training pass and in TensorFlow.js. PyTorch's running
 * variance divides by n − 1, so it is n/(n − 1) times this one: 1 % more at n = 100.
 *
 * A bias right ahead of this layer has no effect, as the mean takes it away, and its gradient is rounding alone, which Adam
 * turns into steps of the full rate. Training does not feel them. Evaluation does where the rate is large, as the running mean
 * lags behind. The presets keep such biases. In nets of your own, leave them out (`useBias: false`).
 *
 * Unlike the stock layer, whose every training pass moves the running statistics, this one moves them only in a
 * {@link Pass} with `updateStatistics`: a step that runs a net on labeled and on unlabeled examples counts once.
 *
 * One value a channel, a batch of one behind a dense layer say, has no statistics: its variance would be 0, its output β,
 * whatever it is. One example at every label has none either: labels would be normalized, and the example cancel out. Such a
 * pass takes the running ones, as in evaluation, and leaves them as they are.
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
    { training = false, updateStatistics = training, examples }: Pass = {},
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
      const batch = hasStatistics
        ? moments(x, axes)
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
