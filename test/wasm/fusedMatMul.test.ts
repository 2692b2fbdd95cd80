import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { onBackend, relativeDifference, values } from './onBackend';

const flags = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

const table = flags.flatMap(([transposeA, transposeB]) =>
  [[], [1], [4]].flatMap((outer) =>
    (['linear', 'relu', 'sigmoid', 'elu', 'relu6'] as const).map((activation) => ({
      transposeA,
      transposeB,
      outer,
      activation,
    })),
  ),
);

describe('the fused matrix product on WebAssembly', () => {
  it.each(table)('has product, bias and activation of the cpu backend: %j', async (options) => {
    const { transposeA, transposeB, outer, activation } = options;
    const compute = (): tf.Tensor[] => {
      const a = values([...outer, ...(transposeA ? [5, 3] : [3, 5])], 1);
      const b = values([...outer, ...(transposeB ? [7, 5] : [5, 7])], 2);
      const bias = values([7], 3);
      return [
        tf.fused.matMul({ a, b, transposeA, transposeB, bias, activation }),
        tf.fused.matMul({ a, b, transposeA, transposeB, activation }),
      ];
    };
    const [expected, actual] = [await onBackend('cpu', compute), await onBackend('wasm', compute)];
    for (const i of [0, 1]) {
      expect(relativeDifference(expected[i] as Float32Array, actual[i] as Float32Array)).toBeLessThan(1e-6);
    }
  });
});
