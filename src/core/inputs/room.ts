/** Room for the numbers of raw inputs. */
import { MOST_VALUES } from '../assert';

/**
 * Refuses more numbers than an array holds, before it is made.
 *
 * @param where name of the calling function, for the message
 * @param name of the raw inputs
 * @param advice what makes them fewer
 */
export function assertRoom(where: string, name: string, count: number, width: number, advice: string): void {
  if (count * width > MOST_VALUES)
    throw new RangeError(
      `${where}: ${name} are ${count} × ${width} numbers, needed at most ${MOST_VALUES} in all: ${advice}`,
    );
}
