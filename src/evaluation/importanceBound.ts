/** The importance-weighted bound: tighter than the ELBO, and with many draws close to log p(x). */
import {
  add,
  logSumExp,
  maximum,
  stack,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { byLabel } from '../bounds/everyLabel';
import { assertLabelPrior } from '../bounds/labelPrior';
import { assertInteger, assertMethods, type OptionNames, optionsOf, recordOf } from '../core/assert';
import { LOWEST } from '../core/logSpace';
import { assertNoise, type Noise } from '../core/noise';
import { assertShapes } from '../core/shape';
import * as gaussian from '../distributions/gaussian';
import { createRests } from '../host/rests';
import { logPrior } from '../models/latentPrior';
import type { SemiSupervisedVae } from '../models/model';
import { forEachBatch } from '../models/openInputs';
import { drawEveryLabel, type EveryPosterior, encodeEveryLabel, forEveryLabel } from './everyPosterior';
import { assertBound, assertExamples, type Examples, openExamples } from './examples';

/** What the bound is made of. */
export interface ImportanceWeightedBoundArguments {
  /** log w = log p(x|z_s,y) + log p(z_s) − log q(z_s|x[,y]), z_s ~ q, at every label: [S, B, K] */
  readonly logWeights: Tensor;
  /** π of p(y) = Cat(π): K probabilities above 0, summing to 1 */
  readonly labelPrior: readonly number[];
}

/**
 * Importance-weighted bound, per example (Burda et al. 2016, Eq. 8, with the sum over labels taken exactly).
 *
 *   log Σ_y p(y) (1/S) Σ_s w_s(x, y)  ≤  log p(x)  in expectation,   w = p(x, z_s | y) / q(z_s|x[,y])
 *
 * It rises with S towards log p(x), and at S = 1 it is in expectation no less than U(x), whatever q(y|x): no
 * classifier enters.
 *
 * @returns [B], nats
 * @throws RangeError when the weights are not [S, B, K], or π is no prior over K classes
 * @example importanceWeightedBound({ logWeights: tf.tensor3d([[[-1, -1]], [[-2, -2]]]), labelPrior: [0.5, 0.5] }) // [-1.3798855]
 */
export function importanceWeightedBound(given: ImportanceWeightedBoundArguments): Tensor1D {
  const { logWeights, labelPrior } = recordOf('importanceWeightedBound', given, 'the argument');
  const { S = 0, K = 0 } = assertShapes('importanceWeightedBound', {
    logWeights: [logWeights, 'S B K', 'float32'],
  });
  assertLabelPrior('importanceWeightedBound', labelPrior, K);
  return tidy(() => {
    // In float64, which holds classes that float32 does not; and a label that no draw allows has a weight of 0.
    const logPrior = tensor1d(labelPrior.map((p) => Math.log(p) - Math.log(S)));
    return logSumExp<Tensor1D>(add(logSumExp(maximum(logWeights, LOWEST), 0), logPrior), 1);
  });
}

/** How the bound is estimated. */
export interface EvaluateImportanceBoundOptions {
  /** S, draws of z for each example and label */
  readonly samples: number;
  /** examples at once, each with its K labels; default 100 */
  readonly batchSize?: number;
  /** stream that the draws come from */
  readonly noise: Noise;
}

const NAMES: OptionNames<EvaluateImportanceBoundOptions> = { samples: true, batchSize: true, noise: true };

/** What {@link evaluateImportanceBound} finds. */
export interface ImportanceBoundEvaluation {
  /** N */
  readonly count: number;
  /** mean of the bound, nats */
  readonly bound: number;
}

/**
 * The {@link importanceWeightedBound} of a model on examples.
 *
 * One draw of a batch is decoded at a time, B·K rows, and only its weights are kept, S·B·K numbers: memory does
 * not grow with S otherwise. The draws are those of {@link evaluateElbo} where the encoder sees no label: one z
 * for all labels of an example.
 *
 * @param model the model
 * @param data inputs; labels are not needed
 * @param options samples, batch size, noise
 * @returns the mean over the examples, nats
 * @throws RangeError when there is no example, x does not fit the model or lies outside its likelihood's support, or
 * samples is no integer of at least 1, or a bound is NaN
 * @example (await evaluateImportanceBound(model, dataset, { samples: 100, noise: createNoise(0) })).bound // such as -98.7
 */
export async function evaluateImportanceBound(
  model: SemiSupervisedVae,
  data: Examples,
  options: EvaluateImportanceBoundOptions,
): Promise<ImportanceBoundEvaluation> {
  const { samples, batchSize = 100, noise } = optionsOf('evaluateImportanceBound', options, NAMES);
  assertInteger('evaluateImportanceBound', 'samples', samples);
  assertMethods('evaluateImportanceBound', 'model', model, ['classify', 'encode', 'decode']);
  assertExamples('evaluateImportanceBound', data);
  assertNoise('evaluateImportanceBound', noise);
  assertInteger('evaluateImportanceBound', 'batchSize', batchSize);
  const examples = await openExamples('evaluateImportanceBound', data.x, model);
  let total = 0;
  await forEachBatch(examples, batchSize, async (x, from) => {
    const every = encodeEveryLabel(model, x);
    const weights: Tensor[] = [];
    let bound: Tensor1D | undefined;
    const rest = createRests();
    try {
      for (let s = 0; s < samples; s++) {
        weights.push(drawWeights(model, every, noise));
        await rest();
      }
      bound = tidy(() =>
        importanceWeightedBound({ logWeights: stack(weights), labelPrior: model.labelPrior }),
      );
      for (const [i, value] of (await bound.data()).entries()) {
        assertBound('evaluateImportanceBound', from + i, value);
        total += value;
      }
    } finally {
      for (const held of [...Object.values(every), ...weights, ...(bound ? [bound] : [])]) held.dispose();
    }
  });
  return { count: examples.count, bound: total / examples.count };
}

/** log w of one draw, [B, K]. */
const drawWeights = (model: SemiSupervisedVae, every: EveryPosterior, noise: Noise): Tensor2D =>
  tidy(() => {
    const { z, logLikelihood } = drawEveryLabel('evaluateImportanceBound', model, every, noise);
    const ratio = sub(logPrior('evaluateImportanceBound', model, z), gaussian.logProb(every, z));
    return byLabel(add(logLikelihood, forEveryLabel(model, ratio)), model.classes);
  });
