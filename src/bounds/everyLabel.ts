/**
 * Enumeration of labels, folded into the batch: [B, …] ⇄ [B·K, …].
 *
 * Row b·K + k is example b with label k; both directions live here, so the order is known in one place.
 */
import { expandDims, eye, reshape, type Tensor, type Tensor2D, tidy, tile } from '@tensorflow/tfjs-core';
import { assertInteger, assertSize } from '../core/assert';
import { assertShapes } from '../core/shape';
import { assertBackend } from '../host/backendTraits';

/** Examples repeated, and the label of each row. */
export interface EveryLabel {
  /** every example K times, [B·K, …] */
  readonly x: Tensor;
  /** one-hot labels 0 … K − 1 for each example in turn, [B·K, K] */
  readonly labels: Tensor2D;
}

/**
 * One-hot rows of every label, for each of `count` examples in turn.
 *
 * @param count B
 * @param classes K
 * @returns [B·K, K]
 * @throws RangeError when count or classes is not an integer of at least 1
 * @example everyLabel(1, 2) // [[1, 0], [0, 1]]
 */
export function everyLabel(count: number, classes: number): Tensor2D {
  assertBackend('everyLabel');
  assertInteger('everyLabel', 'count', count);
  assertInteger('everyLabel', 'classes', classes);
  assertSize('everyLabel', 'count × classes²', count * classes ** 2);
  return tidy(() => tile(eye(classes), [count, 1]) as Tensor2D);
}

/**
 * Each row K times in succession: the order of {@link everyLabel}.
 *
 * @param x [B, …]
 * @param times K
 * @returns [B·K, …]; the gradient sums over the repetitions
 * @throws RangeError when x has no batch axis, or times is not an integer of at least 1
 * @example repeatRows(tf.tensor2d([[1], [2]]), 2) // [[1], [1], [2], [2]]
 */
export function repeatRows(x: Tensor, times: number): Tensor {
  assertShapes('repeatRows', { x: [x, 'B ...'] });
  assertInteger('repeatRows', 'times', times);
  assertSize('repeatRows', 'the size of x × times', x.size * times);
  const [batch = 0, ...event] = x.shape;
  // Flattened first: the gradient of tile exists up to rank 4 only.
  return tidy(() =>
    reshape(tile(expandDims(reshape(x, [batch, -1]), 1), [1, times, 1]), [batch * times, ...event]),
  );
}

/**
 * Every example with every label.
 *
 * @param x [B, …]
 * @param classes K
 * @returns examples [B·K, …] and labels [B·K, K]
 * @throws RangeError when x has no batch axis, or classes is not an integer of at least 1
 * @example withEveryLabel(tf.tensor2d([[5]]), 2) // { x: [[5], [5]], labels: [[1, 0], [0, 1]] }
 */
export function withEveryLabel(x: Tensor, classes: number): EveryLabel {
  assertShapes('withEveryLabel', { x: [x, 'B ...'] });
  assertInteger('withEveryLabel', 'classes', classes);
  assertSize('withEveryLabel', 'x and labels', (x.size + (x.shape[0] as number) * classes) * classes);
  return { x: repeatRows(x, classes), labels: everyLabel(x.shape[0] as number, classes) };
}

/**
 * Values of the folded batch, one row per example: the inverse of {@link withEveryLabel}.
 *
 * @param values [B·K]
 * @param classes K
 * @returns [B, K]
 * @throws RangeError when the values are not [N] with N a multiple of K
 * @example byLabel(tf.tensor1d([1, 2, 3, 4]), 2) // [[1, 2], [3, 4]]
 */
export function byLabel(values: Tensor, classes: number): Tensor2D {
  const { B·K: rows = 0 } = assertShapes('byLabel', { values: [values, 'B·K'] });
  assertInteger('byLabel', 'classes', classes);
  if (rows % classes !== 0)
    throw new RangeError(`byLabel: values have shape [${rows}], needed a multiple of ${classes} classes`);
  return reshape(values, [rows / classes, classes]) as Tensor2D;
}
