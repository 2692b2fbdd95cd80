import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { onBackend, values } from './onBackend';

/** One step's worth of every kernel of the folder. */
const step = (): void =>
  tf.tidy(() => {
    const x = values([8, 14, 14, 9], 1) as tf.Tensor4D;
    const [down, up] = [values([3, 3, 9, 16], 2), values([3, 3, 9, 16], 3)] as [tf.Tensor4D, tf.Tensor4D];
    const dense = values([64, 49 * 16], 4) as tf.Tensor2D;
    const rows = tf.tensor1d([0, 3, 3, 1, 7], 'int32');
    const loss = (...[image, first, second, weights]: tf.Tensor[]): tf.Scalar => {
      const hidden = tf.conv2d(image as tf.Tensor4D, first as tf.Tensor4D, 2, 'same');
      const mixed = tf.matMul(tf.reshape(hidden, [-1, 64]), weights as tf.Tensor2D);
      const output = tf.conv2dTranspose(
        tf.reshape(tf.slice(mixed, 0, 8), [8, 7, 7, 16]) as tf.Tensor4D,
        second as tf.Tensor4D,
        [8, 14, 14, 9],
        2,
        'same',
      );
      return tf.mean(tf.square(tf.gather(output, rows)));
    };
    tf.grads(loss)([x, down, up, dense]);
  });

describe('memory on WebAssembly', () => {
  it('holds no tensor, no data and no more heap after many steps than after a few', async () => {
    await onBackend('wasm', () => {
      const heap = () => {
        // Where the allocator puts the next block: it moves up with everything that stays allocated.
        const probe = tf.zeros([1 << 16]);
        const offset = (tf.backend() as unknown as { getMemoryOffset(id: object): number }).getMemoryOffset(
          probe.dataId,
        );
        probe.dispose();
        return offset;
      };
      for (let i = 0; i < 5; i++) step();
      const before = { ...tf.memory(), ids: tf.engine().backend.numDataIds(), heap: heap() };
      for (let i = 0; i < 40; i++) step();
      const after = { ...tf.memory(), ids: tf.engine().backend.numDataIds(), heap: heap() };
      expect(after).toEqual(before);
      return [];
    });
  });

  it.each([
    ['BatchMatMul', { a: [3, 5], b: [3, 4] }, { transposeA: true, transposeB: false }],
    ['BatchMatMul', { a: [5, 3], b: [4, 3] }, { transposeA: false, transposeB: true }],
    ['Conv2D', { x: [2, 6, 6, 3], filter: [3, 3, 3, 4] }, { strides: 2, pad: 'same', dilations: 1 }],
    [
      'Conv2DBackpropFilter',
      { x: [2, 6, 6, 3], dy: [2, 3, 3, 4] },
      { strides: 2, pad: 'same', filterShape: [3, 3, 3, 4] },
    ],
    [
      'Conv2DBackpropInput',
      { dy: [2, 3, 3, 4], filter: [3, 3, 3, 4] },
      { strides: 2, pad: 'same', inputShape: [2, 6, 6, 3] },
    ],
    [
      'Conv2DBackpropInput',
      { dy: [2, 3, 3, 4], filter: [3, 3, 8, 4] },
      { strides: 2, pad: 'same', inputShape: [2, 6, 6, 8] },
    ],
  ])('leaves %s one result and nothing else: %j', async (kernel, shapes, attributes) => {
    await onBackend('wasm', () => {
      const inputs = Object.fromEntries(
        Object.entries(shapes).map(([name, shape], i) => [name, values(shape as number[], i)]),
      );
      const before = tf.engine().backend.numDataIds();
      const result = tf.engine().runKernel(kernel, inputs, { dataFormat: 'NHWC', ...attributes });
      expect(tf.engine().backend.numDataIds()).toBe(before + 1);
      tf.dispose(result as tf.Tensor);
      expect(tf.engine().backend.numDataIds()).toBe(before);
      return [];
    });
  });
});
