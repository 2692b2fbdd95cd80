/** A classifier by Bayes' rule, of a model that has a bound at each label. */
import {
  add,
  logSumExp,
  maximum,
  stack,
  type Tensor,
  type Tensor2D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { byLabel, everyLabel } from '../bounds/everyLabel';
import { assertLabelPrior, uniformLabelPrior } from '../bounds/labelPrior';
import { LOWEST } from '../core/logSpace';
import type { Noise } from '../core/noise';
import { integersFrom, number, readOptions, seedStream, unchecked } from '../core/options';
import { dropLabels } from '../regularizers/dropLabels';
import { inferred } from './atOnce';
import type { TokenConditionalVae } from './conditional/token';
import { assertCovariates } from './covariates';
import { assertModel, hasToken } from './fits';
import { assertInputs } from './living';
import {
  type BoundContext,
  type BoundTerms,
  type Classifier,
  hasLabels,
  type SemiSupervisedVae,
} from './model';

/** How a model classifies by Bayes' rule. */
export interface BayesClassifierOptions {
  /** S, draws of the latents for each example and label; default 10 */
  readonly samples?: number;
  /** π of p(y) = Cat(π); default that of the model, and uniform where it has none */
  readonly labelPrior?: readonly number[];
  /** seed of the draws: the same one gives the same logits of the same batch */
  readonly seed: number | Noise;
}

/**
 * A classifier by Bayes' rule of a model with a bound at each label.
 *
 *   logit_y(x) = log π_y + log (1/S) Σ_s w_s(x, y)  ≈  log p(x, y),   w = p(x, z_s | y) / q(z_s | x, y),  z_s ~ q(z | x, y)
 *
 * It is the classifier of a conditional VAE with a token, which has no q(y|x). Of a model with q(y|x) it is another
 * classifier, which reads the generative model alone. Logits of an example depend on its place in the batch, by its draws.
 *
 * @param model a model with labels, or a conditional VAE with `missing: 'token'`
 * @param options samples, label prior, seed
 * @returns what `predict`, `evaluateClassifier` and `evaluateSamples` take. It reads the model as it is at each call, and has
 *   no variables of its own: its `dispose` frees nothing
 * @throws TypeError when the model has no bound at a label
 * @throws RangeError when an option is out of its range; from `classify` when the bound has no `logWeight`
 * @example (await evaluateClassifier(bayesClassifier(model, { samples: 20, seed: 1 }), test)).accuracy // such as 0.85
 */
export function bayesClassifier(
  model: SemiSupervisedVae | TokenConditionalVae,
  options: BayesClassifierOptions,
): Classifier {
  const where = 'bayesClassifier';
  const read = readOptions(where, options, {
    samples: number(integersFrom(1), 10),
    labelPrior: unchecked<readonly number[] | undefined>(),
    seed: seedStream(),
  });
  if (isToken(model)) assertModel(where, 'model', model, ['bound']);
  else assertModel<SemiSupervisedVae>(where, 'model', model, ['infer', 'classify']);
  const { inputShape, classes, classNames, input, likelihood, covariates } = model;
  const ofModel = hasLabels(model) ? model.labelPrior : uniformLabelPrior(classes);
  const { samples, labelPrior = ofModel, seed } = read;
  assertLabelPrior(where, labelPrior, classes);
  const weigh = (x: Tensor, context: BoundContext): Tensor => {
    const { logWeight } = atEveryLabel(where, model, x, context);
    if (logWeight === undefined)
      throw new RangeError(`${where}: the bound has no logWeight, needed it where the context asks for it`);
    return byLabel(logWeight, classes);
  };
  const classifier: Classifier & Pick<SemiSupervisedVae, 'likelihood'> = {
    inputShape,
    classes,
    ...(classNames && { classNames }),
    ...(input && { input }),
    ...(covariates !== undefined && { covariates }),
    likelihood,
    spec: { model: where, of: model.spec, samples, labelPrior },
    variables: {},
    classify(x, known) {
      assertInputs('classify', model, x);
      assertCovariates('classify', 'covariates', model, known?.covariates, x.shape[0] as number);
      return tidy(() => {
        const weights = Array.from({ length: samples }, (_, s) =>
          tidy(() => weigh(x, { ...known, noise: seed.split(s) })),
        ); // log w_s, [B, K]
        const logPrior = tensor1d(labelPrior.map((p) => Math.log(p) - Math.log(samples)));
        return add<Tensor2D>(logSumExp(maximum(stack(weights), LOWEST), 0), logPrior);
      });
    },
    dispose() {},
  };
  return classifier;
}

const isToken = (model: SemiSupervisedVae | TokenConditionalVae): model is TokenConditionalVae =>
  hasToken(model);

/** The bound of each example at every label, rows [B·K]. */
const atEveryLabel = (
  where: string,
  model: SemiSupervisedVae | TokenConditionalVae,
  x: Tensor,
  context: BoundContext,
): BoundTerms => {
  const y = everyLabel(x.shape[0] as number, model.classes);
  const { noise } = context;
  if (!isToken(model)) return inferred(where, model, x, context).bound(y, { noise, logWeight: true });
  return model.bound(x, { noise, logWeight: true }, dropLabels(y, { rate: 0, noise: noise.split('label') }));
};
