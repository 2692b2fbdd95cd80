/** What a discriminator and its adversary maximize, given the discriminator's logits. */
import {
  add,
  cast,
  greater,
  greaterEqual,
  less,
  lessEqual,
  mul,
  neg,
  sigmoid,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core';
import { recordOf } from '../core/assert';
import { customGradient } from '../core/gradient';
import { softplusOf } from '../core/logSpace';
import { assertShapes } from '../core/shape';

/** Logits of a discriminator: how sure it is that an input is real. */
export interface DiscriminatorLogits {
  /** logits at draws of the prior, [B] */
  readonly realLogits: Tensor;
  /** logits at what a net gives, [B] */
  readonly fakeLogits: Tensor;
}

/** Objectives of the two sides, [B] each, nats. */
export interface AdversarialTerms {
  /** what the discriminator maximizes; at most 0 */
  readonly discriminator: Tensor1D;
  /** what the net that gives the fakes maximizes; at most 0 */
  readonly generator: Tensor1D;
}

const read = (where: string, given: DiscriminatorLogits): DiscriminatorLogits => {
  const { realLogits, fakeLogits } = recordOf(where, given, 'the argument');
  assertShapes(where, { realLogits: [realLogits, 'B', 'float32'], fakeLogits: [fakeLogits, 'B', 'float32'] });
  return { realLogits, fakeLogits };
};

// Hand-written because softplusOf has the gradient 1 at 0, where the truth is ½.
const logSigmoid = /* @__PURE__ */ customGradient<[Tensor], [Tensor], Tensor1D>((logits, save) => {
  save([logits]);
  return {
    value: neg(softplusOf(neg(logits))) as Tensor1D,
    gradFunc: (dy, [at]) => [mul(dy, sigmoid(neg(at)))],
  };
});

/** What the net that gives the fakes maximizes, log σ(f), of their logits: [B], nats. */
export const generatorTerm = (fakeLogits: Tensor1D): Tensor1D => logSigmoid(fakeLogits);

/**
 * Objectives of a discriminator and of the net that it judges, per example (Goodfellow et al. 2014). Draws of the prior are
 * real, and what the net gives is fake.
 *
 *   discriminator  log σ(r) + log σ(−f)  =  −softplus(−r) − softplus(f)
 *   generator      log σ(f)              =  −softplus(−f)
 *
 * The generator's form is the one that does not saturate: its gradient is largest where the discriminator is sure.
 *
 * @param given logits r of real and f of fake inputs
 * @returns both, [B], nats; −2 log 2 and −log 2 where every logit is 0
 * @throws RangeError when the logits differ in shape, or are not [B]
 * @example adversarialTerms({ realLogits: tf.tensor1d([0]), fakeLogits: tf.tensor1d([0]) }).discriminator // [-1.3862944]
 */
export function adversarialTerms(given: DiscriminatorLogits): AdversarialTerms {
  const { realLogits, fakeLogits } = read('adversarialTerms', given);
  return tidy(() => ({
    discriminator: add<Tensor1D>(logSigmoid(realLogits), logSigmoid(neg(fakeLogits))),
    generator: logSigmoid(fakeLogits),
  }));
}

/**
 * Accuracy of a discriminator at a pair of inputs, one real and one fake. A logit of 0 is a guess, and counts half.
 *
 *   ½ · 1[r > 0] + ½ · 1[f < 0]
 *
 * The mean is 0.5 for a discriminator that cannot tell the two apart.
 *
 * @param given logits r of real and f of fake inputs
 * @returns [B], from 0 to 1; no gradient
 * @throws RangeError when the logits differ in shape, or are not [B]
 * @example discriminatorAccuracy({ realLogits: tf.tensor1d([2, 1, 0]), fakeLogits: tf.tensor1d([-1, 3, 0]) }) // [1, 0.5, 0.5]
 */
export function discriminatorAccuracy(given: DiscriminatorLogits): Tensor1D {
  const { realLogits, fakeLogits } = read('discriminatorAccuracy', given);
  return tidy(() => {
    const holds = [
      greater(realLogits, 0),
      greaterEqual(realLogits, 0),
      less(fakeLogits, 0),
      lessEqual(fakeLogits, 0),
    ];
    const [a, b, c, d] = holds.map((one) => cast(one, 'float32')) as [Tensor, Tensor, Tensor, Tensor];
    return mul<Tensor1D>(0.25, add(add(a, b), add(c, d)));
  });
}
