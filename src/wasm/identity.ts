import { getKernel, Identity, type KernelConfig } from '@tensorflow/tfjs-core';
import { run, wasmKernel } from './kernels';

/**
 * The same data under a second name, counted, as on the other backends; the stock kernel copies them.
 *
 * @returns the kernel, around the one registered now
 */
export function identity(): KernelConfig {
  const stock = getKernel(Identity, 'wasm');
  return wasmKernel(Identity, ({ backend, input, inputs, attributes }) => {
    const { dataId, shape, dtype } = input('x');
    if (dtype === 'string') return run(backend, stock, inputs, attributes);
    backend.incRef(dataId);
    return { dataId, shape, dtype };
  });
}
