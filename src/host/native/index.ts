/** What the native backend does better than TensorFlow.js asks it to. */
import { getKernel, registerKernel } from '@tensorflow/tfjs-core';
import { adam } from './adam';
import { useNativeGradients } from './gradients';

/** Gives the native backend Adam as one operation, and TensorFlow's own gradients of activations; once is enough. */
export function useNativeKernels(): void {
  useNativeGradients();
  // A second registration would be warned of.
  if (!getKernel(adam.kernelName, adam.backendName)) registerKernel(adam);
}
