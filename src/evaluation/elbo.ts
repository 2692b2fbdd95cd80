/** The evidence lower bound of a model, with the sum over labels taken exactly. */
import { mean, stack, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { byLabel } from '../bounds/everyLabel';
import { labelExpectation } from '../bounds/labelExpectation';
import { labeledElbo } from '../bounds/labeledElbo';
import { logLabelPrior } from '../bounds/labelPrior';
import { regularizedUnlabeled } from '../bounds/regularizedUnlabeled';
import { assertInteger, assertMethods, type OptionNames, optionsOf } from '../core/assert';
import { oneHotLabels, readLabels } from '../core/labels';
import { assertNoise, type Noise } from '../core/noise';
import { latentKl } from '../models/latentPrior';
import type { SemiSupervisedVae } from '../models/model';
import { forEachBatch } from '../models/openInputs';
import { drawEveryLabel, encodeEveryLabel, forEveryLabel } from './everyPosterior';
import { assertBound, assertExamples, type Examples, openExamples } from './examples';

/** How the bound is estimated. */
export interface EvaluateElboOptions {
  /** S, draws of z for each example and label; default 1 */
  readonly samples?: number;
  /** examples at once, each with its K labels; default 100 */
  readonly batchSize?: number;
  /** stream that the draws come from */
  readonly noise: Noise;
}

const NAMES: OptionNames<EvaluateElboOptions> = { samples: true, batchSize: true, noise: true };

/** Means over the examples, in nats each. */
export interface ElboEvaluation {
  /** N */
  readonly count: number;
  /** mean U(x) = logLikelihood − latentKl + logLabelPrior + labelEntropy */
  readonly elbo: number;
  /** mean of Σ_y q(y|x) E_q(z) log p(x|z,y) */
  readonly logLikelihood: number;
  /** mean of Σ_y q(y|x) KL(q(z|x[,y]) ‖ p(z)) */
  readonly latentKl: number;
  /** mean of Σ_y q(y|x) log p(y) */
  readonly logLabelPrior: number;
  /** mean H(q(y|x)) */
  readonly labelEntropy: number;
  /** mean L(x, y) at the true label, over the examples whose class is known; left out where none is */
  readonly labeledElbo?: number;
}

/** The row of L at the true label. */
const LABELED = 5;

/**
 * The plain bound of a model on examples (report Eq. 14; Kingma 2014, Eq. 7, which states its negative).
 *
 *   U(x) = Σ_y q(y|x) L(x, y) + H(q(y|x)),   L(x, y) ≈ (1/S) Σ_s log p(x|z_s,y) − KL(q(z|x[,y]) ‖ p(z)) + log p(y)
 *
 * The sum runs over one-hot labels whatever the training did, the divergence is in closed form, and only z is
 * drawn: the estimate is unbiased at any S. Where labels are given, L at the true one is reported beside it.
 *
 * @param model the model
 * @param data inputs, and their classes; −1 (or {@link UNKNOWN_CLASS}) where one is not known
 * @param options samples, batch size, noise
 * @returns means over the examples, nats
 * @throws RangeError when there is no example, x does not fit the model or lies outside its likelihood's support, a
 * label is no integer from 0 to K − 1, or a bound is NaN
 * @example (await evaluateElbo(model, dataset, { noise: createNoise(0) })).elbo // such as -104.3
 */
export async function evaluateElbo(
  model: SemiSupervisedVae,
  data: Examples & { readonly y?: ArrayLike<number | bigint> },
  options: EvaluateElboOptions,
): Promise<ElboEvaluation> {
  const { samples = 1, batchSize = 100, noise } = optionsOf('evaluateElbo', options, NAMES);
  assertInteger('evaluateElbo', 'samples', samples);
  assertMethods('evaluateElbo', 'model', model, ['classify', 'encode', 'decode']);
  assertExamples('evaluateElbo', data);
  assertNoise('evaluateElbo', noise);
  assertInteger('evaluateElbo', 'batchSize', batchSize);
  const examples = await openExamples('evaluateElbo', data.x, model);
  const { y } = data;
  const given = y && readLabels('evaluateElbo', 'y', y, examples.count, model.classes);
  const known = given?.filter((label) => label >= 0).length ?? 0;
  // In the place of a class that is not known any other will do: its row is left out.
  const labels = known > 0 ? given?.map((label) => Math.max(0, label)) : undefined;

  const totals = new Array<number>(6).fill(0);
  await forEachBatch(examples, batchSize, async (x, from, to) => {
    const batch = to - from;
    const terms = boundTerms(model, x, labels?.subarray(from, to), samples, noise);
    try {
      for (const [i, value] of (await terms.data()).entries()) {
        const [term, example] = [Math.floor(i / batch), from + (i % batch)];
        if (term === LABELED && given?.[example] === -1) continue;
        assertBound('evaluateElbo', example, value);
        totals[term] = (totals[term] as number) + value;
      }
    } finally {
      terms.dispose();
    }
  });

  const [elbo = 0, logLikelihood = 0, latentKl = 0, prior = 0, labelEntropy = 0] = totals.map(
    (total) => total / examples.count,
  );
  return {
    count: examples.count,
    elbo,
    logLikelihood,
    latentKl,
    logLabelPrior: prior,
    labelEntropy,
    ...(known > 0 && { labeledElbo: (totals[LABELED] as number) / known }),
  };
}

/** U and its parts, then L at the true label where labels are given: a row each, [5, B] or [6, B]. */
const boundTerms = (
  model: SemiSupervisedVae,
  x: Tensor,
  labels: ArrayLike<number> | undefined,
  samples: number,
  noise: Noise,
): Tensor =>
  tidy(() => {
    const { classes } = model;
    const every = encodeEveryLabel(model, x);
    const draws = Array.from({ length: samples }, () => drawEveryLabel('evaluateElbo', model, every, noise));
    // In closed form it is the same at every draw.
    const divergences = (model.prior ? draws : draws.slice(0, 1)).map(({ z }) =>
      latentKl('evaluateElbo', model, every, z),
    );
    const parts = {
      logLikelihood: mean(stack(draws.map(({ logLikelihood }) => logLikelihood)), 0),
      latentKl: forEveryLabel(model, mean(stack(divergences), 0)),
      logLabelPrior: logLabelPrior(every.labels, model.labelPrior),
    };
    const terms = regularizedUnlabeled({
      labelLogits: model.classify(x),
      logLikelihood: byLabel(parts.logLikelihood, classes),
      latentKl: byLabel(parts.latentKl, classes),
      logLabelPrior: byLabel(parts.logLabelPrior, classes),
    });
    const rows = [terms.elbo, terms.logLikelihood, terms.latentKl, terms.logLabelPrior, terms.labelEntropy];
    if (labels === undefined) return stack(rows);
    const truth = oneHotLabels('evaluateElbo', labels, classes);
    const valueByLabel = byLabel(labeledElbo(parts).elbo, classes);
    return stack([...rows, labelExpectation({ labels: truth, valueByLabel })]);
  });
