import { getKernel, type KernelConfig, util } from '@tensorflow/tfjs-core';
import type { UNARY } from './exports';
import { runInParts } from './jobs';
import { address, run, wasmKernel } from './kernels';

/**
 * A function of one tensor, four values at a time; other types than float32 go to the stock kernel.
 *
 * @returns the kernel, around the one registered now
 */
export function unary(kernelName: string, name: (typeof UNARY)[number]): KernelConfig {
  const stock = getKernel(kernelName, 'wasm');
  const kernel = wasmKernel(kernelName, ({ backend, input, inputs, attributes }) => {
    const x = input('x');
    if (x.dtype !== 'float32') return run(backend, stock, inputs, attributes);
    const out = backend.makeOutput(x.shape, 'float32');
    runInParts(backend, name, [address(backend, out), address(backend, x)], util.sizeFromShape(x.shape));
    return out;
  });
  // The stock kernel still does some of the work, so its set-up at the backend's start must still run.
  return { ...kernel, setupFunc: stock.setupFunc, disposeFunc: stock.disposeFunc };
}
