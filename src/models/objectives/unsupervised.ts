/** The objective of M1: the bound of a VAE. */
import { sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { optionsOf } from '../../core/assert';
import type { Noise } from '../../core/noise';
import { inRange, type ScalarOrSchedule } from '../../core/schedules';
import { assertShapes } from '../../core/shape';
import { specOf } from '../../core/spec';
import { maker } from '../../core/uncalled';
import { weightedSum } from '../../core/weightedSum';
import * as gaussian from '../../distributions/gaussian';
import { assertCalled } from '../fits';
import { latentKl as latentKlOf } from '../latentPrior';
import type { Model, SemiSupervisedVae } from '../model';
import type { GaussianVae } from '../vae/model';
import { type Objective, scheduled, type Terms } from './objective';

/** Choices of the objective. */
export interface UnsupervisedOptions {
  /**
   * weight of KL(q(z|x) ‖ p(z)) in what is maximised, at least 0; default 1, the bound itself. A warm-up from 0 keeps
   * codes in use that would be given up early on (Sønderby et al. 2016); another constant is that of Higgins et al. 2017
   */
  readonly klWeight?: ScalarOrSchedule;
}

interface PartOptions {
  readonly noise: Noise;
  readonly klWeight: number;
  readonly updateStatistics: boolean;
}

const termsOf = (
  model: GaussianVae,
  x: Tensor,
  { noise, klWeight, updateStatistics }: PartOptions,
): Terms => {
  const pass = { training: true, noise: noise.split('nets'), updateStatistics };
  const q = model.encode(x, pass);
  const z = gaussian.sample(q, noise.split('latent'));
  const latentKl = latentKlOf('unsupervised', model, q, z);
  const decoded = model.decode(z, pass);
  const logLikelihood = model.likelihood.logProb(decoded, x);
  // A likelihood that sums over the batch would broadcast.
  assertShapes('unsupervised', {
    latentKl: [latentKl, 'B', 'float32'],
    logLikelihood: [logLikelihood, 'B', 'float32'],
  });
  const terms = [
    [1, logLikelihood],
    [-klWeight, latentKl],
  ] as const;
  return {
    elbo: sub(logLikelihood, latentKl),
    objective: weightedSum(terms, x.shape[0] as number).clone(),
    logLikelihood,
    latentKl,
  };
};

const assertModel = (where: string, model: Model): void => {
  assertCalled<GaussianVae>(where, model, ['encode', 'decode'], 'unsupervised(), the objective of an M1');
  if (typeof (model as Partial<SemiSupervisedVae>).encoderSeesLabel === 'boolean')
    throw new TypeError(
      `${where}: the model decodes labels, needed one without: unsupervised() is the objective of an M1, and semiSupervised() of an M2`,
    );
};

/**
 * The bound of M1 (Kingma 2014, Eq. 5, which states its negative).
 *
 *   elbo       E_q(z|x) log p(x|z) − KL(q(z|x) ‖ p(z))  ≤  log p(x)
 *   objective  E_q(z|x) log p(x|z) − w · KL(q(z|x) ‖ p(z))
 *
 * The expectation is taken at one draw of z. Labels are not looked at: where a batch has labelled examples, their inputs
 * have the same terms, as `labeled`. The mean of either part then has the weight that the trainer gives it, and
 * `weighting: 'dataset'` weighs every example alike. Running statistics move with the unlabelled examples where there
 * are any.
 *
 * @param options weight of the divergence, a number or a schedule
 * @returns an objective; its terms are `elbo`, `objective`, `logLikelihood` and `latentKl`, [B] each, nats
 * @throws RangeError when the weight is neither a schedule nor a finite number of at least 0
 * @example train(model, { objective: unsupervised({ klWeight: linearWarmup({ steps: 6000 }) }), batches, epochs: 100, noise })
 */
export const unsupervised = /* @__PURE__ */ maker(
  'unsupervised({ … })',
  (options: UnsupervisedOptions = {}): Objective<GaussianVae> => {
    const { klWeight = 1 } = optionsOf('unsupervised', options, { klWeight: true });
    const weight = inRange('unsupervised', 'klWeight', klWeight);
    const objective: Objective<GaussianVae> = (model, { labeled, unlabeled }, context) =>
      tidy(() => {
        const terms = (part: 'labeled' | 'unlabeled', x: Tensor, updateStatistics: boolean): Terms =>
          termsOf(model, x, {
            noise: context.noise.split(part),
            klWeight: scheduled(context, weight, 'klWeight'),
            updateStatistics,
          });
        return {
          ...(labeled && { labeled: terms('labeled', labeled.x, unlabeled === undefined) }),
          ...(unlabeled && { unlabeled: terms('unlabeled', unlabeled.x, true) }),
        };
      });
    return Object.assign(objective, { spec: specOf({ objective: 'unsupervised', klWeight }), assertModel });
  },
);
