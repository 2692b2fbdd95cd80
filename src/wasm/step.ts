import { type KernelConfig, Step, util } from '@tensorflow/tfjs-core';
import { address, overStock } from './kernels';
import { exportsOf } from './module';

/**
 * 1 above 0 and a slope elsewhere: the gradient of relu.
 *
 * @returns the kernel, around the one registered now
 */
export function step(): KernelConfig {
  return overStock(Step, ({ backend, input, attributes }, runStock) => {
    const x = input('x');
    if (x.dtype !== 'float32') return runStock();
    const out = backend.makeOutput(x.shape, 'float32');
    const slope = (attributes.alpha as number | undefined) ?? 0;
    exportsOf(backend).step(address(backend, out), address(backend, x), util.sizeFromShape(x.shape), slope);
    return out;
  });
}
