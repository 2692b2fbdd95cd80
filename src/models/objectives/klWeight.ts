/** The weights of the latents' divergences in an objective. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { plainOf } from '../../core/assert';
import { oneLine } from '../../core/describe';
import { AT_LEAST_0, type Rule } from '../../core/options';
import { type ScalarOrSchedule, schedule } from '../../core/schedules';
import { type NumberOrScalar, weightedSum } from '../../core/weightedSum';
import { type BoundTerms, partsOf } from '../model';
import { type ObjectiveContext, scheduled } from './objective';

/** A weight for every divergence of the latents, or one for each by the name of its term, such as `latentKl`. */
export type KlWeight = ScalarOrSchedule | { readonly [term: string]: ScalarOrSchedule };

/** Whether a term of a bound is a divergence. */
export const isKl = (name: string): boolean => /Kl(\.|$)/.test(name);

/** How the weights are read: at least 0, and 1 where none is given. */
export const klWeightRule =
  (): Rule<KlWeight> =>
  (where, name, value = 1) => {
    const weight = schedule(AT_LEAST_0);
    if (typeof value !== 'object' || value === null) return weight(where, name, value);
    const named = Object.entries(plainOf(where, value, name)).map(([term, one]) => {
      if (!isKl(term))
        throw new RangeError(
          `${where}: ${name}.${oneLine(term)} is not a divergence, needed the name of a term such as latentKl`,
        );
      return [term, weight(where, `${name}.${term}`, one)] as const;
    });
    if (named.length === 0)
      throw new RangeError(
        `${where}: ${name} is empty, needed a number, a schedule, or weights by the names of terms such as latentKl`,
      );
    return Object.fromEntries(named);
  };

/**
 * The bound with its divergences weighted at a step.
 *
 *   log p(x|z[,y]) − Σ_i w_i·KL_i
 *
 * @param where name of the objective, for messages
 * @returns the terms' own `elbo` where every weight is the number 1
 * @throws RangeError when a weight is named after a divergence that the bound does not have
 */
export function weightedBound(
  where: string,
  terms: BoundTerms,
  weight: KlWeight,
  context: ObjectiveContext,
): Tensor {
  const divergences = partsOf(terms).filter(([name]) => isKl(name));
  const unknown =
    typeof weight === 'object' &&
    Object.keys(weight).find((name) => !divergences.some(([divergence]) => divergence === name));
  if (typeof unknown === 'string') {
    const needed = divergences.map(([name]) => oneLine(name)).join(', ');
    throw new RangeError(
      `${where}: klWeight.${oneLine(unknown)} is not a divergence of the model, needed ${needed}`,
    );
  }
  const weightOf = (name: string): NumberOrScalar => {
    const one = typeof weight === 'object' ? (weight[name] ?? 1) : weight;
    return scheduled(context, one, typeof weight === 'object' ? `klWeight.${name}` : 'klWeight');
  };
  const kls = divergences.map(([name, kl]) => ['-', weightOf(name), kl] as const);
  if (kls.every(([, w]) => w === 1)) return terms.elbo;
  return weightedSum([['+', 1, terms.logLikelihood], ...kls], terms.elbo.shape[0]);
}
