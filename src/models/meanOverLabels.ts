/** The mean of a code over its label. */
import { mul, reshape, softmax, sum, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';

/**
 * Σ_y q(y|x) E[z|x,y].
 *
 * @param labelLogits of q(y|x), [B, K]
 * @param means E[z|x,y] at every label, [B·K, Z], in the order of `everyLabel`
 * @returns [B, Z]
 */
export function meanOverLabels(labelLogits: Tensor2D, means: Tensor): Tensor2D {
  const [rows, classes] = labelLogits.shape;
  const byLabel = reshape(means, [rows, classes, means.shape[1] as number]);
  return sum<Tensor2D>(mul(reshape(softmax(labelLogits), [rows, classes, 1]), byLabel), 1);
}
