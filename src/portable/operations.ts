/**
 * The operations that a model's nets consist of. The walk over the nets is written once; each format implements the operations
 * for values of its own.
 */
import type { StoredArray } from '../files/safetensors';

/** How a convolution moves over an image. */
export interface ConvolutionSettings {
  readonly strides: readonly [number, number];
  /** zeros around the image: one on every side, none, or as TensorFlow's `same` */
  readonly padding: 'one' | 'valid' | 'same';
}

/** Weights of batch normalization, [C] each. */
export interface BatchNormWeights {
  readonly gamma: StoredArray;
  readonly beta: StoredArray;
  readonly mean: StoredArray;
  readonly variance: StoredArray;
}

/** Operations on values of a format, [B, …] each; images are NHWC. Names say where an operation comes from. */
export interface Operations<V> {
  /** shape of a value, without the batch axis */
  shapeOf(x: V): readonly number[];
  /** x·W + b over the last axis */
  dense(name: string, x: V, kernel: StoredArray, bias: StoredArray): V;
  /** kernel [height, width, in, out] */
  convolution(name: string, x: V, kernel: StoredArray, bias: StoredArray, settings: ConvolutionSettings): V;
  /** kernel [3, 3, out, in], stride 2: [H, W, in] → [2H, 2W, out], as `StridedConvTranspose` */
  doubling(name: string, x: V, kernel: StoredArray, bias: StoredArray): V;
  /** over every axis but the last, by running statistics */
  batchNorm(name: string, x: V, weights: BatchNormWeights, epsilon: number): V;
  /** over the last axis */
  layerNorm(name: string, x: V, gamma: StoredArray, beta: StoredArray, epsilon: number): V;
  /** by the names of tfjs-layers; throws a RangeError where the format lacks it */
  activation(name: string, x: V, activation: string): V;
  reshape(name: string, x: V, shape: readonly number[]): V;
  /** along the last axis */
  concatenate(name: string, values: readonly V[]): V;
  /** columns of rows [B, D] */
  select(name: string, x: V, columns: readonly number[]): V;
  /** the same shape each */
  add(name: string, a: V, b: V): V;
  /** the same shape each */
  multiply(name: string, a: V, b: V): V;
  /** by a number */
  scale(name: string, x: V, factor: number): V;
  /** log(1 + max(x, 0)) of the columns that a list says, and of all without one; throws a RangeError where the format lacks it */
  log1p(name: string, x: V, columns: readonly boolean[] | undefined): V;
}
