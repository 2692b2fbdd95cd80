/** Checks of plain arguments; shapes are checked in `shape.ts`. */
import { describe } from './shape';

/**
 * Refuses a number outside its range.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @param value what came
 * @param needed the range in words, for the message
 * @param holds whether the value lies in that range
 * @throws RangeError naming function, argument, what came and what was needed
 */
export function assertNumber(
  where: string,
  name: string,
  value: unknown,
  needed: string,
  holds: (value: number) => boolean,
): asserts value is number {
  if (typeof value !== 'number' || !holds(value)) {
    throw new RangeError(`${where}: ${name} is ${describe(value)}, needed ${needed}`);
  }
}

/** Refuses anything but an integer of at least `least`. */
export const assertInteger = (where: string, name: string, value: unknown, least = 1): void =>
  assertNumber(
    where,
    name,
    value,
    `an integer of at least ${least}`,
    (v) => Number.isInteger(v) && v >= least,
  );

/** Refuses a value that is not among the listed ones. */
export function assertOneOf<T>(where: string, name: string, value: T, choices: readonly T[]): void {
  if (!choices.includes(value)) {
    const needed = choices.map((choice) => describe(choice)).join(', ');
    throw new RangeError(`${where}: ${name} is ${describe(value)}, needed one of ${needed}`);
  }
}
