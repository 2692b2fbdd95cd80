/** Whether a model can still be used. */
import type { Model } from './model';

/**
 * Refuses a model that has been disposed, or whose own nets have been.
 *
 * @param where name of the calling function, for the message
 * @throws RangeError
 */
export function assertLiving(where: string, { variables }: Pick<Model, 'variables'>): void {
  for (const variable of Object.values(variables))
    if (variable.isDisposed) throw new RangeError(`${where}: the model is disposed, needed one that is not`);
}
