import { type KernelConfig, util } from '@tensorflow/tfjs-core';
import type { UNARY } from './exports';
import { runInParts } from './jobs';
import { address, overStock } from './kernels';

/**
 * A function of one tensor, four values at a time; other types than float32 go to the stock kernel.
 *
 * @returns the kernel, around the one registered now
 */
export function unary(kernelName: string, name: (typeof UNARY)[number]): KernelConfig {
  return overStock(kernelName, ({ backend, input }, runStock) => {
    const x = input('x');
    if (x.dtype !== 'float32') return runStock();
    const out = backend.makeOutput(x.shape, 'float32');
    runInParts(backend, name, [address(backend, out), address(backend, x)], util.sizeFromShape(x.shape));
    return out;
  });
}
