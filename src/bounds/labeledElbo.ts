/** Evidence lower bound of an example whose label is known. */
import { add, sub, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { recordOf } from '../core/assert';
import { assertShapes } from '../core/shape';

/** Parts of the labeled bound, one value per example, in nats. */
export interface LabeledElboArguments {
  /** E_q(z) log p(x|z,y), or one sample of it, [B] */
  readonly logLikelihood: Tensor;
  /** KL(q(z|x[,y]) ‖ p(z)), [B] */
  readonly latentKl: Tensor;
  /** log p(y), [B] */
  readonly logLabelPrior: Tensor;
}

/** The labeled bound and its parts, [B] each, in nats. */
export interface LabeledElboTerms {
  /** L(x, y) */
  readonly elbo: Tensor1D;
  /** the argument of that name */
  readonly logLikelihood: Tensor1D;
  /** the argument of that name */
  readonly latentKl: Tensor1D;
  /** the argument of that name */
  readonly logLabelPrior: Tensor1D;
}

/**
 * Labeled bound (report Eq. 6; Kingma 2014, Eq. 6, which states its negative).
 *
 *   L(x, y) = E_q(z) log p(x|z,y) − KL(q(z|x[,y]) ‖ p(z)) + log p(y)  ≤  log p(x, y)
 *
 * @returns the bound and its parts, [B] each, nats; each a tensor of its own
 * @throws RangeError when the shapes differ
 * @example labeledElbo({ logLikelihood: tf.tensor1d([-90]), latentKl: tf.tensor1d([10]), logLabelPrior: tf.tensor1d([-2]) }).elbo // [-102]
 */
export function labeledElbo(given: LabeledElboArguments): LabeledElboTerms {
  const { logLikelihood, latentKl, logLabelPrior } = recordOf('labeledElbo', given, 'the argument');
  assertShapes('labeledElbo', {
    logLikelihood: [logLikelihood, 'B', 'float32'],
    latentKl: [latentKl, 'B', 'float32'],
    logLabelPrior: [logLabelPrior, 'B', 'float32'],
  });
  return tidy(() => ({
    elbo: add(sub(logLikelihood, latentKl), logLabelPrior) as Tensor1D,
    logLikelihood: logLikelihood.clone() as Tensor1D,
    latentKl: latentKl.clone() as Tensor1D,
    logLabelPrior: logLabelPrior.clone() as Tensor1D,
  }));
}
