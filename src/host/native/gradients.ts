/** Gradients that TensorFlow has operations for, and TensorFlow.js composes of several. */
import { type GradConfig, getGradient, registerGradient, type Tensor } from '@tensorflow/tfjs-core';
import { floatType, type NativeTensor, nativeBackend } from './tensorflow';

/** Kernels of TensorFlow.js whose gradient is one operation, and what that takes: the gradient and a saved tensor. */
const FUSED: Readonly<Record<string, { readonly op: string; readonly of: 'input' | 'output' }>> = {
  Relu: { op: 'ReluGrad', of: 'input' },
  Softplus: { op: 'SoftplusGrad', of: 'input' },
  Sigmoid: { op: 'SigmoidGrad', of: 'output' },
  Tanh: { op: 'TanhGrad', of: 'output' },
};

const ours = new WeakSet<GradConfig['gradFunc']>();

/**
 * Lets the native backend differentiate activations by TensorFlow's own operations; on other backends, which share the
 * registry of gradients, they are differentiated as before. A second call does nothing.
 */
export function useNativeGradients(): void {
  for (const [kernel, { op, of }] of Object.entries(FUSED)) {
    const former = getGradient(kernel) as GradConfig | undefined;
    if (former === undefined || ours.has(former.gradFunc)) continue;
    const gradFunc: GradConfig['gradFunc'] = (dy, saved, attributes) => {
      const backend = nativeBackend();
      if (backend === undefined) return former.gradFunc(dy, saved, attributes);
      return {
        x: () => {
          const type = floatType(backend.binding, 'T');
          const [given] = saved as unknown as [NativeTensor];
          const upstream = dy as unknown as NativeTensor;
          // What is of an output comes first, what is of an input last.
          const inputs = of === 'output' ? [given, upstream] : [upstream, given];
          return backend.executeSingleOutput(op, [type], inputs) as unknown as Tensor;
        },
      };
    };
    ours.add(gradFunc);
    registerGradient({ ...former, gradFunc });
  }
}
