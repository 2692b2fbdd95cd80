/** Which value of an input an output's value is made of. */

import { sizeOf } from '../../../core/shape';

/** Share of a place in the input: (place / stride) mod size, times `step`. */
interface Axis {
  readonly stride: number;
  readonly size: number;
  readonly step: number;
}

/** The place in an input as a sum over axes; none is the first place, and undefined is the same place. */
export type Places = readonly Axis[] | undefined;

/**
 * Places of an input that is repeated along axes: of size 1 there, or tiled.
 *
 * @param input its shape
 * @param output shape of the output, of as many axes or more; each size is a multiple of the input's
 * @returns places, axes that lie side by side as one
 */
export function repeatedPlaces(input: readonly number[], output: readonly number[]): Places {
  if (sizeOf(input) === sizeOf(output)) return undefined;
  const axes: Axis[] = [];
  const ahead = output.length - input.length;
  let stride = 1;
  let step = 1;
  // Whether the axis behind is read whole, so that this one goes on from it.
  let goesOn = false;
  for (let i = output.length - 1; i >= 0; i--) {
    const size = (input[i - ahead] ?? 1) as number;
    const behind = axes.at(-1);
    if (size > 1) {
      if (goesOn && behind !== undefined) axes[axes.length - 1] = { ...behind, size: behind.size * size };
      else axes.push({ stride, size, step });
    }
    goesOn = size === output[i] && (size > 1 || goesOn);
    stride *= output[i] as number;
    step *= size;
  }
  return axes;
}
