/** What the nets of a model see of counts. */
import { cast, log1p, relu, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { oneOf } from '../core/options';

/** What nets see of counts: the counts themselves, or log(1 + x). */
export type CountsSeen = 'raw' | 'log1p';

/** The option `netInput` of a likelihood of counts; a spec without the entry is read in the same way. */
export const countsSeen = oneOf<CountsSeen>(['raw', 'log1p'], 'raw');

/**
 * Counts of a long tail as nets see them: few large ones would drown the others in sums of products.
 *
 *   log(1 + max(x, 0))
 *
 * @param x counts, any shape
 * @returns float32, the same shape
 */
export const log1pOfCounts = (x: Tensor): Tensor => tidy(() => log1p(relu(cast(x, 'float32'))));
