/** The operations as stock layers of TensorFlow.js, which load where this library is not. */
import { dispose, tensor } from '@tensorflow/tfjs-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { StoredArray } from '../files/safetensors';
import type { Layer } from '../nets/leafLayers';
import type { ConvolutionSettings, Operations } from './operations';

type V = SymbolicTensor;

/** Matrix and zeros of a linear map of columns. */
const linear = (rows: number, columns: number, entry: (row: number, column: number) => number) =>
  [
    {
      shape: [rows, columns],
      data: Float32Array.from({ length: rows * columns }, (_, i) =>
        entry(Math.floor(i / columns), i % columns),
      ),
    },
    { shape: [columns], data: new Float32Array(columns) },
  ] as const;

const shapeOf = ({ shape }: V): readonly number[] => shape.slice(1) as number[];

/**
 * Makes the operations of one net.
 *
 * @param where name of the calling function, for messages
 * @param made takes each layer, of which a net may not need all
 */
export function stockLayers(where: string, made: Layer[]): Operations<V> {
  const names = new Map<string, number>();
  /** Names are those of the library, which may have one twice. */
  const nameOf = (wanted: string): string => {
    const plain = wanted.replace(/[^A-Za-z0-9_]/g, '_');
    const times = (names.get(plain) ?? 0) + 1;
    names.set(plain, times);
    return times === 1 ? plain : `${plain}_${times}`;
  };
  const applied = (layer: Layer, inputs: V | V[], weights: readonly StoredArray[] = []): V => {
    const found = layer.apply(inputs) as V;
    made.push(layer);
    const values = weights.map(({ shape, data }) => tensor(data as Float32Array, [...shape], 'float32'));
    if (values.length > 0) layer.setWeights(values);
    dispose(values);
    return found;
  };
  const dense: Operations<V>['dense'] = (name, x, kernel, bias) =>
    applied(layers.dense({ name: nameOf(name), units: kernel.shape[1] as number }), x, [kernel, bias]);

  return {
    shapeOf,
    dense,
    convolution(name, x, kernel, bias, { strides, padding }: ConvolutionSettings) {
      const [height = 0, width = 0, , filters = 0] = kernel.shape;
      const [rows = 0, columns = 0] = shapeOf(x);
      const halves = padding === 'one' && strides[0] === 2;
      // One row and column of zeros before the image, and one after it on odd sizes, as `StridedConv`.
      const padded = halves
        ? applied(layers.zeroPadding2d({ name: nameOf(`${name}_padding`), padding: [[1, rows % 2], [1, columns % 2]] }), x) // biome-ignore format: one pair per axis
        : x;
      const stride = padding === 'one' && !halves ? 'same' : halves ? 'valid' : padding;
      const settings = { filters, kernelSize: [height, width], strides: [...strides], padding: stride };
      const layer = layers.conv2d({ name: nameOf(name), ...settings } as Parameters<typeof layers.conv2d>[0]);
      return applied(layer, padded, [kernel, bias]);
    },
    doubling(name, x, kernel, bias) {
      const settings = {
        filters: kernel.shape[2] as number,
        kernelSize: 3,
        strides: 2,
        padding: 'valid',
      } as const;
      const full = applied(layers.conv2dTranspose({ name: nameOf(name), ...settings }), x, [kernel, bias]);
      // 2H + 1 rows, of which the first is left out, as in `StridedConvTranspose`.
      return applied(layers.cropping2D({ name: nameOf(`${name}_crop`), cropping: [[1, 0], [1, 0]] }), full); // biome-ignore format: one pair per axis
    },
    batchNorm: (name, x, { gamma, beta, mean, variance }, epsilon) =>
      applied(layers.batchNormalization({ name: nameOf(name), epsilon }), x, [gamma, beta, mean, variance]),
    layerNorm: (name, x, gamma, beta, epsilon) =>
      applied(layers.layerNormalization({ name: nameOf(name), epsilon }), x, [gamma, beta]),
    activation: (name, x, activation) =>
      applied(
        layers.activation({ name: nameOf(name), activation } as Parameters<typeof layers.activation>[0]),
        x,
      ),
    reshape: (name, x, shape) => applied(layers.reshape({ name: nameOf(name), targetShape: [...shape] }), x),
    concatenate: (name, values) => applied(layers.concatenate({ name: nameOf(name) }), [...values]),
    select: (name, x, columns) =>
      dense(
        name,
        x,
        ...linear(shapeOf(x).at(-1) as number, columns.length, (row, column) =>
          columns[column] === row ? 1 : 0,
        ),
      ),
    add: (name, a, b) => applied(layers.add({ name: nameOf(name) }), [a, b]),
    multiply: (name, a, b) => applied(layers.multiply({ name: nameOf(name) }), [a, b]),
    scale(name, x, factor) {
      const width = shapeOf(x).at(-1) as number;
      return dense(name, x, ...linear(width, width, (row, column) => (row === column ? factor : 0)));
    },
    log1p() {
      throw new RangeError(
        `${where}: the likelihood of the model has netInput "log1p", needed "raw": no stock layer has a logarithm`,
      );
    },
  };
}
