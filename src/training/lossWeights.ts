/** Weights of the loss's parts, step by step. */
import type { ScalarOrSchedule } from '../core/schedules';
import type { Model } from '../models/model';
import type { Weighting } from '../models/objectives/objective';
import type { LossWeights } from './loss';
import type { StepOptions } from './options';

/** Options that the weights depend on. */
interface Weights extends Pick<StepOptions<Model>, 'batches'> {
  readonly weighting: Weighting;
  readonly alpha: ScalarOrSchedule | undefined;
  readonly parameterPrior: number | undefined;
}

/** α of Kingma 2014 §3.2 for a mean over the labeled examples, 0.1·N / N_l. */
export const kingmaAlpha = (labeled: number, unlabeled: number): number =>
  (0.1 * (labeled + unlabeled)) / labeled;

/**
 * Weights of the loss's parts.
 *
 * @param options of the loop or run, checked
 * @returns the weights; α may be a schedule
 */
export function lossWeights({ batches, weighting, alpha, parameterPrior }: Weights): LossWeights {
  const { labeled, unlabeled } = batches.counts;
  const all = labeled + unlabeled;
  const byKingma = weighting === 'dataset' ? 0.1 : labeled === 0 ? 0 : kingmaAlpha(labeled, unlabeled);
  return {
    labeled: weighting === 'dataset' ? labeled / all : 1,
    unlabeled: weighting === 'dataset' ? unlabeled / all : 1,
    crossEntropy: alpha ?? byKingma,
    parameters: parameterPrior === undefined ? 0 : 1 / (parameterPrior ** 2 * all),
  };
}
