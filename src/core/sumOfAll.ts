/** Sums of many tensors. */
import { type Scalar, stack, sum, type Tensor } from '@tensorflow/tfjs-core';
import { runFused } from '../host/fusedKernel';

/**
 * Sum of all values of all tensors. No gradient passes.
 *
 * Not `addN`: on the host's WebGPU its one program reads a buffer for each term, and beyond the device's limit (8 as a rule) it
 * and all that was asked for with it fail silently.
 *
 * @param tensors at least one, of any shapes
 * @param readAgain whether they are read later, so that a backend that puts work off makes them first
 * @returns scalar
 * @example sumOfAll([tf.scalar(1), tf.tensor1d([2, 3])]) // 6
 */
export const sumOfAll = (tensors: readonly Tensor[], readAgain = false): Scalar =>
  (runFused('SsvaeSum', Object.fromEntries(tensors.entries()), { readAgain: Number(readAgain) })?.[0] as
    | Scalar
    | undefined) ?? sum<Scalar>(stack(tensors.map((tensor) => (tensor.rank === 0 ? tensor : sum(tensor)))));
