/** What a likelihood learns itself: one number for each column, or one for all. */

import { add, fill, type Tensor, tidy, type Variable, variable, zerosLike } from '@tensorflow/tfjs-core';
import { formatShape } from '../core/describe';
import { assertBackend } from '../host/backendTraits';

/** Refuses shapes whose last axis is not the columns. */
export function assertColumns(where: string, columns: number, shape: readonly number[]): void {
  if (columns !== 1 && shape.at(-1) !== columns)
    throw new RangeError(
      `${where}: the last axis is that of ${formatShape(shape)}, needed ${columns}, the option columns`,
    );
}

/**
 * A variable [columns] of one value.
 *
 * @param where name of the calling function, for the message
 * @param trainable `false` for a running statistic
 */
export function ownVariable(where: string, columns: number, value: number, trainable = true): Variable {
  assertBackend(where);
  return tidy(() => variable(fill([columns], value), trainable));
}

/** A variable [columns] in the shape of a tensor, [B, …, columns]. */
export const alongColumns = (like: Tensor, own: Variable): Tensor => add(zerosLike(like), own);
