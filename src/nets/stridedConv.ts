/** Convolutions 3×3 that keep, halve and double a feature map, exactly as PyTorch's padding 1 does. */
import {
  add,
  conv2d,
  conv2dTranspose,
  pad,
  type serialization,
  slice,
  type Tensor,
  type Tensor4D,
  tidy,
} from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import { integersFrom, number, oneOf, readOptions, unchecked } from '../core/options';
import { type Activation, activate, activationName } from './activation';

/** Arguments of {@link StridedConvTranspose}. */
export interface StridedConvTransposeOptions {
  /** layer name */
  readonly name: string;
  /** channels of the output */
  readonly filters: number;
  /** default `'linear'` */
  readonly activation?: Activation;
}

/** Arguments of {@link StridedConv}. */
export interface StridedConvOptions extends StridedConvTransposeOptions {
  /** 2 halves the map, 1 keeps its size; default 2 */
  readonly stride?: 1 | 2;
}

const kernelRules = () => ({
  name: unchecked<string>(),
  filters: number(integersFrom(1)),
  activation: activationName<Activation>('linear'),
});

const KERNEL = 3;
const STRIDE = 2;

abstract class Strided extends layers.Layer {
  protected readonly filters: number;
  protected readonly activation: Activation;

  constructor({ name, filters, activation }: Required<StridedConvTransposeOptions>) {
    super({ name });
    this.filters = filters;
    this.activation = activation;
  }

  /** @ignore */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), filters: this.filters, activation: this.activation };
  }

  protected addKernel(shape: [number, number]): void {
    this.addWeight('kernel', [KERNEL, KERNEL, ...shape], 'float32', initializers.zeros());
    this.addWeight('bias', [this.filters], 'float32', initializers.zeros());
  }

  protected finish(x: Tensor): Tensor {
    return activate(add(x, this.weights[1]?.read() as Tensor), this.activation);
  }

  protected get kernel(): Tensor4D {
    return this.weights[0]?.read() as Tensor4D;
  }
}

type Shape = (number | null)[];

/**
 * Convolution 3×3, stride 2 or 1, padding 1: [B, H, W, C] → [B, ⌈H/stride⌉, ⌈W/stride⌉, filters].
 *
 * The host's `same` pads (0, 1) at stride 2 on even sizes where PyTorch's padding 1 pads (1, 1), so the two see
 * shifted images. One row and column of zeros before, and `valid`, is PyTorch's; on odd sizes one after as well.
 */
export class StridedConv extends Strided {
  /** @ignore */
  static readonly className = 'StridedConv';
  private readonly stride: 1 | 2;

  constructor(options: StridedConvOptions) {
    const { stride, ...kernel } = readOptions('StridedConv', options, {
      ...kernelRules(),
      stride: oneOf([1, 2], 2),
    });
    super(kernel);
    this.stride = stride;
  }

  /** @ignore */
  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), stride: this.stride };
  }

  /** @ignore */
  override build(inputShape: Shape): void {
    this.addKernel([inputShape.at(-1) as number, this.filters]);
    super.build(inputShape);
  }

  /** @ignore */
  override computeOutputShape([batch = null, height = 0, width = 0]: Shape): Shape {
    const sizeAfter = (size: number | null): number => Math.ceil((size as number) / this.stride);
    return [batch, sizeAfter(height), sizeAfter(width), this.filters];
  }

  /** @ignore */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor4D;
    const [, height, width] = x.shape;
    return tidy(() => {
      if (this.stride === 1) return this.finish(conv2d(x, this.kernel, 1, 'same'));
      const padded = pad(x, [[0, 0], [1, height % 2], [1, width % 2], [0, 0]]); // biome-ignore format: one pair per axis
      return this.finish(conv2d(padded, this.kernel, this.stride, 'valid'));
    });
  }
}

/**
 * Transposed convolution 3×3, stride 2, padding 1, output padding 1: [B, H, W, C] → [B, 2H, 2W, filters].
 *
 * The host has no output padding; its `valid` gives 2H + 1 rows, of which PyTorch's padding drops the first.
 */
export class StridedConvTranspose extends Strided {
  /** @ignore */
  static readonly className = 'StridedConvTranspose';

  constructor(options: StridedConvTransposeOptions) {
    super(readOptions('StridedConvTranspose', options, kernelRules()));
  }

  /** @ignore */
  override build(inputShape: Shape): void {
    this.addKernel([this.filters, inputShape.at(-1) as number]);
    super.build(inputShape);
  }

  /** @ignore */
  override computeOutputShape([batch = null, height = 0, width = 0]: Shape): Shape {
    return [batch, (height as number) * 2, (width as number) * 2, this.filters];
  }

  /** @ignore */
  override call(inputs: Tensor | Tensor[]): Tensor {
    const x = (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor4D;
    const [batch, height, width] = x.shape;
    const [rows, columns] = [height * STRIDE, width * STRIDE];
    return tidy(() => {
      const shape: [number, number, number, number] = [batch, rows + 1, columns + 1, this.filters];
      const full = conv2dTranspose(x, this.kernel, shape, STRIDE, 'valid');
      return this.finish(slice(full, [0, 1, 1, 0], [batch, rows, columns, this.filters]));
    });
  }
}
