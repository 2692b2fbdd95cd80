/** The shape of one example, or of what a decoder gives for one. */
import { assertInteger } from './assert';
import { describe } from './describe';

/**
 * Refuses anything but a list of sizes.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @throws RangeError when it is not an array, is empty, or a size is not an integer of at least 1
 */
export function assertExampleShape(where: string, name: string, shape: readonly number[]): void {
  if (!Array.isArray(shape) || shape.length === 0) {
    throw new RangeError(
      `${where}: ${name} is ${describe(shape)}, needed the shape of one example, e.g. [28, 28, 1]`,
    );
  }
  for (const axis of shape as readonly number[]) assertInteger(where, `an axis of ${name}`, axis);
}
