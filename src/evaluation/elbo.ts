/** The evidence lower bound of a model, with the sum over labels taken exactly. */

import { add, dispose, softmax, stack, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { byLabel, everyLabel } from '../bounds/everyLabel';
import { labelExpectation } from '../bounds/labelExpectation';
import { logLabelPrior } from '../bounds/labelPrior';
import { unlabeledElbo } from '../bounds/unlabeledElbo';
import { oneHotLabels, readLabels } from '../core/labels';
import type { Noise } from '../core/noise';
import { integersFrom, number, readOptions } from '../core/options';
import { boundOf, inferred } from '../models/atOnce';
import { assertBounded, assertTakesObserved } from '../models/fits';
import { type BoundContext, hasLabels, partsOf, type SemiSupervisedVae, type Vae } from '../models/model';
import { forEachBatch } from '../models/openInputs';
import {
  assertBound,
  assertExamples,
  drawRules,
  type Examples,
  MOST_SAMPLES,
  openExamples,
} from './examples';

/** How the bound is estimated. */
export interface EvaluateElboOptions {
  /** S, draws of the latents for each example and label; default 1 */
  readonly samples?: number;
  /** examples at once, each with its K labels; default 100 */
  readonly batchSize?: number;
  /** seed of the draws: the same one gives the same estimate at the same `batchSize` */
  readonly seed: number | Noise;
}

/** Means over the examples, in nats each. */
export interface ElboEvaluation {
  /** N */
  readonly count: number;
  /** mean bound on log p(x) */
  readonly elbo: number;
  /** mean E log p(x|z[,y]) */
  readonly logLikelihood: number;
  /** mean KL(q(z|x[,y]) ‖ p(z)) */
  readonly latentKl: number;
  /** means of the model's other divergences and terms, by name */
  readonly [name: string]: number | undefined;
}

/** Those of a model with labels; the likelihood and the divergences are expectations over q(y|x). */
export interface SemiSupervisedElboEvaluation extends ElboEvaluation {
  /** mean of Σ_y q(y|x) log p(y) */
  readonly logLabelPrior: number;
  /** mean H(q(y|x)) */
  readonly labelEntropy: number;
  /** mean L(x, y) at the true label, over the examples whose class is known; absent where none is */
  readonly labeledElbo?: number;
}

/**
 * The plain bound of a model on examples (report Eq. 14; Kingma 2014, Eq. 5 and 7, which state its negative).
 *
 *   with labels     U(x) = Σ_y q(y|x) L(x, y) + H(q(y|x)),   L(x, y) = (1/S) Σ_s bound at draw s and label y + log p(y)
 *   without labels  (1/S) Σ_s bound at draw s
 *
 * The sum runs over one-hot labels whatever the training did, and only the latents are drawn: the estimate is unbiased at
 * any S. Where labels are given, L at the true one is reported too.
 *
 * @param model a VAE with or without labels
 * @param data inputs, and their classes; −1 (or {@link UNKNOWN_CLASS}) where one is not known
 * @param options samples, batch size, seed
 * @returns means over the examples, nats
 * @throws RangeError when there is no example, x does not fit the model or lies outside its likelihood's support, a
 * label is not an integer from 0 to K − 1, or a bound is NaN
 * @throws TypeError when the model has no bound
 * @example (await evaluateElbo(model, dataset, { seed: 0 })).elbo // such as -104.3
 */
export async function evaluateElbo<M extends Vae | SemiSupervisedVae>(
  model: M,
  data: Examples & { readonly y?: ArrayLike<number | bigint> },
  options: EvaluateElboOptions,
): Promise<M extends SemiSupervisedVae ? SemiSupervisedElboEvaluation : ElboEvaluation> {
  const where = 'evaluateElbo';
  const {
    samples,
    batchSize,
    seed: noise,
  } = readOptions(where, options, {
    ...drawRules(),
    samples: number(integersFrom(1, MOST_SAMPLES), 1),
  });
  assertBounded(where, model);
  assertExamples(where, data);
  if (data.observed !== undefined) assertTakesObserved(where, model);
  const examples = await openExamples(where, data, model);
  const given =
    data.y !== undefined && hasLabels(model)
      ? readLabels(where, 'y', data.y, examples.count, model.classes)
      : undefined;
  const known = given?.filter((label) => label >= 0).length ?? 0;
  // In the place of a class that is not known any other will do: its value is left out.
  const labels = known > 0 ? given?.map((label) => Math.max(0, label)) : undefined;

  const totals: Record<string, number> = {};
  const addRows = async ({ names, values }: NamedRows, from: number, to: number): Promise<void> => {
    const read = await values.data().finally(() => values.dispose());
    for (const [i, value] of read.entries()) {
      const [name, example] = [names[Math.floor(i / (to - from))] as string, from + (i % (to - from))];
      if (name === 'labeledElbo' && given?.[example] === -1) continue;
      assertBound(where, example, value);
      const count = name === 'labeledElbo' ? known : examples.count;
      totals[name] = (totals[name] ?? 0) + value / (samples * count);
    }
  };
  await forEachBatch(examples, batchSize, async (x, from, to) => {
    const extras = examples.knownBetween(from, to);
    try {
      for (let s = 0; s < samples; s++) {
        const context = { noise: noise.split(from).split(s), ...extras };
        const rows = rowsOf(() =>
          hasLabels(model)
            ? termsWithLabels(model, x, labels?.subarray(from, to), context)
            : termsWithoutLabels(model, x, context),
        );
        await addRows(rows, from, to);
      }
    } finally {
      dispose({ ...extras });
    }
  });
  return { count: examples.count, ...totals } as unknown as Awaited<ReturnType<typeof evaluateElbo<M>>>;
}

/** Terms by name, a row each: [names, B]. */
interface NamedRows {
  readonly names: readonly string[];
  readonly values: Tensor;
}

type NamedTerms = Readonly<Record<string, Tensor1D>>;

const rowsOf = (terms: () => NamedTerms): NamedRows => {
  let names: readonly string[] = [];
  const values = tidy(() => {
    const found = terms();
    names = Object.keys(found);
    return stack(Object.values(found));
  });
  return { names, values };
};

const termsWithoutLabels = (model: Vae, x: Tensor, context: BoundContext): NamedTerms => {
  const terms = boundOf('evaluateElbo', model, x, context);
  return { elbo: terms.elbo, ...Object.fromEntries(partsOf(terms)) };
};

/** U and its parts, and L at the true label where labels are given. */
const termsWithLabels = (
  model: SemiSupervisedVae,
  x: Tensor,
  labels: ArrayLike<number> | undefined,
  context: BoundContext,
): NamedTerms => {
  const { classes, labelPrior } = model;
  const { labelLogits, bound } = inferred('evaluateElbo', model, x, context); // q(y | x)
  const y = everyLabel(x.shape[0] as number, classes);
  const terms = bound(y); // log p(x | z, y) − KL
  const prior = logLabelPrior(y, labelPrior);
  const labeledBound = byLabel(add(terms.elbo, prior), classes); // L(x, y)
  const { elbo, labelEntropy } = unlabeledElbo({ labelLogits, labeledBound }); // U(x)
  const q = softmax(labelLogits);
  const expected = (values: Tensor): Tensor1D =>
    labelExpectation({ labels: q, valueByLabel: byLabel(values, classes) });
  return {
    elbo,
    ...Object.fromEntries(partsOf(terms).map(([name, term]) => [name, expected(term)])),
    logLabelPrior: expected(prior),
    labelEntropy,
    ...(labels && {
      labeledElbo: labelExpectation({
        labels: oneHotLabels('evaluateElbo', labels, classes),
        valueByLabel: labeledBound,
      }),
    }),
  };
};
