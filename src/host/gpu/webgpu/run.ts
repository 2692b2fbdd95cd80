/** Elementwise programs of this library on WebGPU. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { RunElementwise } from '../elementwise';
import type { WebGpuBackend } from './backend';
import { Deferred } from './deferred';

/** Puts programs of a backend off until their results are needed. */
export const runOnWebGpu = (backend: unknown): RunElementwise => {
  const deferred = Deferred.of(backend as WebGpuBackend);
  return (program, inputs, numbers) => {
    const [{ shape }] = inputs as readonly [TensorInfo];
    return deferred.defer(program, inputs, numbers, shape);
  };
};

/** Makes results of one size, in one program where it can. */
export const settleOnWebGpu = (backend: unknown, results: readonly TensorInfo[]): void =>
  Deferred.of(backend as WebGpuBackend).settleTogether(results);
