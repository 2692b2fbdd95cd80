/** The objective of a VAE without labels. */

import { tidy } from '@tensorflow/tfjs-core';
import type { UnlabeledBatch } from '../../core/batch';
import { readOptions } from '../../core/options';
import { specOf } from '../../core/spec';
import { maker } from '../../core/uncalled';
import { boundOf } from '../atOnce';
import { assertCalled, assertTakesObserved, hasToken } from '../fits';
import { hasLabels, type Model, partsOf, type Vae } from '../model';
import { type KlWeight, klWeightRule, weightedBound } from './klWeight';
import { type FittedData, knownOf, type Objective, type Terms } from './objective';

/** Options of the objective. */
export interface UnsupervisedOptions {
  /**
   * weight of the latents' divergences in the objective, at least 0; default 1, the bound itself. A warm-up from 0 keeps
   * codes in use that collapse early otherwise (Sønderby et al. 2016). Another constant gives the β-VAE of Higgins et al. 2017
   */
  readonly klWeight?: KlWeight;
}

const assertModel = (where: string, model: Model, data?: FittedData): void => {
  if (hasLabels(model))
    throw new TypeError(
      `${where}: the model has labels, needed one without: unsupervised() is the objective of a VAE, and semiSupervised() of a model with q(y|x)`,
    );
  if (hasToken(model))
    throw new TypeError(
      `${where}: the model takes labels, needed a VAE without: unsupervised() would leave them out, and labelConditional() is the objective of a model with a token for missing labels`,
    );
  assertCalled<Vae>(where, model, ['bound'], 'unsupervised(), the objective of a VAE');
  if (data?.observed) assertTakesObserved(where, model);
};

/**
 * The bound of a VAE (Kingma 2014, Eq. 5, which states its negative).
 *
 *   elbo       E_q(z|x) log p(x|z) − KL(q(z|x) ‖ p(z))  ≤  log p(x)
 *   objective  E_q(z|x) log p(x|z) − w · KL(q(z|x) ‖ p(z))
 *
 * The expectation is taken at one draw of z. Labels are ignored: the inputs of labeled examples have the same terms, as
 * `labeled`. Every example has the same weight, as with `weighting: 'dataset'`, unless `train` is given another.
 * Running statistics move with the unlabeled examples where there are any.
 *
 * @param options weight of the divergences, a number or a schedule
 * @returns an objective; its terms are `elbo`, `objective`, `logLikelihood` and `latentKl`, [B] each, nats
 * @throws RangeError when the weight is neither a schedule nor a finite number of at least 0
 * @example train(model, { objective: unsupervised({ klWeight: linearWarmup({ steps: 6000 }) }), batches, epochs: 100, seed: 1 })
 */
export const unsupervised = /* @__PURE__ */ maker(
  'unsupervised({ … })',
  (options: UnsupervisedOptions = {}): Objective<Vae> => {
    const settings = readOptions('unsupervised', options, { klWeight: klWeightRule() });
    const objective: Objective<Vae> = (model, { labeled, unlabeled }, context) => {
      const terms = (
        part: 'labeled' | 'unlabeled',
        given: UnlabeledBatch,
        updateStatistics: boolean,
      ): Terms => {
        const noise = context.noise.split(part);
        const bound = boundOf('unsupervised', model, given.x, {
          training: true,
          updateStatistics,
          noise,
          ...knownOf(given),
        });
        return {
          elbo: bound.elbo,
          objective: weightedBound('unsupervised', bound, settings.klWeight, context).clone(),
          ...Object.fromEntries(partsOf(bound)),
        };
      };
      return tidy(() => ({
        ...(labeled && { labeled: terms('labeled', labeled, unlabeled === undefined) }),
        ...(unlabeled && { unlabeled: terms('unlabeled', unlabeled, true) }),
      }));
    };
    return Object.assign(objective, {
      weighting: 'dataset' as const,
      spec: specOf({ objective: 'unsupervised', ...settings }),
      assertModel,
    });
  },
);
