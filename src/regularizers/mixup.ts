/** Pairs of rows, interpolated. */
import { add, concat, mul, reshape, slice, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { assertShapes } from '../core/shape';

/**
 * Each row mixed with the next one of the batch, the last with the first (Zhang et al. 2018, Eq. 1).
 *
 *   out_b = λ_b · v_b + (1 − λ_b) · v_{b + 1 mod B}
 *
 * Rows of a shuffled batch are in no order, so neighbors are random pairs; of a batch of one, the row stays.
 *
 * @param values v: inputs, or what belongs to them, [B, …]
 * @param share λ: shares, [B]
 * @returns the same shape as the values; within their range where shares are from 0 to 1
 * @throws RangeError when the values have no batch axis, or the shares are not [B]
 * @example mixup(tf.tensor2d([[0, 8], [4, 0]]), tf.tensor1d([0.75, 0.5])) // [[1, 6], [2, 4]]
 */
export function mixup(values: Tensor, share: Tensor): Tensor {
  const { B = 0 } = assertShapes('mixup', {
    values: [values, 'B ...', 'float32'],
    share: [share, 'B', 'float32'],
  });
  return tidy(() => {
    const rows = reshape(values, [B, -1]);
    const next = B === 1 ? rows : concat([slice(rows, [1, 0]), slice(rows, [0, 0], [1, -1])], 0);
    // λ·v + (1 − λ)·w with one product less; where v and w are equal, it is exactly that.
    return reshape(add(next, mul(reshape(share, [B, 1]), sub(rows, next))), values.shape);
  });
}
