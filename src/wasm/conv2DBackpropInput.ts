import { Conv2DBackpropInput, type KernelConfig } from '@tensorflow/tfjs-core';
import { convolutionInfo, runConvolution } from './convolution';
import { wasmKernel } from './kernels';

/**
 * Gradient of conv2d in its input, which is also the forward pass of conv2dTranspose; the stock kernel is a
 * naive loop.
 */
export const conv2DBackpropInput: KernelConfig = wasmKernel(
  Conv2DBackpropInput,
  ({ backend, input, attributes }) => {
    const [dy, filter] = [input('dy'), input('filter')];
    const inputShape = attributes.inputShape as number[];
    const info = convolutionInfo(Conv2DBackpropInput, inputShape, filter.shape, attributes);
    const gradient = backend.makeOutput(info.inShape, 'float32');
    return runConvolution(backend, 'inputGradient', gradient, [dy, filter], info);
  },
);
