import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { onBackend, relativeDifference, values } from './onBackend';

type Padding =
  | 'same'
  | 'valid'
  | number
  | [[number, number], [number, number], [number, number], [number, number]];

interface Case {
  readonly x: [number, number, number, number];
  readonly filter: [number, number, number];
  readonly strides: number | [number, number];
  readonly pad: Padding;
}

const sides = (top: number, bottom: number, left: number, right: number): Padding => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

type Forward = (input: tf.Tensor4D, weights: tf.Tensor4D) => tf.Tensor;

const outputShape = ({ x, filter: [height, width, channels], strides, pad }: Case) =>
  tf.backend_util.computeConv2DInfo(x, [height, width, x[3], channels], strides, 1, pad).outShape;

const operands = (inputShape: number[], { x, filter: [height, width, channels] }: Case) =>
  [values(inputShape, 1), values([height, width, x[3], channels], 2)] as [tf.Tensor4D, tf.Tensor4D];

/** Output and both gradients, under an upstream that differs at every position. */
const withGradients = (forward: Forward, inputs: [tf.Tensor4D, tf.Tensor4D]): tf.Tensor[] => {
  const output = forward(...inputs);
  const upstream = values(output.shape, 3);
  const loss = (...[input, weights]: tf.Tensor[]) =>
    tf.sum(tf.mul(forward(input as tf.Tensor4D, weights as tf.Tensor4D), upstream));
  return [output, ...tf.grads(loss)(inputs)];
};

const convolution = (shape: Case) => (): tf.Tensor[] =>
  withGradients((x, filter) => tf.conv2d(x, filter, shape.strides, shape.pad), operands(shape.x, shape));

/** conv2dTranspose to the shape a convolution of the case would take in. */
const transposing =
  (shape: Case): Forward =>
  (y, filter) =>
    tf.conv2dTranspose(y, filter, shape.x, shape.strides, shape.pad);

const transposedConvolution = (shape: Case) => (): tf.Tensor[] =>
  withGradients(transposing(shape), operands(outputShape(shape), shape));

const expectAgreement = async (compute: () => tf.Tensor[]): Promise<void> => {
  const [expected, actual] = [await onBackend('cpu', compute), await onBackend('wasm', compute)];
  expect(actual.length).toBe(expected.length);
  for (const [i, values] of expected.entries()) {
    expect(relativeDifference(values, actual[i] as Float32Array), `result ${i}`).toBeLessThan(2e-5);
  }
};

const cases: readonly (readonly [string, Case])[] = [
  ['stride 1, same', { x: [2, 7, 6, 3], filter: [3, 3, 4], strides: 1, pad: 'same' }],
  ['stride 1, same, many channels', { x: [2, 7, 6, 9], filter: [3, 3, 10], strides: 1, pad: 'same' }],
  ['stride 2, same, even size', { x: [2, 14, 14, 8], filter: [3, 3, 16], strides: 2, pad: 'same' }],
  ['stride 2, same, odd size', { x: [2, 7, 7, 9], filter: [3, 3, 5], strides: 2, pad: 'same' }],
  ['stride 2, same, one channel', { x: [3, 28, 28, 1], filter: [3, 3, 8], strides: 2, pad: 'same' }],
  [
    'stride 2, valid, a rest at the border',
    { x: [2, 8, 10, 8], filter: [3, 3, 4], strides: 2, pad: 'valid' },
  ],
  ['stride 2, padding 1', { x: [2, 14, 14, 8], filter: [3, 3, 4], strides: 2, pad: 1 }],
  [
    'padding that differs per side',
    { x: [2, 9, 8, 8], filter: [3, 4, 4], strides: 2, pad: sides(1, 0, 2, 1) },
  ],
  ['padding above the filter', { x: [1, 5, 5, 8], filter: [2, 2, 3], strides: 1, pad: sides(3, 4, 2, 5) }],
  ['stride above the filter, same', { x: [1, 4, 3, 1], filter: [1, 2, 1], strides: 2, pad: 'same' }],
  [
    'windows in the padding alone',
    { x: [2, 5, 1, 3], filter: [4, 1, 9], strides: [3, 1], pad: sides(3, 3, 3, 3) },
  ],
  ['strides that differ per axis', { x: [2, 9, 8, 8], filter: [3, 5, 4], strides: [2, 3], pad: 'same' }],
  ['stride above the filter', { x: [2, 9, 9, 8], filter: [2, 2, 4], strides: 3, pad: 'valid' }],
  ['a filter of 1', { x: [2, 6, 6, 8], filter: [1, 1, 4], strides: 1, pad: 'valid' }],
  ['a filter of 1, stride 2', { x: [2, 6, 6, 8], filter: [1, 1, 4], strides: 2, pad: 'same' }],
  ['a filter as large as the input', { x: [2, 4, 4, 8], filter: [4, 4, 4], strides: 1, pad: 'valid' }],
  ['a filter above the input, same', { x: [2, 3, 2, 8], filter: [5, 5, 4], strides: 1, pad: 'same' }],
];

describe('convolutions on WebAssembly', () => {
  it.each(cases)('has the output and gradients of the cpu backend: %s', (_, shape) =>
    expectAgreement(convolution(shape)),
  );

  it.each(cases)('has the transposed output and gradients of the cpu backend: %s', (_, shape) =>
    expectAgreement(transposedConvolution(shape)),
  );

  it('agrees with the cpu backend for random sizes, strides and paddings', async () => {
    const side = fc.integer({ min: 1, max: 9 });
    const tap = fc.integer({ min: 1, max: 4 });
    const stride = fc.integer({ min: 1, max: 3 });
    const edge = fc.integer({ min: 0, max: 3 });
    const padding = fc.oneof(
      fc.constantFrom<Padding>('same', 'valid'),
      edge,
      fc.tuple(edge, edge, edge, edge).map((edges) => sides(...edges)),
    );
    const shape = fc.record({
      x: fc.tuple(fc.integer({ min: 1, max: 3 }), side, side, fc.constantFrom(1, 3, 8, 11)),
      filter: fc.tuple(tap, tap, fc.constantFrom(1, 2, 9)),
      strides: fc.tuple(stride, stride),
      pad: padding,
    });
    // One number of padding is for square filters and strides: otherwise tfjs-core has the output's width wrong.
    const fits = (drawn: Case): boolean => {
      const { filter, strides: drawnStrides, pad } = drawn;
      const [down, across] = [drawnStrides].flat();
      const square = filter[0] === filter[1] && down === across;
      return (typeof pad !== 'number' || square) && Math.min(...outputShape(drawn)) > 0;
    };
    await fc.assert(
      fc.asyncProperty(shape.filter(fits), async (drawn) => {
        await expectAgreement(convolution(drawn));
        await expectAgreement(transposedConvolution(drawn));
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it('refuses channels first, by name', async () => {
    await onBackend('wasm', () => {
      const x = values([1, 2, 5, 5], 1) as tf.Tensor4D;
      const filter = values([3, 3, 2, 4], 2) as tf.Tensor4D;
      const gradient = () =>
        tf
          .engine()
          .runKernel(
            'Conv2DBackpropInput',
            { dy: values([1, 4, 5, 5], 3), filter },
            { strides: [1, 1], pad: 'same', dataFormat: 'NCHW', inputShape: x.shape },
          );
      expect(gradient).toThrow("Conv2DBackpropInput: dataFormat is 'NCHW', needed 'NHWC' on WebAssembly");
      return [];
    });
  });

  it('refuses one number of padding for an oblong filter, before anything is written', async () => {
    await onBackend('wasm', () => {
      const [x, filter] = [values([2, 5, 1, 3], 1) as tf.Tensor4D, values([4, 1, 3, 9], 2) as tf.Tensor4D];
      expect(() => tf.conv2d(x, filter, [3, 1], 3)).toThrow(
        'Conv2D: pad is 3 with a filter [4,1,3,9] and strides [3,1], needed padding per side',
      );
      return [];
    });
  });

  it('refuses integers, by shape and type', async () => {
    await onBackend('wasm', () => {
      const x = tf.ones([1, 5, 5, 1], 'int32');
      const gradient = () =>
        tf
          .engine()
          .runKernel(
            'Conv2DBackpropFilter',
            { x, dy: values([1, 3, 3, 1], 3) },
            { strides: [1, 1], pad: 'valid', dataFormat: 'NHWC', filterShape: [3, 3, 1, 1] },
          );
      expect(gradient).toThrow('a tensor [1,5,5,1] is int32, needed float32');
      return [];
    });
  });
});
