/** Parts of the last axis of a decoder's output. */
import { slice, type Tensor } from '@tensorflow/tfjs-core';
import { formatShape } from '../core/describe';

/** Columns of the last axis, from `start` on. */
export const columnsOf = (x: Tensor, start: number, width: number): Tensor => {
  const zeros = x.shape.map(() => 0);
  return slice(x, [...zeros.slice(0, -1), start], [...x.shape.slice(0, -1), width]);
};

/**
 * The two halves of the last axis.
 *
 * @param where name of the calling function, for the message
 * @param parts what they are, for the message
 * @throws RangeError when the last axis is odd
 */
export function halves(where: string, parameters: Tensor, parts: string): readonly [Tensor, Tensor] {
  const width = parameters.shape.at(-1) as number;
  if (parameters.rank < 2 || width % 2 !== 0)
    throw new RangeError(
      `${where}: parameters have shape ${formatShape(parameters.shape)}, needed an even last axis (${parts})`,
    );
  return [columnsOf(parameters, 0, width / 2), columnsOf(parameters, width / 2, width / 2)];
}
