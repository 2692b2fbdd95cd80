import { getKernel, type KernelConfig, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import { batchMatMul } from './batchMatMul';
import { conv2D } from './conv2D';
import { conv2DBackpropFilter } from './conv2DBackpropFilter';
import { conv2DBackpropInput } from './conv2DBackpropInput';
import { unsortedSegmentSum } from './unsortedSegmentSum';

/** Puts this folder's kernels in the place of the stock ones. The WebAssembly backend must be imported before. */
export function registerTrainingKernels(): void {
  const kernels: readonly KernelConfig[] = [
    batchMatMul(),
    conv2D('Conv2D'),
    conv2D('FusedConv2D'),
    conv2DBackpropFilter,
    conv2DBackpropInput,
    unsortedSegmentSum,
  ];
  for (const kernel of kernels) {
    // Registering over a kernel prints a warning.
    if (getKernel(kernel.kernelName, 'wasm')) unregisterKernel(kernel.kernelName, 'wasm');
    registerKernel(kernel);
  }
}
