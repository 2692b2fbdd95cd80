/**
 * The objective of a semi-supervised VAE: its bound where the label is known, and where it is not.
 *
 *   labeled    L(x, y) = bound at y + log p(y)
 *   unlabeled  U(x) = E_{q(y|x)} L(x, y) + H(q(y|x))
 */

import {
  add,
  mul,
  softmax,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { byLabel, everyLabel } from '../../bounds/everyLabel';
import { labelExpectation } from '../../bounds/labelExpectation';
import { logLabelPrior } from '../../bounds/labelPrior';
import { labelSetCrossEntropy, restrictedLogits } from '../../bounds/labelSet';
import { regularizedLabeled } from '../../bounds/regularizedLabeled';
import { regularizedUnlabeled } from '../../bounds/regularizedUnlabeled';
import { unlabeledElbo } from '../../bounds/unlabeledElbo';
import type { LabeledBatch, UnlabeledBatch } from '../../core/batch';
import { withoutGradient } from '../../core/gradient';
import { readOptions } from '../../core/options';
import { maker } from '../../core/uncalled';
import { weightedSum } from '../../core/weightedSum';
import { sampleGumbelSoftmax } from '../../distributions/gumbelSoftmax';
import { crossEntropy } from '../../divergences/crossEntropy';
import { smoothLabels } from '../../regularizers/labelSmoothing';
import { inferred } from '../atOnce';
import { assertCalled, assertTakesObserved } from '../fits';
import { type BoundTerms, type LabelInference, type Model, partsOf, type SemiSupervisedVae } from '../model';
import { consistencyOf } from './consistency';
import { assertDomains, withDomainDiscrepancy } from './domainDiscrepancy';
import { withGeneratedLabels } from './generatedLabels';
import { weightedBound } from './klWeight';
import {
  type FittedData,
  type InferredPart,
  knownOf,
  type Objective,
  type Part,
  scheduled,
  type Terms,
} from './objective';
import {
  NO_SMOOTHING,
  type RegularizedOptions,
  regularizedRules,
  type SemiSupervisedOptions,
  type Settings,
  semiSupervisedRules,
  settingsSpec,
} from './settings';

/** Values at every label, [B·K], as their expectation over labels [B, K]: [B]. */
const expectation = (labels: Tensor, values: Tensor): Tensor1D =>
  labelExpectation({ labels, valueByLabel: byLabel(values, labels.shape[1] as number) });

/** Terms of a bound, each through a function. */
const mapped = (terms: BoundTerms, f: (term: Tensor1D) => Tensor1D): Readonly<Record<string, Tensor1D>> =>
  Object.fromEntries(partsOf(terms).map(([name, term]) => [name, f(term)]));

const labeledTerms = (
  model: SemiSupervisedVae,
  { batch, part, inference }: InferredPart<LabeledBatch>,
  s: Settings,
): Terms => {
  const { y, allowed } = batch;
  const { labelLogits } = inference;
  const smoothing = s.labelSmoothing ?? NO_SMOOTHING;
  const inSet = allowed && restrictedLogits({ labelLogits, allowed }); // of q_S(y | x), S the classes allowed
  const { terms, bound } = inSet
    ? boundOfLogits(model, inference.bound, inSet, part, s) // L_S(x)
    : boundOfLabel(model, inference, batch, part, s);
  const { objective, ...penalties } = regularizedLabeled({
    bound,
    labels: inSet && s.labelSmoothing ? withoutGradient(softmax(inSet)) : y,
    labelLogits,
    labelPrior: model.labelPrior,
    labelPriorKlWeight: scheduled(part, s.labelPriorKlWeight, 'labelPriorKlWeight'),
    labelSmoothing: {
      epsilon: smoothing.epsilon,
      spread: smoothing.spread,
      direction: smoothing.direction,
      weight: scheduled(part, smoothing.weight, 'labelSmoothing.weight'),
    },
  });
  const classes = allowed
    ? labelSetCrossEntropy({ labelLogits, allowed })
    : crossEntropy({ labels: y, logits: labelLogits });
  return { ...terms, objective, ...penalties, crossEntropy: classes };
};

/** A bound and its parts, and what is maximized of it. */
interface BoundOfPart {
  readonly terms: Terms;
  readonly bound: Tensor1D;
}

/** L(x, y) at labels, or at the smoothed labels p̂: E_{p̂(y)} L(x, y). */
const boundOfLabel = (
  { labelPrior, classes }: SemiSupervisedVae,
  { bound }: LabelInference,
  { x, y }: LabeledBatch,
  part: Part,
  s: Settings,
): BoundOfPart => {
  const { expectation: over, epsilon, spread } = s.labelSmoothing ?? NO_SMOOTHING;
  const smoothed = over === 'enumerate' ? smoothLabels(y, epsilon, { spread }) : undefined; // p̂
  const at = smoothed ? everyLabel(x.shape[0] as number, classes) : y;
  const terms = bound(at, { ...(smoothed && { rowWeights: smoothed }) }); // log p(x | z, y) − KL
  const prior = logLabelPrior(at, labelPrior); // log p(y)
  const atLabel = (values: Tensor1D): Tensor1D => (smoothed ? expectation(y, values) : values);
  const weighted = add<Tensor1D>(weightedBound(part.where, terms, s.klWeight, part), prior); // L(x, y), its divergences weighted
  return {
    terms: {
      elbo: atLabel(add<Tensor1D>(terms.elbo, prior)), // L(x, y)
      ...mapped(terms, atLabel),
      logLabelPrior: atLabel(prior),
    },
    bound: boundWeighted(smoothed ? expectation(smoothed, weighted) : weighted, part, s),
  };
};

/** E_q L(x, y) + H(q) over the labels that logits give a probability: U(x), or the bound of a set of classes. */
const boundOfLogits = (
  { labelPrior, classes }: SemiSupervisedVae,
  bound: LabelInference['bound'],
  logits: Tensor2D,
  part: Part,
  s: Settings,
): BoundOfPart & { readonly labelEntropy: Tensor1D } => {
  const q = s.labelHandling === 'enumerate' ? softmax(logits) : undefined;
  const y = q
    ? everyLabel(logits.shape[0], classes)
    : sampleGumbelSoftmax(logits, {
        temperature: scheduled(part, s.temperature, 'temperature'),
        hard: s.labelHandling === 'straight-through',
        noise: part.noise.split('label'),
      });
  const terms = bound(y, { ...(q && { rowWeights: withoutGradient(q) }) }); // log p(x | z, y) − KL
  const prior = logLabelPrior(y, labelPrior); // log p(y)
  const unlabeled = (values: Tensor): ReturnType<typeof unlabeledElbo> => {
    const labeledBound = add(values, prior); // L(x, y)
    return unlabeledElbo({
      labelLogits: logits,
      labeledBound: q ? byLabel(labeledBound, classes) : labeledBound,
    });
  };
  const { elbo, labelEntropy } = unlabeled(terms.elbo); // U(x), H(q(y | x))
  const weighted = weightedBound(part.where, terms, s.klWeight, part);
  const expected = (values: Tensor1D): Tensor1D => (q ? expectation(q, values) : values);
  return {
    terms: { elbo, ...mapped(terms, expected), logLabelPrior: expected(prior), labelEntropy },
    bound: boundWeighted(weighted === terms.elbo ? elbo : unlabeled(weighted).elbo, part, s),
    labelEntropy,
  };
};

const unlabeledTerms = (
  model: SemiSupervisedVae,
  { batch: { x, weight }, part, inference: { labelLogits, bound } }: InferredPart,
  s: Settings,
): Terms => {
  const consistent = consistencyOf(model, x, labelLogits, part, s.consistency);
  const { terms, labelEntropy, ...plain } = boundOfLogits(model, bound, labelLogits, part, s);
  const { objective, ...information } = regularizedUnlabeled({
    bound: plain.bound,
    labelLogits,
    labelEntropy,
    entropyPenalty: scheduled(part, s.entropyPenalty, 'entropyPenalty'),
    mutualInformationWeight: scheduled(part, s.mutualInformationWeight, 'mutualInformationWeight'),
    ...(weight && { weight }),
    ...(s.classBalance === 'label-prior' && { labelPrior: model.labelPrior }),
  });
  return {
    ...terms,
    objective: consistent ? sub(objective, mul(consistent.consistency, consistent.weight)) : objective,
    ...information,
    ...(consistent && { consistency: consistent.consistency }),
  };
};

const boundWeighted = (bound: Tensor1D, part: Part, { boundWeight }: Settings): Tensor1D =>
  weightedSum([['+', scheduled(part, boundWeight, 'boundWeight'), bound]], bound.shape[0]) as Tensor1D;

const objectiveOf = (where: string, settings: Settings): Objective<SemiSupervisedVae> => {
  const objective: Objective<SemiSupervisedVae> = (model, { labeled, unlabeled }, context) => {
    // Batch norm's running statistics move once a step: with the unlabeled examples where there are any.
    const inferredPart = <B extends UnlabeledBatch>(
      name: 'labeled' | 'unlabeled',
      batch: B,
      updateStatistics: boolean,
    ) => {
      const noise = context.noise.split(name);
      const bound = { training: true, updateStatistics, noise, ...knownOf(batch) };
      const part: Part = { ...context, where, noise, bound };
      return { batch, part, inference: inferred(where, model, batch.x, bound) }; // q(y | x)
    };
    return tidy(() => {
      const known = labeled && inferredPart('labeled', labeled, !unlabeled);
      const unknown = unlabeled && inferredPart('unlabeled', unlabeled, true);
      // Terms of the whole batch are in its unlabeled part, where there is one.
      const withBatchTerms = (terms: Terms, part: Part): Terms => {
        const generated = withGeneratedLabels(model, terms, part, settings.generatedLabels);
        const parts = [...(known ? [known] : []), ...(unknown ? [unknown] : [])];
        return withDomainDiscrepancy(generated, part, parts, settings.domainDiscrepancy);
      };
      const labeledPart = known && labeledTerms(model, known, settings);
      return {
        ...(known &&
          labeledPart && { labeled: unknown ? labeledPart : withBatchTerms(labeledPart, known.part) }),
        ...(unknown && {
          unlabeled: withBatchTerms(unlabeledTerms(model, unknown, settings), unknown.part),
        }),
      };
    });
  };
  const assertModel = (name: string, model: Model, data?: FittedData): void => {
    assertCalled<SemiSupervisedVae>(
      name,
      model,
      ['infer'],
      `${where}(), an objective of a model with q(y|x); unsupervised() is that of a VAE without labels`,
    );
    if (data?.observed) assertTakesObserved(name, model);
    if ((settings.domainDiscrepancy?.weight ?? 0) !== 0)
      assertDomains(name, model, `${where}({ domainDiscrepancy })`, data?.covariates);
    if ((settings.generatedLabels?.weight ?? 0) !== 0)
      assertCalled<SemiSupervisedVae>(name, model, ['sampleMean'], `${where}({ generatedLabels })`);
  };
  return Object.assign(objective, { spec: settingsSpec(settings), assertModel });
};

/**
 * The bound of a semi-supervised VAE (Kingma 2014, Eq. 6–9; report Eq. 8).
 *
 *   labeled    L(x, y) = E log p(x|z,y) − KL(q(z|x[,y])‖p(z)) + log p(y)
 *   unlabeled  U(x) = E_{q(y|x)} L(x, y) + H(q(y|x))
 *
 * It serves every model that has `infer`. The step adds α times the cross-entropy of the labeled examples. Options add the
 * regularizers of the report's Optimized-ELBO; {@link regularized} has its defaults. The bound leaves it open whether the
 * decoder draws a class from y or from z: the option `generatedLabels` makes it read y, so that `generate` gives the class
 * asked for.
 *
 * Without labeled examples it trains too. Classes are then clusters in an arbitrary order, and often poor: the bound finds
 * the division that explains the data best, which may not be the classes that you have in mind (see docs/reliability.md).
 *
 * @param options label handling, temperature, weights and regularizers; by default the bound itself
 * @returns an objective; its terms are `elbo`, `objective` and their parts, nats
 * @throws RangeError when an option is none of its choices
 * @example train(model, { objective: semiSupervised({ labelHandling: 'gumbel' }), batches, epochs: 10, seed: 1 })
 */
export const semiSupervised = /* @__PURE__ */ maker(
  'semiSupervised({ … })',
  (options: SemiSupervisedOptions = {}): Objective<SemiSupervisedVae> =>
    objectiveOf('semiSupervised', readOptions('semiSupervised', options, semiSupervisedRules())),
);

/**
 * The report's Optimized-ELBO (§3.6): the semi-supervised objective with entropy penalty β, mutual information γ, a pull to
 * the label prior and smoothed labels.
 *
 *   labeled    J_L = L(x, y) − KL(q(y|x)‖p(y)) − KL between q(y|x) and p̂
 *   unlabeled  J_U = U(x) + γ·Î(y; x) − β·H(q(y|x))
 *
 * With `labelSmoothing: { expectation: 'enumerate' }` the first term is E_{p̂(y)} L(x, y). Of a set S of classes p̂ is q(y|x) restricted
 * to S, smoothed and held constant.
 *
 * It is not a bound. The term `elbo` is the plain bound beside it. With a relaxed label (`'gumbel'`) neither is a bound,
 * because a relaxed label is not a label: `evaluateElbo` computes the bound exactly.
 *
 * @param options those of {@link semiSupervised}; defaults `entropyPenalty` 0.5, `mutualInformationWeight` 1,
 *   `labelPriorKlWeight` 1, `labelSmoothing` { epsilon: 0.001 }
 * @returns an objective; its terms are `elbo`, `objective` and their parts, nats
 * @throws RangeError when an option is none of its choices
 * @example train(model, { objective: regularized({ mutualInformationWeight: 1, entropyPenalty: 0.5 }), batches, epochs: 10, seed: 1 })
 */
export const regularized = /* @__PURE__ */ maker(
  'regularized({ … })',
  (options: RegularizedOptions = {}): Objective<SemiSupervisedVae> =>
    objectiveOf('regularized', readOptions('regularized', options, regularizedRules())),
);
