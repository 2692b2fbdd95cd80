/** Layer normalization. */
import { add, moments, mul, rsqrt, type serialization, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import { ABOVE_0, number, readOptions, unchecked } from '../core/options';

/** Arguments of the layer. */
export interface LayerNormOptions {
  /** layer name */
  readonly name: string;
  /** added to the variance; default 1e-5 (that of PyTorch) */
  readonly epsilon?: number;
}

/**
 * Layer normalization (Ba et al. 2016) over the last axis: the units of a row, or the channels at a place of an image.
 *
 *   γ · (x − mean) / sqrt(var + ε) + β
 *
 * Rows do not depend on each other, in training as in evaluation: there are no running statistics, a batch of one is like any
 * other, and the rows of enumerated labels need no weights.
 */
export class LayerNorm extends layers.Layer {
  /** @ignore */
  static readonly className = 'LayerNorm';
  readonly #epsilon: number;

  constructor(options: LayerNormOptions) {
    const { name, epsilon } = readOptions('LayerNorm', options, {
      name: unchecked(),
      epsilon: number(ABOVE_0, 1e-5),
    });
    super({ name });
    this.#epsilon = epsilon;
  }

  /** @ignore */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.#epsilon };
  }

  /** @ignore */
  override build(inputShape: (number | null)[]): void {
    const shape = [inputShape.at(-1) as number];
    this.addWeight('gamma', shape, 'float32', initializers.ones());
    this.addWeight('beta', shape, 'float32', initializers.zeros());
    super.build(inputShape);
  }

  /** @ignore */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
    const [gamma, beta] = this.weights.map((weight) => weight.read()) as [Tensor, Tensor];
    return tidy(() => {
      const { mean, variance } = moments(x, -1, true);
      return add(mul(mul(sub(x, mean), rsqrt(add(variance, this.#epsilon))), gamma), beta);
    });
  }
}
