/** Models on data, in batches. */

import { concat, dispose, maximum, softmax, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { assertClassNames, namesOf } from '../core/classNames';
import { describe } from '../core/describe';
import { indexOfLargest } from '../core/labels';
import { LOWEST } from '../core/logSpace';
import { atOnce } from '../core/notAsync';
import { integersFrom, number, optional, readOptions, text, UNIT_INTERVAL, unchecked } from '../core/options';
import { assertShapes } from '../core/shape';
import { assertReadsCovariates, covariateRows } from './covariates';
import { assertClassifier, assertModel } from './fits';
import { assertLiving } from './living';
import type { Classifier, GenerativeClassifier, Known, Model, Vae } from './model';
import { forEachBatch, type Inputs, openInputs } from './openInputs';
import { assertNoProbabilities } from './probabilities';
import { calibratedLogits } from './temperature';

/** How data are read. */
export interface BatchOptions {
  /** examples at a time; default 500, which is ours */
  readonly batchSize?: number;
}

/** How these options are read. */
export const batchRules = () => ({ batchSize: number(integersFrom(1), 500) });

/** How data are encoded. */
export interface EmbedOptions extends BatchOptions {
  /** covariates of the examples, such as the domain of each, N × C numbers in rows; for a model that reads them */
  readonly covariates?: ArrayLike<number>;
}

/** How these options are read. */
const embedRules = () => ({
  ...batchRules(),
  // Looked at where the number of examples is known.
  covariates: optional(unchecked<ArrayLike<number>>()),
});

/** How data are classified. */
export interface PredictOptions extends EmbedOptions {
  /** an example whose max_y q(y|x) is below it is of no known class: its label is −1; default 0, and every example has one */
  readonly unknownBelow?: number;
  /** the class name of such an example; default `'unknown'` */
  readonly unknownName?: string;
}

/** Labels of examples. */
export interface Prediction {
  /** the class of each example's largest logit, the first of them where several are; −1 below `unknownBelow` */
  readonly labels: Int32Array;
  /** the name of that class; its index as a text where the model has no names; `unknownName` below `unknownBelow` */
  readonly classNames: readonly string[];
  /** q(y|x) at the model's temperature, N × K in rows */
  readonly probabilities: Float32Array;
}

/** Applies a model's function [B, …] → [B, width] to every batch of the data. */
const inBatches = async (
  where: string,
  model: Model,
  data: Inputs,
  {
    batchSize,
    covariates,
  }: { readonly batchSize: number; readonly covariates: ArrayLike<number> | undefined },
  width: number,
  apply: (x: Tensor, known: Known) => Tensor,
): Promise<Float32Array> => {
  assertLiving(where, model);
  assertReadsCovariates(where, model, covariates);
  const examples = await openInputs(where, 'data', data, model);
  const knownBetween = covariateRows(where, model, covariates, examples.count);
  const all = new Float32Array(examples.count * width);
  await forEachBatch(examples, batchSize, async (x, from, to) => {
    const known = knownBetween(from, to);
    const out = tidy(() => apply(x, known));
    try {
      assertShapes(where, {
        [`what the model gives for ${to - from} examples`]: [out, `${to - from} ${width}`, 'float32'],
      });
      all.set(await out.data(), from * width);
    } finally {
      dispose([out, { ...known }]);
    }
  });
  const bad = all.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const example = Math.floor(bad / width);
    throw new RangeError(`${where}: example ${example} gives ${all[bad]}, needed a model of finite weights`);
  }
  return all;
};

/**
 * Classifies data, a batch at a time.
 *
 *   q(y|x) = softmax(logits(x) / T)        label = argmax_y q(y|x), or −1 where max_y q(y|x) < unknownBelow
 *
 * A threshold is as good as the probabilities are: `calibrate` the model first. Data of a class that the model has never seen
 * may get high probabilities all the same; `noveltyScore` looks at the data themselves.
 *
 * @param model a model with q(y|x)
 * @param data N examples in succession, NHWC, as bytes (value / 255; a canvas's too), float32 values or numbers; or a float32 tensor [N, …]
 * @param options batch size, covariates, and the threshold of an unknown class
 * @returns class indices, class names and q(y|x); empty arrays for no examples
 * @throws TypeError when the model has no `classify`, or the data is none of these
 * @throws RangeError when it is not a whole number of examples, a number is not finite (of the data, or of what the model
 *   gives), the model gives probabilities for logits, a value is outside what the model's likelihood is a density of, as 255
 *   is of a Bernoulli's, or `unknownName` is the name of a class
 * @example (await predict(model, new Uint8Array(784))).labels.length // 1
 */
export async function predict(
  model: Classifier,
  data: Inputs,
  options: PredictOptions = {},
): Promise<Prediction> {
  assertClassifier('predict', model);
  const { unknownBelow, unknownName, ...batches } = readOptions('predict', options, {
    ...embedRules(),
    unknownBelow: number(UNIT_INTERVAL, 0),
    unknownName: text('unknown'),
  });
  const { classes, classNames } = model;
  if (classNames !== undefined) assertClassNames('predict', 'model.classNames', classNames, classes);
  const names = namesOf(classes, classNames);
  if (unknownBelow > 0 && names.includes(unknownName))
    throw new RangeError(
      `predict: unknownName is ${describe(unknownName)}, a class of the model, needed another name for what is of none`,
    );
  // The class is the largest logit's, as everywhere: probabilities may be equal where logits are not. A logit of −∞ is a
  // class ruled out, and finite here.
  const rows = await inBatches('predict', model, data, batches, 2 * classes, (x, known) => {
    const logits = calibratedLogits('predict', model, x, known);
    return concat([maximum(logits, LOWEST), softmax(logits)], 1);
  });
  const labels = new Int32Array(rows.length / (2 * classes));
  assertNoProbabilities('predict', model, labels.length, (i) =>
    rows.subarray(2 * i * classes, (2 * i + 1) * classes),
  );
  const probabilities = new Float32Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) {
    const [from, between, to] = [2 * i * classes, (2 * i + 1) * classes, (2 * i + 2) * classes];
    const label = indexOfLargest(rows.subarray(from, between));
    const q = rows.subarray(between, to);
    labels[i] = (q[label] as number) < unknownBelow ? -1 : label;
    probabilities.set(q, i * classes);
  }
  return { labels, classNames: Array.from(labels, (label) => names[label] ?? unknownName), probabilities };
}

/**
 * Latent features of data, for use elsewhere: posterior means, N × Z in rows. `fitSoftmaxClassifier` learns labels from them.
 *
 * Where the posterior sees the label, the mean is averaged over q(y|x): Σ_y q(y|x) E[z|x,y].
 *
 * @param model a VAE with or without labels
 * @param data N examples in succession, NHWC, as bytes (value / 255; a canvas's too), float32 values or numbers; or a float32 tensor [N, …]
 * @param options batch size, and covariates
 * @returns N·Z numbers
 * @throws TypeError when the model has no `embed`, or the data is none of these
 * @throws RangeError when it is not a whole number of examples, a number is not finite (of the data, or of what the model
 *   gives), or a value is outside what the model's likelihood is a density of, as 255 is of a Bernoulli's
 * @example (await embed(model, new Uint8Array(784))).length // 50
 */
export async function embed(
  model: Vae | GenerativeClassifier,
  data: Inputs,
  options: EmbedOptions = {},
): Promise<Float32Array> {
  assertModel('embed', 'model', model, ['embed']);
  const batches = readOptions('embed', options, embedRules());
  return inBatches('embed', model, data, batches, model.latent, (x, known) =>
    atOnce('embed', "the model's embed", model.embed(x, known)),
  );
}
