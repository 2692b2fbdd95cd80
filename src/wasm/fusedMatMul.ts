import { _FusedMatMul, type KernelConfig } from '@tensorflow/tfjs-core';
import { multiply } from './batchMatMul';
import { free, overStock, run } from './kernels';

/** Activations by kernels of their own; the other ones need the stock kernel. */
const KERNELS: Readonly<Record<string, string>> = {
  relu: 'Relu',
  sigmoid: 'Sigmoid',
  elu: 'Elu',
  relu6: 'Relu6',
};

/**
 * Matrix product, bias and activation, which is what layers run. The stock kernel, which takes the rarer activations, is
 * wrong with a bias where an operand is transposed or a batch of matrices.
 *
 * @returns the kernel, around the one registered now
 */
export function fusedMatMul(): KernelConfig {
  return overStock(_FusedMatMul, ({ backend, input, inputs, attributes }, runStock) => {
    const { transposeA, transposeB, activation } = attributes as Readonly<Record<string, unknown>>;
    const then = KERNELS[activation as string];
    if (activation !== 'linear' && then === undefined) return runStock();
    let result = multiply(backend, input('a'), input('b'), !!transposeA, !!transposeB);
    const follow = (name: string, operands: Parameters<typeof run>[2]): void => {
      const former = result;
      result = run(backend, name, operands, {});
      free(backend, former);
    };
    if (inputs.bias) follow('Add', { a: result, b: inputs.bias });
    if (then) follow(then, { x: result });
    return result;
  });
}
