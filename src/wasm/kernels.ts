/**
 * What a kernel of this folder is made of: stock kernels called directly, addresses of tensors, and scratch memory.
 *
 * A kernel runs below the engine: it sees no tensors but records of a data id, a shape and a type, it frees
 * its own intermediates, and no gradient is recorded. That is also why it costs less than public operations.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { getKernel, type KernelConfig, type NamedAttrMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { formatShape } from '../core/describe';

import { emscriptenOf } from './emscripten';

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
export const wasmKernel = (
  kernelName: string,
  compute: (call: Call) => TensorInfo | TensorInfo[],
): KernelConfig => ({
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

/**
 * A kernel around the one registered now, which still does some of the work: so its set-up at the backend's start runs.
 *
 * @param kernelName of both
 * @param compute is given the call, and what runs the stock kernel on it
 */
export function overStock(
  kernelName: string,
  compute: (call: Call, runStock: () => TensorInfo) => TensorInfo | TensorInfo[],
): KernelConfig {
  const stock = getKernel(kernelName, 'wasm');
  const kernel = wasmKernel(kernelName, (call) =>
    compute(call, () => run(call.backend, stock, call.inputs, call.attributes)),
  );
  return { ...kernel, setupFunc: stock.setupFunc, disposeFunc: stock.disposeFunc };
}

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

/** Frees what {@link run} or `makeOutput` gave. */
export const free = (backend: BackendWasm, ...tensors: readonly TensorInfo[]): void => {
  for (const { dataId } of tensors) backend.disposeData(dataId);
};

/** Where a tensor of numbers lies on the heap. Data stay where they are as long as they live. */
export const address = (backend: BackendWasm, tensor: TensorInfo): number => {
  if (tensor.dtype !== 'float32') {
    throw new TypeError(`wasm: a tensor ${formatShape(tensor.shape)} is ${tensor.dtype}, needed float32`);
  }
  return backend.getMemoryOffset(tensor.dataId);
};

/** Runs a function with that many bytes of the heap, and frees them. */
export function withScratch(backend: BackendWasm, bytes: number, use: (at: number) => void): void {
  const module = emscriptenOf(backend);
  // Above 2 GiB the address comes as a negative number.
  const at = module._malloc(bytes) >>> 0;
  try {
    use(at);
  } finally {
    module._free(at);
  }
}
