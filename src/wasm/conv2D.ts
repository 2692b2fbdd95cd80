import { type Conv2DAttrs, getKernel, type KernelConfig } from '@tensorflow/tfjs-core';
import { convolutionInfo, runConvolution } from './convolution';
import { run, wasmKernel } from './kernels';

/**
 * Convolution by our own module; fused and dilated ones, which no training step has, by the stock kernel with padding
 * stated side by side.
 *
 * The stock kernels hand `'same'` to XNNPACK, which gives zeros without a word where a stride exceeds the filter
 * on one axis and the other axis is padded.
 *
 * @param kernelName `Conv2D`, or the fused one that layers use outside training
 * @returns the kernel, around the one registered now
 */
export function conv2D(kernelName: 'Conv2D' | 'FusedConv2D'): KernelConfig {
  const stock = getKernel(kernelName, 'wasm');
  const kernel = wasmKernel(kernelName, ({ backend, input, inputs, attributes }) => {
    // The registry types attributes loosely; these are tfjs-core's.
    const { dilations } = attributes as typeof attributes & Conv2DAttrs;
    const info = convolutionInfo(kernelName, input('x').shape, input('filter').shape, attributes, dilations);
    if (kernelName === 'Conv2D' && info.dilationHeight === 1 && info.dilationWidth === 1) {
      const output = backend.makeOutput(info.outShape, 'float32');
      return runConvolution(backend, 'convolve', output, [input('x'), input('filter')], info);
    }
    const { top, bottom, left, right } = info.padInfo;
    const pad = [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ];
    return run(backend, stock, inputs, { ...attributes, pad });
  });
  // The stock kernel still does the work, so its set-up at the backend's start must still run.
  return { ...kernel, setupFunc: stock.setupFunc, disposeFunc: stock.disposeFunc };
}
