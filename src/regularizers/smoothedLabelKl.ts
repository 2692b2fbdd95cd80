/** Divergence between a classifier's output and smoothed labels, in either direction. */
import {
  add,
  expandDims,
  greater,
  log,
  maximum,
  mul,
  neg,
  softmax,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { customGradient } from '../core/gradient';
import { LOWEST } from '../core/logSpace';
import { number, oneOf, readOptions, UNIT_INTERVAL, unchecked } from '../core/options';
import { assertShapes } from '../core/shape';
import * as categorical from '../distributions/categorical';
import {
  type SmoothingSpread,
  type SmoothLabelsOptions,
  smoothingSpread,
  smoothLabels,
} from './labelSmoothing';

/** `'labels||q'` is KL(p̂‖q), `'q||labels'` is KL(q‖p̂). */
export type LabelKlDirection = 'labels||q' | 'q||labels';

/** What the divergence is taken of. */
export interface SmoothedLabelKlArguments extends SmoothLabelsOptions {
  /** probabilities before smoothing, [B, K], one-hot as a rule */
  readonly labels: Tensor;
  /** logits of q(y|x), [B, K] */
  readonly logits: Tensor;
  /** ε of the smoothing */
  readonly epsilon: number;
  /** which divergence; default `'labels||q'` */
  readonly direction?: LabelKlDirection;
}

/** How ε, spread and direction are read. */
export const smoothingRules = () => ({
  epsilon: number(UNIT_INTERVAL),
  spread: smoothingSpread(),
  direction: oneOf<LabelKlDirection>(['labels||q', 'q||labels'], 'labels||q'),
});

/** Refuses an ε at which the divergence is infinite, as far as that can be told without K. */
export function assertFiniteKl(
  where: string,
  name: string,
  { epsilon, spread, direction }: Required<Omit<SmoothedLabelKlArguments, 'labels' | 'logits'>>,
): void {
  if (direction === 'labels||q') return;
  // Mixed with the uniform distribution, at ε = 1 a label is that.
  const isUniform = spread === 'uniform';
  const holds = (e: number): boolean => e > 0 && (isUniform || e < 1);
  number({ needed: `a number in (0, 1${isUniform ? ']' : ')'}: ${INFINITE}`, holds })(where, name, epsilon);
}

const INFINITE = 'KL(q‖p̂) is infinite where a smoothed label is 0';

// −H(p̂) = Σ_k p̂_k log p̂_k, hand-written for 0·log 0 = 0: the slope log p̂_k + 1 is −∞ at a label of exactly 0, where it
// is taken to be 0 like the term it belongs to.
const negativeEntropy = /* @__PURE__ */ customGradient<[Tensor], [Tensor, Tensor], Tensor1D>(
  (probs, save) => {
    const logProbs = maximum(log(probs), LOWEST);
    save([probs, logProbs]);
    return {
      value: sum<Tensor1D>(mul(probs, logProbs), 1),
      gradFunc: (dy, [p, logP]) => [mul(expandDims(dy, 1), where(greater(p, 0), add(logP, 1), zerosLike(p)))],
    };
  },
);

/** The least probability that smoothing a one-hot label leaves, as float32 arithmetic has it. */
const leastOf = (epsilon: number, classes: number, spread: SmoothingSpread): number => {
  const floor = Math.fround(spread === 'others' ? epsilon / (classes - 1) : epsilon / classes);
  return spread === 'others' ? Math.min(floor, Math.fround(Math.fround(1 - epsilon - floor) + floor)) : floor;
};

// The smallest normal float32: GPUs take what is below for 0.
const SMALLEST = 2 ** -126;

/**
 * KL divergence between smoothed labels p̂ and q(y|x), per example (report §3.3.2, §3.5; §3.6 for the reverse).
 *
 *   'labels||q':  KL(p̂‖q) = CE(p̂, q) − H(p̂) = Σ_k p̂_k ( log p̂_k − logSoftmax(l)_k )
 *   'q||labels':  KL(q‖p̂) = −Σ_k q_k log p̂_k − H(q) = Σ_k q_k ( log q_k − log p̂_k ),   q = softmax(l)
 *
 * The first keeps a strong gradient where q is confidently wrong. The second is infinite at ε = 0 for any softmax,
 * which is refused rather than clipped, and its gradient vanishes where q is confidently wrong (−0.00018 in the true class's
 * logit at K = 10, confidence 0.9999 and ε = 0.1). In labels, the slope log p̂_k of the first is −∞ where p̂_k is exactly 0 (ε = 0); the
 * gradient there is that of the cross-entropy alone.
 *
 * @returns [B], nats; non-negative up to rounding; +∞ where a class of logit −∞ has a smoothed label above 0 (`'labels||q'`)
 * @throws RangeError when the shapes differ, ε lies outside [0, 1], or ε leaves a class no probability that float32
 * holds under `'q||labels'`
 * @example smoothedLabelKl({ labels: tf.tensor2d([[1, 0]]), logits: tf.tensor2d([[0, 0]]), epsilon: 0.1 }) // [0.3680642]
 */
export function smoothedLabelKl(given: SmoothedLabelKlArguments): Tensor1D {
  const name = 'smoothedLabelKl';
  const { labels, logits, ...smoothing } = readOptions(name, given, {
    labels: unchecked(),
    logits: unchecked(),
    ...smoothingRules(),
  });
  const { epsilon, spread, direction } = smoothing;
  const { K = 0 } = assertShapes(name, {
    labels: [labels, 'B K'],
    logits: [logits, 'B K', 'float32'],
  });
  assertFiniteKl(name, 'epsilon', smoothing);
  if (direction === 'q||labels')
    number({
      needed: `a number that leaves every class a float32 probability: ${INFINITE}`,
      holds: (e) => leastOf(e, K, spread) >= SMALLEST,
    })(name, 'epsilon', epsilon);
  return tidy(() => {
    const smoothed = smoothLabels(labels, epsilon, { spread });
    if (direction === 'labels||q')
      return sub(negativeEntropy(smoothed), categorical.logProb(logits, smoothed));
    const expected = sum<Tensor1D>(mul(softmax(logits as Tensor2D), log(smoothed)), 1);
    return neg(add<Tensor1D>(expected, categorical.entropy(logits)));
  });
}
