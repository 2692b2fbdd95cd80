/** The loss of a step: the only mean over the batch, and the only minus sign. */
import { div, mean, mul, type Scalar, square, sum, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { Batch } from '../core/batch';
import { describe, oneLine } from '../core/describe';
import type { ScalarOrSchedule } from '../core/schedules';
import { type NumberOrScalar, type WeightedTerm, weightedSum } from '../core/weightedSum';
import type { ObjectiveTerms } from '../models/objectives/objective';
import { namedTerms } from './terms';

/** Weights of the loss. */
export interface LossWeights {
  /** w_L, of the labeled objective */
  readonly labeled: number;
  /** w_U, of the unlabeled objective */
  readonly unlabeled: number;
  /** α, of the labeled cross-entropy */
  readonly crossEntropy: ScalarOrSchedule;
  /** of ½‖θ‖², the parameter prior */
  readonly parameters: number;
}

/** Weights of the loss at one step. */
type LossWeightsNow = Omit<LossWeights, 'crossEntropy'> & { readonly crossEntropy: NumberOrScalar };

/** Mean over examples: Σ w·t / Σ w if they have weights. A batch statistic stays as it is. */
const meanOver = (term: Tensor, weight: Tensor | undefined): Tensor =>
  weight === undefined || term.rank === 0 ? mean(term) : div(sum(mul(term, weight)), sum(weight));

/**
 * The loss of a batch.
 *
 *   w_L · mean(−labeled.objective) + α · mean(crossEntropy) + w_U · mean(−unlabeled.objective) + w_θ · ½‖θ‖²
 *
 * If examples have weights, each mean is Σ w·t / Σ w. A weight that is the number 0 leaves its
 * term out of the graph.
 *
 * @param terms of the objective, [B] each
 * @param weights of the parts; α is a number or a scalar tensor
 * @param variables under the parameter prior
 * @param batch of the terms, whose examples may have weights
 * @param phase whose loss it is, for the message
 * @returns scalar, nats; smaller is better
 * @throws RangeError when no term has a weight
 */
export function lossOf(
  terms: ObjectiveTerms,
  weights: LossWeightsNow,
  variables: readonly Variable[],
  batch: Batch = {},
  phase?: string,
): Scalar {
  const { labeled, unlabeled, crossEntropy, parameters } = weights;
  const parts: readonly (readonly ['+' | '-', NumberOrScalar, 'labeled' | 'unlabeled', string])[] = [
    ['+', crossEntropy, 'labeled', 'crossEntropy'],
    ['-', labeled, 'labeled', 'objective'],
    ['-', unlabeled, 'unlabeled', 'objective'],
  ];
  const present = parts.flatMap(([sign, weight, part, name]): WeightedTerm[] => {
    const named = terms[part];
    if (weight === 0 || !named || !Object.hasOwn(named, name)) return [];
    return [[sign, weight, meanOver(named[name] as Tensor, batch[part]?.weight)]];
  });
  if (parameters !== 0)
    for (const parameter of variables) present.push(['+', parameters / 2, sum(square(parameter))]);
  if (present.length === 0) {
    const given = namedTerms(terms).map(([name]) => name);
    throw new RangeError(
      `train: the loss${phase === undefined ? '' : ` of phase ${describe(phase)}`} is empty, needed an objective or a cross-entropy with a weight other than 0; the objective gives ${oneLine(given.join(', '), 300) || 'no term'}`,
    );
  }
  return weightedSum(present, 1) as Scalar;
}
