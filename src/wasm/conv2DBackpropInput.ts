import { Conv2DBackpropInput, type KernelConfig } from '@tensorflow/tfjs-core';
import { convolutionInfo } from './convolution';
import { inputGradientByPhases } from './inputGradientByPhases';
import { inputGradientByScatter } from './inputGradientByScatter';
import { wasmKernel } from './kernels';

// XNNPACK computes eight output channels at a time: with fewer, one product for all taps wastes less than one
// convolution per phase.
const CHANNELS_AT_ONCE = 8;

/**
 * Gradient of conv2d in its input, which is also the forward pass of conv2dTranspose; the stock kernel is a
 * naive loop, five to ten times slower.
 */
export const conv2DBackpropInput: KernelConfig = wasmKernel(
  Conv2DBackpropInput,
  ({ backend, input, attributes }) => {
    const [dy, filter] = [input('dy'), input('filter')];
    const info = convolutionInfo(
      Conv2DBackpropInput,
      attributes.inputShape as number[],
      filter.shape,
      attributes,
    );
    if (info.inChannels < CHANNELS_AT_ONCE) return inputGradientByScatter(backend, dy, filter, info);
    return (
      inputGradientByPhases(backend, dy, filter, info) ?? inputGradientByScatter(backend, dy, filter, info)
    );
  },
);
