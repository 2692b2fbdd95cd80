/** A dense layer that takes features and label apart. */
import { add, matMul, reshape, type serialization, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import { formatShape } from '../core/describe';
import { integersFrom, number, readOptions, unchecked } from '../core/options';
import { type Activation, activate, activationName } from './activation';

/** Arguments of the layer. */
export interface LabelConditionedDenseOptions {
  /** layer name */
  readonly name: string;
  /** width of the output */
  readonly units: number;
  /** default `'linear'` */
  readonly activation?: Activation;
}

/**
 * h = activation( x·W_x + y·W_y + b ): a dense layer on the concatenation [x, y], without the concatenation.
 *
 * Inputs are features [B, D] and labels [B, K], or labels [B·m, K] in the order of `everyLabel`: then x·W_x is
 * computed for B rows and shared by the m labels of each, so a sum over K labels costs one product with x, not K.
 */
export class LabelConditionedDense extends layers.Layer {
  /** @ignore */
  static readonly className = 'LabelConditionedDense';
  readonly #units: number;
  readonly #activation: Activation;

  constructor(options: LabelConditionedDenseOptions) {
    const { name, units, activation } = readOptions('LabelConditionedDense', options, {
      name: unchecked(),
      units: number(integersFrom(1)),
      activation: activationName('linear'),
    });
    super({ name });
    this.#units = units;
    this.#activation = activation;
  }

  /** @ignore */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), units: this.#units, activation: this.#activation };
  }

  /** @ignore */
  override build(inputShape: (number | null)[][]): void {
    const [features, labels] = inputShape;
    const width = (shape: (number | null)[] | undefined): number => shape?.at(-1) as number;
    const zero = initializers.zeros();
    this.addWeight('kernel', [width(features), this.#units], 'float32', zero);
    this.addWeight('labelKernel', [width(labels), this.#units], 'float32', zero);
    this.addWeight('bias', [this.#units], 'float32', zero);
    super.build(inputShape);
  }

  /** @ignore */
  override computeOutputShape(inputShape: (number | null)[][]): (number | null)[] {
    return [inputShape[1]?.[0] ?? null, this.#units];
  }

  /** @ignore */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const [x, y] = inputs as [Tensor, Tensor];
    const [kernel, labelKernel, bias] = this.weights.map((weight) => weight.read()) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const rows = x.shape[0] as number;
    const times = (y.shape[0] as number) / rows;
    if (!Number.isInteger(times)) {
      throw new RangeError(
        `LabelConditionedDense: labels have shape ${formatShape(y.shape)}, needed a multiple of the ${rows} rows of the features`,
      );
    }
    return tidy(() => {
      const fromLabel = add(matMul(y, labelKernel), bias);
      const fromFeatures = matMul(x, kernel);
      if (times === 1) return activate(add(fromFeatures, fromLabel), this.#activation);
      const sum = add(
        reshape(fromFeatures, [rows, 1, this.#units]),
        reshape(fromLabel, [rows, times, this.#units]),
      );
      return activate(reshape(sum, [rows * times, this.#units]), this.#activation);
    });
  }
}
