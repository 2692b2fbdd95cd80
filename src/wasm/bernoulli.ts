import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { FusedKernel } from '../core/fusedKernel';
import { runInParts } from './jobs';
import { address, type Call, wasmKernel } from './kernels';

const shaped = ({ backend, input }: Call): { readonly out: TensorInfo; readonly count: number } => {
  const { shape } = input('logits');
  return { out: backend.makeOutput(shape, 'float32'), count: util.sizeFromShape(shape) };
};

/** Bernoulli log-likelihood, value by value: l·x − softplus(l), of one shape. */
export const bernoulliLogLikelihood: KernelConfig = wasmKernel(
  'SsvaeBernoulliLogLikelihood' satisfies FusedKernel,
  (call) => {
    const { out, count } = shaped(call);
    const at = (name: string): number => address(call.backend, call.input(name));
    runInParts(call.backend, 'bernoulli', [address(call.backend, out), at('logits'), at('x')], count);
    return out;
  },
);

/** Its gradient in the logits: dy·(x − σ(l)). */
export const bernoulliLogLikelihoodGradient: KernelConfig = wasmKernel(
  'SsvaeBernoulliLogLikelihoodGradient' satisfies FusedKernel,
  (call) => {
    const { out, count } = shaped(call);
    const at = (name: string): number => address(call.backend, call.input(name));
    const operands = [address(call.backend, out), at('dy'), at('logits'), at('x')];
    runInParts(call.backend, 'bernoulliGradient', operands, count);
    return out;
  },
);
