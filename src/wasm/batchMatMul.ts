import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { BatchMatMul, broadcast_util, type KernelConfig, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { partsOf, runJobs } from './jobs';
import { address, wasmKernel, withScratch } from './kernels';
import { exportsOf } from './module';

const NUMBER = Float32Array.BYTES_PER_ELEMENT;

// What is computed at once; parts that are not multiples of it would waste some.
const [ROWS, COLUMNS] = [4, 8];

/** Products of two numbers that take longer than waking a thread. */
const WORTH_A_THREAD = 2 ** 20;

/** Matrices of one operand, and how it is read. */
const operand = (backend: BackendWasm, { dataId, dtype, shape }: TensorInfo, transposed: boolean) => {
  const [stored = 1, wide = 1] = shape.slice(-2);
  const at = address(backend, { dataId, dtype, shape });
  return {
    at,
    outer: shape.slice(0, -2),
    size: stored * wide * NUMBER,
    rows: transposed ? wide : stored,
    columns: transposed ? stored : wide,
    // Bytes from one row, and from one column, to the next.
    row: transposed ? NUMBER : wide * NUMBER,
    column: transposed ? wide * NUMBER : NUMBER,
  };
};

/** Which matrix of an operand belongs to which of the result, its batch axes repeated as broadcasting does. */
const matrixOf = (outer: readonly number[], of: readonly number[]) => {
  const strides = util.computeStrides([...outer, 1]);
  const shift = of.length - outer.length;
  return (index: number): number => {
    let [rest, matrix] = [index, 0];
    for (let axis = of.length - 1; axis >= 0; axis--) {
      const size = of[axis] as number;
      if ((outer[axis - shift] ?? 1) !== 1) matrix += (rest % size) * (strides[axis - shift] as number);
      rest = Math.floor(rest / size);
    }
    return matrix;
  };
};

/** The products of all matrices of two tensors, to new memory. */
export function multiply(
  backend: BackendWasm,
  left: TensorInfo,
  right: TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
): TensorInfo {
  const outer = broadcast_util.assertAndGetBroadcastShape(left.shape.slice(0, -2), right.shape.slice(0, -2));
  const [m, n] = [left.shape.at(transposeA ? -1 : -2) ?? 1, right.shape.at(transposeB ? -2 : -1) ?? 1];
  const result = backend.makeOutput([...outer, m, n], 'float32');
  const a = operand(backend, left, transposeA);
  const b = operand(backend, right, transposeB);
  const to = address(backend, result);
  const { productScratch } = exportsOf(backend);
  const count = util.sizeFromShape(outer);
  const [ofA, ofB] = [matrixOf(a.outer, outer), matrixOf(b.outer, outer)];
  // The longer side is divided, so that less of the other operand is packed by each thread anew.
  const byColumns = n > m;
  const [side, unit] = byColumns ? [n, COLUMNS] : [m, ROWS];
  const parts = partsOf(backend, side, unit, WORTH_A_THREAD / ((m * n * a.columns) / side));
  const bytes = productScratch(m, n, a.columns);
  withScratch(backend, parts.length * bytes, (scratch) => {
    for (let i = 0; i < count; i++) {
      const [p, q] = [a.at + ofA(i) * a.size, b.at + ofB(i) * b.size];
      const c = to + i * m * n * NUMBER;
      const jobs = parts.map(([begin, size], part) => {
        const spare = scratch + part * bytes;
        return byColumns
          ? [
              c + begin * NUMBER,
              n * NUMBER,
              p,
              a.row,
              a.column,
              q + begin * b.column,
              b.row,
              b.column,
              m,
              size,
              a.columns,
              spare,
              0,
            ]
          : [
              c + begin * n * NUMBER,
              n * NUMBER,
              p + begin * a.row,
              a.row,
              a.column,
              q,
              b.row,
              b.column,
              size,
              n,
              a.columns,
              spare,
              0,
            ];
      });
      runJobs(backend, 'product', jobs);
    }
  });
  return result;
}

/**
 * Matrix products, plain and transposed. The stock kernel is a naive loop as soon as one of the two is to be
 * transposed, which is every backward pass of a dense layer.
 */
export const batchMatMul: KernelConfig = wasmKernel(BatchMatMul, ({ backend, input, attributes }) =>
  multiply(backend, input('a'), input('b'), !!attributes.transposeA, !!attributes.transposeB),
);
