import { getKernel, type KernelConfig, Step, util } from '@tensorflow/tfjs-core';
import { address, run, wasmKernel } from './kernels';
import { exportsOf } from './module';

/**
 * 1 above 0 and a slope elsewhere: the gradient of relu.
 *
 * @returns the kernel, around the one registered now
 */
export function step(): KernelConfig {
  const stock = getKernel(Step, 'wasm');
  const kernel = wasmKernel(Step, ({ backend, input, inputs, attributes }) => {
    const x = input('x');
    if (x.dtype !== 'float32') return run(backend, stock, inputs, attributes);
    const out = backend.makeOutput(x.shape, 'float32');
    const slope = (attributes.alpha as number | undefined) ?? 0;
    exportsOf(backend).step(address(backend, out), address(backend, x), util.sizeFromShape(x.shape), slope);
    return out;
  });
  // The stock kernel still does some of the work, so its set-up at the backend's start must still run.
  return { ...kernel, setupFunc: stock.setupFunc, disposeFunc: stock.disposeFunc };
}
