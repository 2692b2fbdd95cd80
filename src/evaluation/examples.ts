/** The data that evaluation reads: plain arrays or tensors, cut into batches here. */
import { slice, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { assertNumbers } from '../core/assert';
import { createRests } from '../core/rests';
import { assertShapes, describe, formatShape, sizeOf } from '../core/shape';
import { assertWithin, type Support } from '../core/support';
import { unitsOf } from '../core/unitInterval';

/** Inputs to evaluate on; a data set of the library is one as it stands. */
export interface Examples {
  /** inputs one after another: bytes (divided by 255), float32 values as they are, or a float32 tensor [N, …] */
  readonly x: Uint8Array | Float32Array | Tensor;
}

/** Inputs with the class of each. */
export interface LabeledExamples extends Examples {
  /** class indices, N integers from 0 to K − 1 */
  readonly y: ArrayLike<number>;
}

/** Inputs ready to be cut: how many, and any run of them as a tensor that belongs to the caller. */
export interface OpenedExamples {
  readonly count: number;
  between(from: number, to: number): Tensor;
}

/**
 * Checks inputs against a model's input shape.
 *
 * @param where name of the calling function, for the message
 * @throws RangeError when there is no example, or x does not divide into examples of that shape
 */
export function openExamples(
  where: string,
  x: Uint8Array | Float32Array | Tensor,
  inputShape: readonly number[],
): OpenedExamples {
  const opened =
    x instanceof Uint8Array || x instanceof Float32Array
      ? openValues(where, x, inputShape)
      : openTensor(where, x, inputShape);
  if (opened.count === 0) throw new RangeError(`${where}: x holds no example, needed at least one`);
  return opened;
}

function openValues(
  where: string,
  x: Uint8Array | Float32Array,
  inputShape: readonly number[],
): OpenedExamples {
  const size = sizeOf(inputShape);
  if (x.length % size !== 0) {
    throw new RangeError(
      `${where}: x holds ${x.length} values, needed a multiple of ${size} for inputs ${formatShape(inputShape)}`,
    );
  }
  return {
    count: x.length / size,
    between(from, to) {
      const values = x.subarray(from * size, to * size);
      const scaled = values instanceof Uint8Array ? unitsOf(values) : values.slice();
      return tensor(scaled, [to - from, ...inputShape], 'float32');
    },
  };
}

function openTensor(where: string, x: Tensor, inputShape: readonly number[]): OpenedExamples {
  if (formatShape(x?.shape?.slice(1) ?? []) !== formatShape(inputShape) || !x?.shape?.length) {
    throw new RangeError(
      `${where}: x is ${describe(x)}, needed [N,${inputShape}], or bytes or float32 values`,
    );
  }
  assertShapes(where, { x: [x, 'N ...', 'float32'] });
  return { count: x.shape[0] as number, between: (from, to) => slice(x, from, to - from) };
}

/**
 * Refuses inputs that a likelihood is not defined on; a tensor is read once.
 *
 * @param where name of the calling function, for the message
 * @param support of the likelihood; where it tells none, nothing is checked
 * @throws RangeError naming the first value outside
 */
export async function assertSupported(
  where: string,
  x: Uint8Array | Float32Array | Tensor,
  support: Support | undefined,
): Promise<void> {
  if (support === undefined) return;
  const values = x instanceof Uint8Array || x instanceof Float32Array ? x : await x.data();
  assertWithin(where, 'x', values, support);
}

/** What inputs are where no likelihood narrows it down. */
export const FINITE: Support = { least: Number.NEGATIVE_INFINITY, largest: Number.POSITIVE_INFINITY };

/**
 * Refuses labels that do not fit.
 *
 * @param where name of the calling function, for the message
 * @param isAllowed whether something else may stand for a label
 * @throws RangeError unless there are `count` integers from 0 to `classes` − 1
 */
export function assertLabels(
  where: string,
  name: string,
  y: ArrayLike<number>,
  count: number,
  classes: number,
  isAllowed: (label: number) => boolean = () => false,
): void {
  assertNumbers(where, name, y);
  if (y.length !== count) {
    throw new RangeError(
      `${where}: ${name} holds ${y.length} labels, needed one for each of ${count} examples`,
    );
  }
  for (let i = 0; i < count; i++) {
    const label = y[i] ?? Number.NaN;
    if (!isAllowed(label) && !(Number.isInteger(label) && label >= 0 && label < classes)) {
      throw new RangeError(
        `${where}: ${name}[${i}] is ${describe(label)}, needed an integer from 0 to ${classes - 1}`,
      );
    }
  }
}

/** Refuses the bound of an example that is NaN. */
export function assertBound(where: string, example: number, bound: number): void {
  if (Number.isNaN(bound))
    throw new RangeError(
      `${where}: the bound of example ${example} is NaN, needed finite inputs and weights, and a likelihood that is finite at them`,
    );
}

/**
 * Calls `visit` with each batch in order, the last one as short as it comes; gives way to other work between them.
 *
 * @param visit reads `x`, examples `from` to `to`, without freeing it
 */
export async function forEachBatch(
  { count, between }: OpenedExamples,
  batchSize: number,
  visit: (x: Tensor, from: number, to: number) => Promise<void>,
): Promise<void> {
  // Reading a tensor settles at once on some backends, and a page would freeze.
  const rest = createRests();
  for (let from = 0; from < count; from += batchSize) {
    await rest();
    const to = Math.min(from + batchSize, count);
    const x = between(from, to);
    try {
      await visit(x, from, to);
    } finally {
      x.dispose();
    }
  }
}
