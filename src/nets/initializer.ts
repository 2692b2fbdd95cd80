/** Initial weights, drawn from `noise`. */
import { tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { assertNumber, assertOneOf } from '../core/assert';
import type { Noise } from '../core/noise';
import { sizeOf } from '../core/shape';
import { LabelConditionedDense } from './labelConditionedDense';

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

type Layer = InstanceType<typeof layers.Layer>;

interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

// Kernels are [in, out] or [height, width, in, out]; those of transposed convolutions are [height, width, out, in],
// and PyTorch and Keras both count their fans as if they were not. Label-conditioned layers count as one dense
// layer on [features, label].
const fansOf = (layer: Layer): Fans => {
  const [kernel, second] = layer.weights.map((weight) => weight.shape as number[]);
  const [fanIn = 1, fanOut = 1] = (kernel as number[]).slice(-2);
  const taps = (kernel as number[]).slice(0, -2).reduce((product, size) => product * size, 1);
  const label = layer instanceof LabelConditionedDense ? (second?.[0] ?? 0) : 0;
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
  if (typeof initializer === 'object' && initializer !== null) {
    assertNumber(
      where,
      'initializer.normal',
      initializer.normal,
      'a finite number of at least 0',
      (sd) => sd >= 0 && Number.isFinite(sd),
    );
  } else {
    assertOneOf(where, 'initializer', initializer, ['glorot-uniform', 'he-normal', 'fan-in-uniform']);
  }
}

/**
 * Draws every kernel and bias of a net anew; layers without a kernel (batch norm) keep what they have.
 *
 * A weight's numbers depend on the stream, the layer's and the weight's name alone: another net, or another
 * layer before it, changes nothing.
 *
 * @param net a built net of dense layers and convolutions
 * @param noise stream; each weight takes its own split of it
 * @param initializer how weights start
 */
export function initializeNet(net: LayersModel, noise: Noise, initializer: Initializer): void {
  for (const layer of net.layers) {
    if (!layer.weights.some(({ shape }) => shape.length > 1)) continue;
    const fans = fansOf(layer);
    for (const weight of layer.weights) {
      const name = weight.originalName;
      const shape = weight.shape as number[];
      const count = sizeOf(shape);
      const values = draw(initializer, count, fans, shape.length === 1, noise.split(name));
      tidy(() => (weight.read() as Variable).assign(tensor(values, shape)));
    }
  }
}
