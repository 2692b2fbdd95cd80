/** What the native backend does better than TensorFlow.js asks it to. */
import { getKernel, registerKernel } from '@tensorflow/tfjs-core';
import { adam } from './adam';
import { useNativeGradients } from './gradients';
import { transform } from './transform';

/** Gives the native backend Adam and Transform as one operation each, and TensorFlow's own gradients of activations; once is enough. */
export function useNativeKernels(): void {
  useNativeGradients();
  // A second registration would be warned of.
  for (const kernel of [adam, transform])
    if (!getKernel(kernel.kernelName, kernel.backendName)) registerKernel(kernel);
}
