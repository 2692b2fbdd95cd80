import { BatchMatMul, getKernel, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import { as, free, run, transposed, wasmKernel } from './kernels';

const matrix = (tensor: TensorInfo): TensorInfo | undefined => {
  const { shape } = tensor;
  const [rows = 1, columns = 1] = shape.slice(-2);
  return shape.slice(0, -2).every((size) => size === 1) ? as(tensor, [rows, columns]) : undefined;
};

/**
 * Matrix product that transposes first.
 *
 * The stock kernel is XNNPACK's for two plain matrices and a naive loop as soon as one of them is to be
 * transposed, which is every backward pass of a dense layer. Batches of matrices go to the stock kernel as they
 * are: its loop is right for them, and small matrices are what they are used for.
 *
 * @returns the kernel, around the one registered now
 */
export function batchMatMul(): KernelConfig {
  const stock = getKernel(BatchMatMul, 'wasm');
  const kernel = wasmKernel(BatchMatMul, ({ backend, input, attributes }) => {
    const [a, b] = [input('a'), input('b')];
    const { transposeA, transposeB } = attributes;
    const [left, right] = [matrix(a), matrix(b)];
    if ((!transposeA && !transposeB) || left === undefined || right === undefined) {
      return run(backend, stock, { a, b }, { transposeA: !!transposeA, transposeB: !!transposeB });
    }
    const [p, q] = [
      transposeA ? transposed(backend, left) : left,
      transposeB ? transposed(backend, right) : right,
    ];
    const result = run(backend, stock, { a: p, b: q }, { transposeA: false, transposeB: false });
    if (p !== left) free(backend, p);
    if (q !== right) free(backend, q);
    const outer = Math.max(a.shape.length, b.shape.length) - 2;
    return as(result, [...Array<number>(outer).fill(1), ...result.shape]);
  });
  // The stock kernel still does the work, so its set-up at the backend's start must still run.
  return { ...kernel, setupFunc: stock.setupFunc, disposeFunc: stock.disposeFunc };
}
