import { Conv2DBackpropFilter, type KernelConfig } from '@tensorflow/tfjs-core';
import { convolutionInfo, runConvolution } from './convolution';
import { wasmKernel } from './kernels';

/** Gradient of conv2d in its filter, which the WebAssembly backend lacks. */
export const conv2DBackpropFilter: KernelConfig = wasmKernel(
  Conv2DBackpropFilter,
  ({ backend, input, attributes }) => {
    const [x, dy] = [input('x'), input('dy')];
    const filterShape = attributes.filterShape as number[];
    const info = convolutionInfo(Conv2DBackpropFilter, x.shape, filterShape, attributes);
    const gradient = backend.makeOutput(filterShape, 'float32');
    return runConvolution(backend, 'filterGradient', gradient, [x, dy], info);
  },
);
