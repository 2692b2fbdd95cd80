import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { onBackend } from './onBackend';

/** The part of the backend that takes memory, which costs none of the machine's until something is written there. */
interface Backend {
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
  disposeData(id: object): boolean;
}

const REFUSED =
  /^wasm: memory for \d+ bytes is not available beside \d+ bytes of tensors, needed fewer or smaller ones: dispose what you no longer use, or take smaller batches$/;

it('WebAssembly refuses a tensor that it has no room for, leaves the others as they are, and goes on', async () => {
  await onBackend('wasm', () => {
    const backend = tf.backend() as unknown as Backend;
    const small = tf.tensor1d([1, 2, 3]);
    const blocks: tf.TensorInfo[] = [];
    // WebAssembly ends at 4 GB.
    const fill = (): void => {
      for (let i = 0; i < 20; i++) blocks.push(backend.makeOutput([2 ** 26], 'float32'));
    };
    expect(fill).toThrowError(REFUSED);
    expect(blocks.length).toBeGreaterThan(5);
    const before = tf.memory().numTensors;
    // Fits no more, and would end above 4 GB.
    expect(() => tf.ones([2 ** 28])).toThrowError(REFUSED);
    expect(() => tf.tensor1d(new Float32Array(2 ** 26))).toThrowError(REFUSED);
    expect(tf.memory().numTensors).toBe(before);
    expect([...tf.add(small, 1).dataSync()]).toEqual([2, 3, 4]);
    for (const { dataId } of blocks) backend.disposeData(dataId);
    const again = tf.tensor1d(new Float32Array(2 ** 20).fill(7));
    expect(tf.add(again, 1).dataSync().at(-1)).toBe(8);
    expect([...small.dataSync()]).toEqual([1, 2, 3]);
    return [];
  });
});
