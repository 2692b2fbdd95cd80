/**
 * Interpolation consistency of the classifier (Verma et al. 2019), as a term of an objective.
 *
 *   x̃ = λ·x_i + (1 − λ)·x_j   t = λ·q(y | x_i) + (1 − λ)·q(y | x_j)   λ ~ Beta(a, a)
 *
 *   objective  … − w · inconsistency of q(y | x̃) with t, a constant
 */
import { floor, softmax, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import type { Augment } from '../../core/batch';
import type { Noise } from '../../core/noise';
import { atOnce } from '../../core/notAsync';
import { assertShapes } from '../../core/shape';
import type { NumberOrScalar } from '../../core/weightedSum';
import { sampleBeta } from '../../distributions/beta';
import { interpolationConsistency } from '../../regularizers/interpolationConsistency';
import { mixup } from '../../regularizers/mixup';
import { inferred } from '../atOnce';
import type { SemiSupervisedVae } from '../model';
import { type Part, scheduled } from './objective';
import type { Settings } from './settings';

/** Inputs changed by the option `consistency.augment`. */
const augmentedBy = (where: string, augment: Augment, x: Tensor, noise: Noise): Tensor => {
  const name = 'what consistency.augment gives';
  const changed = atOnce(where, 'consistency.augment', augment(x, noise));
  assertShapes(where, { [name]: [changed, x.shape.join(' '), 'float32'] });
  return changed;
};

/** The inconsistency of the classifier between examples, and its weight; nothing where that is the number 0. */
export const consistencyOf = (
  model: SemiSupervisedVae,
  x: Tensor,
  labelLogits: Tensor2D,
  part: Part,
  settings: Settings['consistency'],
): { readonly weight: NumberOrScalar; readonly consistency: Tensor1D } | undefined => {
  const weight = settings ? scheduled(part, settings.weight, 'consistency.weight') : 0;
  if (settings === undefined || weight === 0) return undefined;
  const { concentration: a, augment } = settings;
  const noise = part.noise.split('consistency');
  const share = sampleBeta(x.shape[0] as number, { a, b: a, noise });
  const changed = augment ? augmentedBy(part.where, augment, x, noise.split('augment')) : x;
  // Another pass of the same step: running statistics are those of the examples themselves.
  const { covariates, observed } = part.bound;
  const mixed = {
    training: true,
    updateStatistics: false,
    noise,
    // A mixture of two examples is observed where both are.
    ...(covariates && { covariates: mixup(covariates, share) }),
    ...(observed && { observed: floor(mixup(observed, share)) }),
  };
  const { labelLogits: logits } = inferred(part.where, model, mixup(changed, share), mixed);
  const targets = mixup(softmax(labelLogits), share);
  return { weight, consistency: interpolationConsistency({ logits, targets }) };
};
