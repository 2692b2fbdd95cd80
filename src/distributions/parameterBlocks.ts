/** Parts of the last axis of a decoder's output. */
import { slice, type Tensor } from '@tensorflow/tfjs-core';
import { formatShape } from '../core/describe';

/** Columns of the last axis, from `start` on. */
export const columnsOf = (x: Tensor, start: number, width: number): Tensor => {
  const zeros = x.shape.map(() => 0);
  return slice(x, [...zeros.slice(0, -1), start], [...x.shape.slice(0, -1), width]);
};

/**
 * Blocks of equal width along the last axis.
 *
 * @param where name of the calling function, for the message
 * @param names what each block is, for the message
 * @throws RangeError when the last axis does not divide into them
 */
export function blocksOf(where: string, parameters: Tensor, names: readonly string[]): readonly Tensor[] {
  const [count, width] = [names.length, parameters.shape.at(-1) as number];
  if (count === 1) return [parameters];
  if (parameters.rank < 2 || width % count !== 0)
    throw new RangeError(
      `${where}: parameters have shape ${formatShape(parameters.shape)}, needed a last axis of ${count} equal parts (${names.join(', then ')})`,
    );
  return names.map((_, i) => columnsOf(parameters, (i * width) / count, width / count));
}
