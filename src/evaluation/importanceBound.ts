/** The importance-weighted bound of a model on examples. */

import { dispose, expandDims, stack, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import { byLabel, everyLabel } from '../bounds/everyLabel';
import { importanceWeightedBound } from '../bounds/importanceWeightedBound';
import type { Noise } from '../core/noise';
import { type ReadOptions, readOptions } from '../core/options';
import { createRests } from '../host/rests';
import { boundOf, inferred } from '../models/atOnce';
import { assertBounded, assertTakesObserved } from '../models/fits';
import { type BoundTerms, hasLabels, type SemiSupervisedVae, type Vae } from '../models/model';
import { forEachBatch } from '../models/openInputs';
import {
  assertBound,
  assertExamples,
  drawRules,
  type Examples,
  type OpenedExamples,
  openExamples,
} from './examples';

/** How the bound is estimated. */
export interface EvaluateImportanceBoundOptions {
  /** S, draws of the latents for each example and label */
  readonly samples: number;
  /** examples at once, each with its K labels; default 100 */
  readonly batchSize?: number;
  /** seed of the draws: the same one gives the same estimate at the same `batchSize` */
  readonly seed: number | Noise;
}

/** What {@link evaluateImportanceBound} finds. */
export interface ImportanceBoundEvaluation {
  /** N */
  readonly count: number;
  /** mean of the bound, nats */
  readonly bound: number;
}

/** Draws for which a model infers once, where its classifier reads none of them. */
const DRAWS_AT_ONCE = 10;

/**
 * The {@link importanceWeightedBound} of a model on examples.
 *
 * The nets decode one draw of a batch at a time, B·K rows (B without labels), and only its weights are kept: memory does not
 * grow with S otherwise. Where the encoder sees no label, one z serves all labels of an example.
 *
 * @param model a VAE with or without labels
 * @param data inputs; labels are not needed
 * @param options samples, batch size, seed
 * @returns the mean over the examples, nats
 * @throws RangeError when there is no example, x does not fit the model or lies outside its likelihood's support,
 * samples is not an integer of at least 1, or a bound is NaN
 * @throws TypeError when the model has no bound
 * @example (await evaluateImportanceBound(model, dataset, { samples: 100, seed: 0 })).bound // such as -98.7
 */
export async function evaluateImportanceBound(
  model: Vae | SemiSupervisedVae,
  data: Examples,
  options: EvaluateImportanceBoundOptions,
): Promise<ImportanceBoundEvaluation> {
  const where = 'evaluateImportanceBound';
  const bounds = await importanceBoundsOf(where, model, data, readOptions(where, options, drawRules()));
  return { count: bounds.length, bound: bounds.reduce((sum, bound) => sum + bound, 0) / bounds.length };
}

/**
 * Examples whose bound a model can compute.
 *
 * @param name of the argument, for the message
 * @throws RangeError or TypeError as {@link evaluateImportanceBound}
 */
export async function openToBound(
  where: string,
  model: Vae | SemiSupervisedVae,
  data: Examples,
  name = 'data',
): Promise<OpenedExamples> {
  assertBounded(where, model);
  assertExamples(where, data, name);
  if (data.observed !== undefined) assertTakesObserved(where, model);
  return openExamples(where, data, model);
}

/**
 * The bound of each example.
 *
 * @param where name of the calling function, for the message
 * @returns N bounds on log p(x), nats
 * @throws RangeError or TypeError as {@link evaluateImportanceBound}
 */
export async function importanceBoundsOf(
  where: string,
  model: Vae | SemiSupervisedVae,
  data: Examples,
  { samples, batchSize, seed: noise }: ReadOptions<ReturnType<typeof drawRules>>,
): Promise<Float64Array> {
  const examples = await openToBound(where, model, data);
  const atOnce = hasLabels(model) && !model.classifiesDraws ? DRAWS_AT_ONCE : 1;
  const bounds = new Float64Array(examples.count);
  await forEachBatch(examples, batchSize, async (x, from, to) => {
    const known = examples.knownBetween(from, to);
    const weights: Tensor[] = [];
    let bound: Tensor1D | undefined;
    const rest = createRests();
    try {
      for (let s = 0; s < samples; s += atOnce) {
        const draws = Array.from({ length: Math.min(atOnce, samples - s) }, (_, i) =>
          noise.split(from).split(s + i),
        );
        weights.push(
          ...tidy(() =>
            hasLabels(model)
              ? withLabels(model, x, { where, draws, known })
              : withoutLabels(model, x, { where, draws, known }),
          ),
        );
        await rest();
      }
      const labelPrior = hasLabels(model) ? model.labelPrior : [1];
      bound = tidy(() => importanceWeightedBound({ logWeights: stack(weights), labelPrior }));
      for (const [i, value] of (await bound.data()).entries()) {
        assertBound(where, from + i, value);
        bounds[from + i] = value;
      }
    } finally {
      dispose([weights, bound, { ...known }]);
    }
  });
  return bounds;
}

/** Draws for a batch. */
interface Draws {
  /** name of the calling function, for the message */
  readonly where: string;
  readonly draws: readonly Noise[];
  /** what is known of the batch beside x */
  readonly known: ReturnType<OpenedExamples['knownBetween']>;
}

const weightOf = (where: string, { logWeight }: BoundTerms): Tensor1D => {
  if (logWeight === undefined)
    throw new TypeError(`${where}: the bound has no logWeight, needed it where the context asks for it`);
  return logWeight;
};

/** log w of each draw, [B, 1]. */
const withoutLabels = (model: Vae, x: Tensor, { where, draws, known }: Draws): Tensor[] =>
  draws.map((noise) =>
    tidy(() =>
      expandDims(weightOf(where, boundOf(where, model, x, { ...known, noise, logWeight: true })), 1),
    ),
  );

/** log w of each draw at every label, [B, K]. The first draw encodes for all of them. */
const withLabels = (model: SemiSupervisedVae, x: Tensor, { where, draws, known }: Draws): Tensor[] => {
  const { classes } = model;
  const [first] = draws as readonly [Noise];
  const { bound } = inferred(where, model, x, { ...known, noise: first });
  const y = everyLabel(x.shape[0] as number, classes);
  const weights = (noise: Noise): Tensor =>
    byLabel(weightOf(where, bound(y, { noise, logWeight: true })), classes);
  return draws.map((noise, i) => (i === 0 ? weights(noise) : tidy(() => weights(noise))));
};
