/** Gumbel-Softmax (concrete) distribution: a categorical draw that a gradient flows through. */
import { add, div, max, softmax, sub, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { customGradient, withoutGradient } from '../core/gradient';
import { oneHotArgMax } from '../core/labels';
import type { Noise } from '../core/noise';
import { flag, type NumberRange, noiseStream, numberOrScalar, readOptions } from '../core/options';
import { assertShapes } from '../core/shape';
import type { NumberOrScalar } from '../core/weightedSum';

/** How a relaxed label is drawn. */
export interface GumbelSoftmaxOptions {
  /** τ, number or scalar tensor, at least 1e-30; towards 0 draws become one-hot and gradients steep */
  readonly temperature: NumberOrScalar;
  /** `true`: one-hot in value, relaxed in gradient (straight-through); default `false` */
  readonly hard?: boolean;
  /** stream that the Gumbel noise is drawn from */
  readonly noise: Noise;
}

/** The range of τ: 1/τ beyond float32 would make the gradient NaN, and this leaves room for an upstream gradient of 1e8. */
export const TEMPERATURES: NumberRange = {
  needed: 'a finite number of at least 1e-30, so that 1 / τ stays finite',
  holds: (tau) => tau >= 1e-30 && Number.isFinite(tau),
};

// The straight-through estimator is biased by design: the gradient passes the argmax as if it were not there.
const straightThrough = /* @__PURE__ */ customGradient<[Tensor], [], Tensor>((relaxed) => ({
  value: oneHotArgMax(relaxed),
  gradFunc: (dy) => [dy],
}));

/**
 * A relaxed one-hot draw (Jang et al. 2017, Eq. 2; Maddison et al. 2017; report §2.7.2).
 *
 *   y = softmax( (l + g) / τ ),   g_k = −log(−log u_k),   u_k ~ U(0, 1)
 *
 * With `hard`, the value is onehot(argmax y) and the gradient that of y (straight-through; Bengio et al. 2013).
 * A relaxed label is not a corner of the simplex: a bound evaluated at it is not a bound.
 *
 * A NaN among the logits makes its row NaN; with `hard` it does not, as that would cost two kernels at every step of a
 * training that learns of it anyway, from the entropy of the same logits.
 *
 * @param logits l, [B, K]
 * @param options temperature, hard, noise
 * @returns [B, K], rows of non-negative numbers summing to 1; differentiable in the logits
 * @throws RangeError when the logits are not [B, K], or the temperature is neither a scalar tensor nor a finite number of
 * at least 1e-30
 * @example sampleGumbelSoftmax(tf.tensor2d([[100, 0]]), { temperature: 0.5, noise }) // [[1, 0]]
 */
export function sampleGumbelSoftmax(logits: Tensor, options: GumbelSoftmaxOptions): Tensor2D {
  assertShapes('sampleGumbelSoftmax', { logits: [logits, 'B K', 'float32'] });
  const { temperature, hard, noise } = readOptions('sampleGumbelSoftmax', options, {
    temperature: numberOrScalar(TEMPERATURES),
    hard: flag(false),
    noise: noiseStream(),
  });
  return tidy(() => {
    const scores = add(logits, noise.gumbel(logits.shape));
    // The largest score of a row is taken off ahead of τ: (l + g) / τ may lie beyond float32, and 0 / τ is 0. Softmax does
    // not change by it, so it needs no gradient.
    const relaxed = softmax(div(sub(scores, withoutGradient(max(scores, 1, true))), temperature));
    return (hard ? straightThrough(relaxed) : relaxed) as Tensor2D;
  });
}
