/** The objectives of M2: the report's Eq. 8 and its Optimized-ELBO, one function with two sets of weights. */
import { mul, softmax, sub, type Tensor, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { byLabel, everyLabel, repeatRows } from '../../bounds/everyLabel';
import { labelExpectation } from '../../bounds/labelExpectation';
import { labeledElbo } from '../../bounds/labeledElbo';
import { logLabelPrior } from '../../bounds/labelPrior';
import { regularizedLabeled } from '../../bounds/regularizedLabeled';
import { regularizedUnlabeled } from '../../bounds/regularizedUnlabeled';
import { optionsOf } from '../../core/assert';
import type { LabeledBatch, UnlabeledBatch } from '../../core/batch';
import type { Noise } from '../../core/noise';
import type { ScalarOrSchedule } from '../../core/schedules';
import { specOf } from '../../core/spec';
import { maker } from '../../core/uncalled';
import { sampleBeta } from '../../distributions/beta';
import * as gaussian from '../../distributions/gaussian';
import { sampleGumbelSoftmax } from '../../distributions/gumbelSoftmax';
import { crossEntropy } from '../../divergences/crossEntropy';
import type { Pass } from '../../nets/pass';
import { interpolationConsistency } from '../../regularizers/interpolationConsistency';
import { smoothLabels } from '../../regularizers/labelSmoothing';
import { mixPairs } from '../../regularizers/mixPairs';
import { assertCalled } from '../fits';
import { latentKl as latentKlOf } from '../latentPrior';
import type { M2 } from '../m2/model';
import type { Model } from '../model';
import { type Objective, type ObjectiveContext, scheduled, type Terms } from './objective';
import {
  checkedSettings,
  M2_NAMES,
  M2_SETTINGS,
  OPTIMIZED_NAMES,
  OPTIMIZED_SETTINGS,
  type RegularizedOptions,
  type SemiSupervisedOptions,
  type Settings,
  settingsOf,
} from './settings';

/** Weights at a step, by name. */
const at = (
  weights: Readonly<Record<string, ScalarOrSchedule | undefined>> = {},
  context: ObjectiveContext,
): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(weights).flatMap(([name, weight]) =>
      weight === undefined ? [] : [[name, scheduled(context, weight, name)]],
    ),
  );

/** A pass that trains, on one part of a batch, whatever the labels that an example is seen with. */
const trainingPass = (x: Tensor, noise: Noise): Pass => ({
  training: true,
  examples: x.shape[0] as number,
  noise: noise.split('nets'),
});

/** log p(x|z,y) for each row of labels; an example and its code may stand beside several rows. */
const logLikelihoodAt = (model: M2, x: Tensor, z: Tensor, y: Tensor, pass: Pass): Tensor1D => {
  const times = (y.shape[0] as number) / (x.shape[0] as number);
  return model.likelihood.logProb(model.decode(z, y, pass), times === 1 ? x : repeatRows(x, times));
};

/** A part of a batch, with its own stream of noise. */
interface PartContext extends ObjectiveContext {
  readonly pass: Pass;
}

const labeledTerms = (model: M2, { x, y }: LabeledBatch, context: PartContext, s: Settings): Terms => {
  const { pass, noise } = context;
  const { epsilon, spread, direction } = s;
  const { labelLogits, posterior } = model.infer(x, pass); // q(y | x)
  const q = posterior(y); // q(z | x[, y])
  const z = gaussian.sample(q, noise.split('latent'));
  const latentKl = latentKlOf('latentKl', model, q, z);
  const valueByLabel =
    s.expectation === 'exact'
      ? byLabel(
          logLikelihoodAt(model, x, z, everyLabel(x.shape[0] as number, model.classes), pass),
          model.classes,
        )
      : undefined;
  const logLikelihood = valueByLabel
    ? labelExpectation({ labels: y, valueByLabel })
    : logLikelihoodAt(model, x, z, y, pass); // log p(x | z, y)
  const expected = valueByLabel
    ? labelExpectation({ labels: smoothLabels(y, epsilon, { spread }), valueByLabel })
    : logLikelihood;
  return {
    ...labeledElbo({ logLikelihood, latentKl, logLabelPrior: logLabelPrior(y, model.labelPrior) }),
    ...regularizedLabeled({
      logLikelihood: expected,
      latentKl,
      labels: y,
      logits: labelLogits,
      labelPrior: model.labelPrior,
      epsilon,
      spread,
      direction,
      weights: at(s.weights.labeled, context),
    }),
    crossEntropy: crossEntropy({ labels: y, logits: labelLogits }),
  };
};

/** The weighted inconsistency of the classifier between examples; nothing where it has no weight. */
const consistencyOf = (
  model: M2,
  x: Tensor,
  labelLogits: Tensor2D,
  context: ObjectiveContext,
  { consistency: settings }: Settings,
): { readonly weight: number; readonly consistency: Tensor1D } | undefined => {
  const weight = settings ? scheduled(context, settings.weight, 'consistency.weight') : 0;
  if (settings === undefined || weight === 0) return undefined;
  const noise = context.noise.split('consistency');
  const share = sampleBeta(x.shape[0] as number, {
    a: settings.concentration,
    b: settings.concentration,
    noise,
  });
  // Another pass of the same step: the running statistics are those of the examples themselves.
  const mixed = { ...trainingPass(x, noise), updateStatistics: false };
  const changed = settings.augment?.(x, noise.split('augment')) ?? x;
  const { labelLogits: logits } = model.infer(mixPairs(changed, share), mixed);
  const targets = mixPairs(softmax(labelLogits), share);
  return { weight, consistency: interpolationConsistency({ logits, targets }) };
};

const unlabeledTerms = (model: M2, { x }: UnlabeledBatch, context: PartContext, s: Settings): Terms => {
  const { pass, noise } = context;
  const { labelLogits, posterior } = model.infer(x, pass); // q(y | x)
  const interpolated = consistencyOf(model, x, labelLogits, context, s);
  const exact = s.labelHandling === 'exact';
  const y = exact
    ? everyLabel(x.shape[0] as number, model.classes)
    : sampleGumbelSoftmax(labelLogits, {
        temperature: scheduled(context, s.temperature, 'temperature'),
        hard: s.labelHandling === 'straight-through',
        noise: noise.split('label'),
      });
  const q = posterior(y); // q(z | x[, y])
  const z = gaussian.sample(q, noise.split('latent'));
  // Values come one per row of labels; where rows are examples × labels they are folded to [B, K].
  const perLabel = (values: Tensor1D): Tensor =>
    exact && values.shape[0] === y.shape[0] ? byLabel(values, model.classes) : values;
  const terms = regularizedUnlabeled({
    labelLogits,
    logLikelihood: perLabel(logLikelihoodAt(model, x, z, y, pass)), // log p(x | z, y)
    latentKl: perLabel(latentKlOf('latentKl', model, q, z)),
    logLabelPrior: perLabel(logLabelPrior(y, model.labelPrior)),
    beta: scheduled(context, s.beta, 'beta'),
    gamma: scheduled(context, s.gamma, 'gamma'),
    weights: at(s.weights.unlabeled, context),
  });
  if (interpolated === undefined) return { ...terms };
  const { weight, consistency } = interpolated;
  return { ...terms, objective: sub(terms.objective, mul(consistency, weight)), consistency };
};

const objectiveOf = (where: string, defaults: Settings, options: RegularizedOptions): Objective<M2> => {
  const told = settingsOf(where, defaults, options);
  const settings = checkedSettings(where, told);
  const objective: Objective<M2> = (model, { labeled, unlabeled }, context) => {
    // Batch norm's running statistics move once a step: with the unlabelled examples where there are any.
    const own = (part: 'labeled' | 'unlabeled', x: Tensor, updateStatistics: boolean): PartContext => {
      const noise = context.noise.split(part);
      return { ...context, noise, pass: { ...trainingPass(x, noise), updateStatistics } };
    };
    return tidy(() => ({
      ...(labeled && {
        labeled: labeledTerms(model, labeled, own('labeled', labeled.x, unlabeled === undefined), settings),
      }),
      ...(unlabeled && {
        unlabeled: unlabeledTerms(model, unlabeled, own('unlabeled', unlabeled.x, true), settings),
      }),
    }));
  };
  // A function of images is no schedule: its settings stand for it where it tells them.
  const consistency = told.consistency && {
    ...told.consistency,
    augment: told.consistency.augment && (told.consistency.augment.spec ?? 'a function'),
  };
  const spec = specOf({ ...told, consistency, objective: where });
  const assertModel = (name: string, model: Model): void =>
    assertCalled<M2>(
      name,
      model,
      ['infer', 'decode'],
      `${where}(), an objective of an M2; unsupervised() is that of an M1`,
    );
  return Object.assign(objective, { spec, assertModel });
};

/**
 * The bound of M2 (report Eq. 8; Kingma 2014, Eq. 6–9).
 *
 *   labelled    L(x, y) = E log p(x|z,y) − KL(q(z|x[,y])‖p(z)) + log p(y)
 *   unlabelled  U(x) = E_{q(y|x)} L(x, y) + H(q(y|x))
 *
 * The step adds α times the cross-entropy of the labelled examples.
 *
 * Without any labelled example it trains too, and its classes are then clusters in an order of their own, and not good ones: it
 * finds what divides the data best, which need not be what you would call them (see docs/reliability.md).
 *
 * @param options label handling, temperature and weights; every weight is 1 by default, the bound itself
 * @returns an objective; its terms are `elbo`, `objective` and their parts, nats
 * @throws RangeError when an option is none of its choices
 * @example train(model, { objective: semiSupervised({ labelHandling: 'gumbel' }), batches, epochs: 10, noise })
 */
export const semiSupervised = /* @__PURE__ */ maker(
  'semiSupervised({ … })',
  (options: SemiSupervisedOptions = {}): Objective<M2> =>
    objectiveOf('semiSupervised', M2_SETTINGS, optionsOf('semiSupervised', options, M2_NAMES)),
);

/**
 * The Optimized-ELBO (report §3.6): the bound of M2 with entropy penalty, mutual information and smoothed labels.
 *
 *   labelled    J_L = E_{q(z|x), p̂(y)} log p(x|z,y) − KL(q(z|x)‖p(z)) − KL(q(y|x)‖p(y)) − KL between q(y|x) and p̂
 *   unlabelled  J_U = U(x) + γ·Î(y; x) − β·H(q(y|x))
 *
 * Not a bound; the plain bound stands beside it in the terms, as `elbo`. With a relaxed label (`'gumbel'`) neither is
 * one, as that is no label: `evaluateElbo` takes the bound exactly.
 *
 * @param options the parts and their weights
 * @returns an objective; its terms are `elbo`, `objective` and their parts, nats
 * @throws RangeError when an option is none of its choices
 * @example train(model, { objective: regularized({ gamma: 1, beta: 0.5 }), batches, epochs: 10, noise })
 */
export const regularized = /* @__PURE__ */ maker(
  'regularized({ … })',
  (options: RegularizedOptions = {}): Objective<M2> =>
    objectiveOf('regularized', OPTIMIZED_SETTINGS, optionsOf('regularized', options, OPTIMIZED_NAMES)),
);

/**
 * A classifier on the labels alone: the baseline that a semi-supervised model is measured against.
 *
 * Its labelled part holds the cross-entropy and nothing else, so encoder and decoder get no gradient; there is no
 * `elbo` among the terms, as a classifier has no bound, and that of nets which are not trained would say nothing.
 *
 * @returns an objective; unlabelled examples are not looked at
 * @example train(model, { objective: supervised(), batches, epochs: 10, noise })
 */
export const supervised = /* @__PURE__ */ maker('supervised()', (): Objective<M2> => {
  const objective: Objective<M2> = (model, { labeled }, { noise }) =>
    tidy(() => ({
      ...(labeled && {
        labeled: {
          crossEntropy: crossEntropy({
            labels: labeled.y,
            logits: model.infer(labeled.x, trainingPass(labeled.x, noise.split('labeled'))).labelLogits,
          }),
        },
      }),
    }));
  const assertModel = (where: string, model: Model): void =>
    assertCalled<M2>(where, model, ['infer'], 'supervised(), an objective of an M2');
  return Object.assign(objective, { spec: { objective: 'supervised' }, assertModel });
});
