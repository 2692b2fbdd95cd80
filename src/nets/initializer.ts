/** Initial weights, drawn from `noise`. */
import { tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { assertOneOf } from '../core/assert';
import { assertNoise, type Noise } from '../core/noise';
import { AT_LEAST_0, number, readOptions } from '../core/options';
import { sizeOf } from '../core/shape';
import { LabelConditionedDense } from './labelConditionedDense';
import { assertNet, type Layer } from './leafLayers';
import { type NamedWeight, weightsOf } from './namedWeights';

/**
 * How weights start.
 *
 * - `'glorot-uniform'`: U(±√(6 / (fan in + fan out))), biases 0 (Glorot & Bengio 2010; the default of Keras).
 * - `'he-normal'`: N(0, 2 / fan in), biases 0 (He et al. 2015).
 * - `'fan-in-uniform'`: U(±1/√fan in), biases likewise (the default of PyTorch's layers).
 * - `{ normal: σ }`: N(0, σ²), biases likewise; the original M2 code starts at σ = 0.001.
 */
export type Initializer =
  | 'glorot-uniform'
  | 'he-normal'
  | 'fan-in-uniform'
  | {
      /** σ, of kernels and biases alike */
      readonly normal: number;
    };

interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

// Normalization over several axes and PReLU have weights of several axes that are no kernels, and must not be drawn.
const isKernel = ({ name, variable }: NamedWeight): boolean =>
  variable.rank > 1 && !/\/(alpha|beta|gamma)(#\d+)?$/.test(name);

// Kernels are [in, out] or [height, width, in, out]; those of transposed convolutions are [height, width, out, in],
// and PyTorch and Keras both count their fans as if they were not. Label-conditioned layers count as one dense
// layer on [features, label]; a bias has the fans of its layer's first kernel.
const fansOf = (layer: Layer, { shape }: Variable): Fans => {
  const kernels = layer.weights.map((weight) => weight.shape as number[]).filter(({ length }) => length > 1);
  const joined = layer instanceof LabelConditionedDense;
  const kernel = (shape.length > 1 && !joined ? shape : kernels[0]) as number[];
  const [fanIn = 1, fanOut = 1] = kernel.slice(-2);
  const taps = sizeOf(kernel.slice(0, -2));
  const label = joined ? (kernels[1]?.[0] ?? 0) : 0;
  return { fanIn: fanIn * taps + label, fanOut: fanOut * taps };
};

const draw = (
  initializer: Initializer,
  count: number,
  { fanIn, fanOut }: Fans,
  bias: boolean,
  noise: Noise,
): Float32Array => {
  const uniform = (bound: number): Float32Array => noise.uniforms(count).map((u) => bound * (2 * u - 1));
  const normal = (sd: number): Float32Array => noise.normals(count).map((n) => sd * n);
  if (typeof initializer === 'object') return normal(initializer.normal);
  if (initializer === 'fan-in-uniform') return uniform(1 / Math.sqrt(fanIn));
  if (bias) return new Float32Array(count);
  return initializer === 'he-normal'
    ? normal(Math.sqrt(2 / fanIn))
    : uniform(Math.sqrt(6 / (fanIn + fanOut)));
};

/** Refuses what is no {@link Initializer}. */
export function assertInitializer(where: string, initializer: Initializer): void {
  if (typeof initializer === 'object' && initializer !== null)
    readOptions(where, initializer, { normal: number(AT_LEAST_0) }, 'initializer');
  else assertOneOf(where, 'initializer', initializer, ['glorot-uniform', 'he-normal', 'fan-in-uniform']);
}

/**
 * Draws every kernel and bias of a net anew, and of the nets inside it. Everything else keeps what it has: layers
 * without a kernel (batch norm, layer norm, PReLU), and what a layer has beside kernels and biases.
 *
 * A weight's numbers depend on the stream, the layer's and the weight's name alone: another net, or another
 * layer before it, changes nothing. A layer without a name goes by its position, as in `namedWeights`, whatever
 * else was built before; a layer in an inner net by the inner net's name and its own.
 *
 * @param net a built net of dense layers and convolutions
 * @param noise stream; each weight takes its own split of it
 * @param initializer how weights start
 * @throws RangeError when the initializer is none
 * @throws TypeError when net is no tfjs-layers model, or noise no stream
 * @example initializeNet(net, createNoise(1).split('classifier'), 'he-normal')
 */
export function initializeNet(net: LayersModel, noise: Noise, initializer: Initializer): void {
  assertNet('initializeNet', 'net', net);
  assertInitializer('initializeNet', initializer);
  assertNoise('initializeNet', noise);
  const weights = weightsOf(net);
  const withKernel = new Set(weights.filter(isKernel).map(({ layer }) => layer));
  for (const weight of weights) {
    const { name, layer, variable } = weight;
    const bias = withKernel.has(layer) && /bias(#\d+)?$/i.test(name);
    if (!bias && !isKernel(weight)) continue;
    const values = draw(initializer, variable.size, fansOf(layer, variable), bias, noise.split(name));
    tidy(() => variable.assign(tensor(values, variable.shape)));
  }
}
