/**
 * Shape assertions by named axes.
 *
 * TensorFlow.js broadcasts silently: a mean [2,3] with a log-variance [2,1] gives a plausible and wrong
 * divergence. Every public function therefore states its axes on its first line.
 */
import { describe, formatShape, inBrackets } from './describe';

/** Whatever carries a shape: tensors of any tfjs build are accepted, so nothing is tested by `instanceof`. */
export interface Shaped {
  readonly shape: readonly number[];
  /** type of the numbers, where the tensor tells it */
  readonly dtype?: string;
  /** whether its memory is gone, where the tensor tells it */
  readonly isDisposed?: boolean;
}

/** A tensor, the pattern of its axes, and `'float32'` where a function computes wrongly with other numbers. */
type Expected = readonly [tensor: Shaped, pattern: string, dtype?: 'float32'];

/** Sizes of the axes that {@link assertShapes} matched, by axis letter. */
export type AxisSizes = Readonly<Record<string, number>>;

/** Whether something carries a shape. */
export const isShaped = (value: unknown): value is Shaped =>
  typeof value === 'object' &&
  value !== null &&
  Array.isArray((value as Partial<Shaped>).shape) &&
  (value as Shaped).shape.every(Number.isInteger);

/** Types of tensors that hold numbers. */
const NUMBERS: readonly string[] = ['float32', 'int32', 'bool'];

/** Number of values in a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, axis) => size * axis, 1);

/** Whether two shapes are the same. */
export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((axis, i) => axis === b[i]);

/**
 * Checks tensors against patterns of axis names, all in one namespace.
 *
 * A pattern lists axes separated by spaces: a name (`B`) must have one size everywhere it stands, a number
 * must be met exactly, and `...` at the end stands for any further axes, the same everywhere.
 *
 * Kernels given integers take them for floats or round what they return, and say nothing. So what a distribution is
 * made of (logits, means, log-variances) is asked to be float32; what it is asked about (labels, observed values)
 * meets a float32 before any such kernel and may be of any type of number, as `tf.oneHot` gives int32.
 *
 * An axis of size 0 is refused: nothing has a mean, and not every backend's kernels take it.
 *
 * @param where name of the calling function, for the message
 * @param arguments_ tensor, pattern and, where needed, type by argument name
 * @returns the size of each named axis
 * @throws TypeError when an argument is not a tensor, or of another type than needed
 * @throws RangeError when a tensor is disposed, or a shape does not fit or holds nothing; the message names function, argument, what came and what was needed
 * @example assertShapes('gaussianKl', { mean: [tf.zeros([2, 3]), 'B Z'] }) // { B: 2, Z: 3 }
 */
export function assertShapes(where: string, arguments_: Readonly<Record<string, Expected>>): AxisSizes {
  const sizes: Record<string, number> = {};
  let rest: readonly number[] | undefined;
  for (const [name, [tensor, pattern, dtype]] of Object.entries(arguments_)) {
    if (!isShaped(tensor))
      throw new TypeError(`${where}: ${name} is ${describe(tensor)}, needed a tensor [${pattern}]`);
    const type = tensor.dtype ?? 'float32';
    if (dtype === undefined ? !NUMBERS.includes(type) : type !== dtype)
      throw new TypeError(`${where}: ${name} has dtype ${type}, needed ${dtype ?? 'numbers'}`);
    if (tensor.isDisposed) throw new RangeError(`${where}: ${name} is disposed, needed a living tensor`);
    const axes = pattern === '' ? [] : pattern.split(' ');
    const open = axes.at(-1) === '...';
    const named = open ? axes.slice(0, -1) : axes;
    const tail = tensor.shape.slice(named.length);
    const fits =
      (open ? tensor.shape.length >= named.length : tensor.shape.length === named.length) &&
      named.every(
        (axis, i) =>
          tensor.shape[i] === (/^\d+$/.test(axis) ? Number(axis) : (sizes[axis] ?? tensor.shape[i])),
      ) &&
      (!open || rest === undefined || sameShape(rest, tail));
    if (!fits) {
      const needed = axes.flatMap((axis) => (axis === '...' ? (rest ?? axis) : (sizes[axis] ?? axis)));
      const [pattern, sizesOf] = [inBrackets(axes), inBrackets(needed)];
      throw new RangeError(
        `${where}: ${name} has shape ${formatShape(tensor.shape)}, needed ${pattern}${sizesOf === pattern ? '' : ` = ${sizesOf}`}`,
      );
    }
    if (tensor.shape.includes(0))
      throw new RangeError(
        `${where}: ${name} has shape ${formatShape(tensor.shape)}, needed at least 1 along each axis`,
      );
    for (const [i, axis] of named.entries()) sizes[axis] = tensor.shape[i] as number;
    if (open) rest = tail;
  }
  return sizes;
}
