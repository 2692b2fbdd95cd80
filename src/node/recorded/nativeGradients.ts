/** Gradients that TensorFlow has operations for, and TensorFlow.js composes of several. */
import { type GradConfig, getGradient, registerGradient, type Tensor } from '@tensorflow/tfjs-core';
import type { NativeBackend, NativeTensor } from './tensorflow';

/** Kernels of TensorFlow.js whose gradient is one operation, and what that takes: the gradient and a saved tensor. */
const FUSED: Readonly<Record<string, { readonly op: string; readonly of: 'input' | 'output' }>> = {
  Relu: { op: 'ReluGrad', of: 'input' },
  Softplus: { op: 'SoftplusGrad', of: 'input' },
  Sigmoid: { op: 'SigmoidGrad', of: 'output' },
  Tanh: { op: 'TanhGrad', of: 'output' },
};

/**
 * Runs work with TensorFlow's own gradients of activations. They hold for this work alone: the host's registry is as it
 * was when it ends.
 *
 * @param backend that has the operations
 * @param work that differentiates; it must not wait
 */
export function withNativeGradients<T>(backend: NativeBackend, work: () => T): T {
  const former = Object.keys(FUSED).flatMap((kernel) => getGradient(kernel) ?? []);
  const { binding } = backend;
  for (const { kernelName, inputsToSave, outputsToSave } of former) {
    const { op, of } = FUSED[kernelName] as (typeof FUSED)[string];
    const gradFunc: GradConfig['gradFunc'] = (dy, saved) => ({
      x: () => {
        const attributes = [{ name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }];
        const [given] = saved as unknown as [NativeTensor];
        const upstream = dy as unknown as NativeTensor;
        // What is of an output comes first, what is of an input last.
        const inputs = of === 'output' ? [given, upstream] : [upstream, given];
        return backend.executeSingleOutput(op, attributes, inputs) as unknown as Tensor;
      },
    });
    registerGradient({
      kernelName,
      ...(of === 'input'
        ? { inputsToSave: inputsToSave ?? ['x'] }
        : { outputsToSave: outputsToSave ?? [true] }),
      gradFunc,
    });
  }
  try {
    return work();
  } finally {
    for (const config of former) registerGradient(config);
  }
}
