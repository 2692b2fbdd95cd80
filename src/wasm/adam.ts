import { type KernelConfig, util } from '@tensorflow/tfjs-core';
import type { FusedKernel } from '../host/fusedKernel';
import { runInParts } from './jobs';
import { address, wasmKernel } from './kernels';

/**
 * One update of Adam in one pass over memory: the new values of a variable, of its first and of its second moment.
 *
 *   m' = m + firstRate·(g − m)   v' = v + secondRate·(g² − v)   θ' = kept·θ − size·m' / (√v' + epsilon)
 */
export const adam: KernelConfig = wasmKernel(
  'SsvaeAdam' satisfies FusedKernel,
  ({ backend, input, attributes }) => {
    const { shape } = input('value');
    const inputs = ['value', 'first', 'second', 'gradient'].map(input);
    const outputs = [0, 1, 2].map(() => backend.makeOutput(shape, 'float32'));
    const at = [...outputs, ...inputs].map((tensor) => address(backend, tensor));
    const numbers = ['firstRate', 'secondRate', 'kept', 'size', 'epsilon'].map(
      (name) => attributes[name] as number,
    );
    runInParts(backend, 'adam', at, util.sizeFromShape(shape), numbers);
    return outputs;
  },
);
