/** Elementwise programs of this library on WebGPU. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { RunElementwise } from '../elementwise';
import type { WebGpuBackend } from './backend';
import { Deferred } from './deferred';
import { repeatedPlaces } from './places';

/** Puts programs of a backend off until their results are needed. */
export const runOnWebGpu = (backend: unknown): RunElementwise => {
  const deferred = Deferred.of(backend as WebGpuBackend);
  return (program, inputs, numbers) => {
    const [{ shape }] = inputs as readonly [TensorInfo];
    const reads = inputs.map((tensor) => ({ tensor, places: repeatedPlaces(tensor.shape, shape) }));
    return deferred.defer(program, reads, numbers, shape);
  };
};

/** Makes results of one size, in one program where it can. */
export const settleOnWebGpu = (backend: unknown, results: readonly TensorInfo[]): void =>
  Deferred.of(backend as WebGpuBackend).settleTogether(results);
