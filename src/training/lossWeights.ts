/** Weights of the loss's parts, step by step. */
import { inRange } from '../core/schedules';
import type { Model } from '../models/model';
import type { StepOptions, Weighting } from './options';
import type { LossWeights } from './step';

/** What the weights follow from. */
type Weights = Pick<StepOptions<Model>, 'batches' | 'alpha' | 'parameterPrior'> & {
  readonly weighting: Weighting;
};

/**
 * Weights of the loss's parts.
 *
 * @param settings of the loop or run
 * @returns the weights; α may be a schedule
 * @throws RangeError when α lies below 0, at once or, of a schedule, at the step at which it does
 */
export function lossWeights({ batches, weighting, alpha, parameterPrior }: Weights): LossWeights {
  const { labeled, unlabeled } = batches.counts;
  const all = labeled + unlabeled;
  const byKingma = weighting === 'dataset' ? 0.1 : labeled === 0 ? 0 : (0.1 * all) / labeled;
  return {
    labeled: weighting === 'dataset' ? labeled / all : 1,
    unlabeled: weighting === 'dataset' ? unlabeled / all : 1,
    crossEntropy: alpha === undefined ? byKingma : inRange('train', 'alpha', alpha),
    parameters: parameterPrior === undefined ? 0 : 1 / (parameterPrior ** 2 * all),
  };
}
