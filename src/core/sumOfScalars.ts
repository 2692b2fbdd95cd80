/** Sums of many single numbers. */
import { type Scalar, stack, sum } from '@tensorflow/tfjs-core';

/**
 * Sum of scalars.
 *
 * Not `addN`: on WebGPU its one program reads a buffer for each term, and beyond the device's limit (8 as a rule) it
 * and all that was asked for with it come to nothing, without a word.
 *
 * @param scalars at least one
 * @returns scalar
 * @example sumOfScalars([tf.scalar(1), tf.scalar(2)]) // 3
 */
export const sumOfScalars = (scalars: readonly Scalar[]): Scalar => sum(stack([...scalars]));
