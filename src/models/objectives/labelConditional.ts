/**
 * The objective of a conditional VAE with a token for missing labels.
 *
 *   labeled    L(x | c),  c = y, or ∅ with probability ρ
 *   unlabeled  L(x | ∅)
 */
import { concat, ones, slice, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import type { LabeledBatch, UnlabeledBatch } from '../../core/batch';
import type { Noise } from '../../core/noise';
import { number, readOptions, UNIT_INTERVAL } from '../../core/options';
import { specOf } from '../../core/spec';
import { maker } from '../../core/uncalled';
import { dropLabels } from '../../regularizers/dropLabels';
import type { TokenConditionalVae } from '../conditional/token';
import { assertTakesObserved, hasToken } from '../fits';
import { type Model, partsOf } from '../model';
import { type KlWeight, klWeightRule, weightedBound } from './klWeight';
import type { FittedData, Objective, Terms } from './objective';

/** Options of the objective. */
export interface LabelConditionalOptions {
  /**
   * ρ in [0, 1], the probability that a label is replaced by the token in a step; default 0.1, our choice. It ties p(x|∅) to
   * the p(x|y). At 0 only shared weights do
   */
  readonly labelDropout?: number;
  /**
   * weight of the latents' divergences in the objective, at least 0; default 1, the bound itself. A warm-up from 0 keeps
   * codes in use that collapse early otherwise (Sønderby et al. 2016)
   */
  readonly klWeight?: KlWeight;
}

const assertModel = (where: string, model: Model, data?: FittedData): void => {
  if (!hasToken(model))
    throw new TypeError(
      `${where}: the model has no token for missing labels, needed one of createConditionalVae({ missing: 'token' }) by labelConditional(); semiSupervised() is the objective of a model with q(y|x)`,
    );
  if (data?.observed) assertTakesObserved(where, model);
};

/** Labels [B, K + 1] of a part: those given, some dropped, or the token for each example. */
const labelsOf = (
  classes: number,
  part: LabeledBatch | UnlabeledBatch,
  rate: number,
  noise: Noise,
): Tensor2D =>
  'y' in part
    ? dropLabels(part.y, { rate, noise: noise.split('labelDropout') })
    : dropLabels(ones([part.x.shape[0] as number, classes]), { rate: 1, noise });

/**
 * The bound of a conditional VAE whose missing labels are a token, ∅.
 *
 *   labeled    L(x|c) = E log p(x|z,c) − KL(q(z|x,c) ‖ p(z|c)),   c = y, or ∅ with probability ρ
 *   unlabeled  L(x|∅)
 *
 * It is a bound on log p(x|c): it has neither log p(y) nor a cross-entropy, as the model has no q(y|x). Both
 * parts go through the nets together, so batch norm sees labeled and unlabeled examples in the shares of the batch.
 *
 * @param options label dropout, weight of the divergences
 * @returns an objective; its terms are `elbo`, `objective`, `logLikelihood` and `latentKl`, [B] each, nats
 * @throws RangeError when an option is out of its range
 * @throws TypeError from a step whose labels are sets of classes (`allowed`)
 * @example train(model, { objective: labelConditional({ labelDropout: 0.2 }), batches, epochs: 10, seed: 1 })
 */
export const labelConditional = /* @__PURE__ */ maker(
  'labelConditional({ … })',
  (options: LabelConditionalOptions = {}): Objective<TokenConditionalVae> => {
    const where = 'labelConditional';
    const settings = readOptions(where, options, {
      labelDropout: number(UNIT_INTERVAL, 0.1),
      klWeight: klWeightRule(),
    });
    const objective: Objective<TokenConditionalVae> = (model, { labeled, unlabeled }, context) => {
      if (labeled?.allowed)
        throw new TypeError(
          `${where}: the batch has allowed, sets of classes, needed a class or none for each example: createConditionalVae({ missing: 'marginal' }) takes sets`,
        );
      return tidy(() => {
        const parts = [labeled, unlabeled].filter((part) => part !== undefined);
        const joined = (of: (part: LabeledBatch | UnlabeledBatch) => Tensor): Tensor => concat(parts.map(of));
        const x = joined((part) => part.x);
        const c = joined((part) => labelsOf(model.classes, part, settings.labelDropout, context.noise));
        const observed = parts.some((part) => part.observed);
        const bound = model.bound(
          x,
          {
            training: true,
            noise: context.noise,
            ...(observed && { observed: joined((part) => part.observed ?? ones(part.x.shape)) }),
          },
          c,
        );
        const terms = {
          elbo: bound.elbo,
          objective: weightedBound(where, bound, settings.klWeight, context),
          ...Object.fromEntries(partsOf(bound)),
        };
        const rows = (from: number, part: UnlabeledBatch): Terms =>
          Object.fromEntries(
            Object.entries(terms).map(([name, term]) => [name, slice(term, from, part.x.shape[0] as number)]),
          );
        return {
          ...(labeled && { labeled: rows(0, labeled) }),
          ...(unlabeled && { unlabeled: rows(labeled?.x.shape[0] ?? 0, unlabeled) }),
        };
      });
    };
    return Object.assign(objective, { spec: specOf({ objective: where, ...settings }), assertModel });
  },
);
