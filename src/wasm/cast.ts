import { Cast, getKernel, type KernelConfig } from '@tensorflow/tfjs-core';
import { run, wasmKernel } from './kernels';

/**
 * A cast to the type that a tensor has shares its data, and one to truth values is true for every number but 0: the
 * stock kernel, which takes the rest, copies the first and takes the lowest byte for the second.
 *
 * @returns the kernel, around the one registered now
 */
export function cast(): KernelConfig {
  const stock = getKernel(Cast, 'wasm');
  return wasmKernel(Cast, ({ backend, input, inputs, attributes }) => {
    const { dataId, shape, dtype } = input('x');
    if (dtype !== 'string' && attributes.dtype === dtype) {
      backend.incRef(dataId);
      return { dataId, shape, dtype };
    }
    if (attributes.dtype !== 'bool') return run(backend, stock, inputs, attributes);
    const out = backend.makeOutput(shape, 'bool');
    const [from, to] = [backend.typedArrayFromHeap(input('x')), backend.typedArrayFromHeap(out)];
    for (const [i, value] of from.entries()) to[i] = value === 0 ? 0 : 1;
    return out;
  });
}
