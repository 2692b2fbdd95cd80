/**
 * What a kernel of this folder is made of: stock kernels called directly, and the WebAssembly heap.
 *
 * A kernel runs below the engine: it sees no tensors but records of a data id, a shape and a type, it frees
 * its own intermediates, and no gradient is recorded. That is also why it costs less than public operations.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { getKernel, type KernelConfig, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { formatShape } from '../core/shape';

/** Data of one call of a kernel. */
export interface Call {
  readonly backend: BackendWasm;
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** The named input, which must be there. */
  input(name: string): TensorInfo;
  readonly attributes: NamedAttrMap;
}

/**
 * A kernel configuration from a function of one call.
 *
 * The host types the backend of a kernel as `{}` and its result as one or many: this is the place where both
 * are narrowed.
 */
export const wasmKernel = (kernelName: string, compute: (call: Call) => TensorInfo): KernelConfig => ({
  kernelName,
  backendName: 'wasm',
  kernelFunc: ({ inputs, backend, attrs }) =>
    compute({
      backend: backend as BackendWasm,
      inputs: inputs as Record<string, TensorInfo>,
      attributes: attrs ?? {},
      input(name) {
        const tensor = inputs[name];
        if (tensor === undefined) throw new TypeError(`${kernelName}: ${name} is missing`);
        return tensor;
      },
    }),
});

/** Runs a registered kernel of the WebAssembly backend below the engine; the result is the caller's to free. */
export function run(
  backend: BackendWasm,
  kernel: string | KernelConfig,
  inputs: Record<string, TensorInfo>,
  attrs: NamedAttrMap,
): TensorInfo {
  const { kernelFunc } = typeof kernel === 'string' ? getKernel(kernel, 'wasm') : kernel;
  const result = kernelFunc({ inputs, backend, attrs });
  if (Array.isArray(result))
    throw new TypeError(`${String(kernel)}: one result was needed, ${result.length} came`);
  return result;
}

/** The same data under another shape: a record only, never freed by itself. */
export const as = ({ dataId, dtype }: TensorInfo, shape: number[]): TensorInfo => ({ dataId, dtype, shape });

/** Frees what {@link run} or `makeOutput` gave. */
export const free = (backend: BackendWasm, ...tensors: readonly TensorInfo[]): void => {
  for (const { dataId } of tensors) backend.disposeData(dataId);
};

/**
 * A view of a tensor's numbers on the heap. Allocating may move the heap: views are taken after the last
 * allocation and not kept across calls.
 */
export const heap = (backend: BackendWasm, tensor: TensorInfo): Float32Array => {
  const values = backend.typedArrayFromHeap(tensor);
  if (!(values instanceof Float32Array)) {
    throw new TypeError(`wasm: a tensor ${formatShape(tensor.shape)} is ${tensor.dtype}, needed float32`);
  }
  return values;
};

/** Swaps the axes of a matrix [rows, columns]. */
export const transposed = (backend: BackendWasm, matrix: TensorInfo): TensorInfo =>
  run(backend, 'Transpose', { x: matrix }, { perm: [1, 0] });

/** The product of two plain matrices, which is XNNPACK's. */
export const product = (backend: BackendWasm, a: TensorInfo, b: TensorInfo): TensorInfo =>
  run(backend, 'BatchMatMul', { a, b }, { transposeA: false, transposeB: false });
