/** Models on data, in batches. */
import { mul, reshape, softmax, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { assertInteger, assertMethods, optionsOf } from '../core/assert';
import { everyLabel, repeatRows } from '../objectives/everyLabel';
import { assertLiving } from './living';
import type { Classifier, Model, SemiSupervisedVae, Vae } from './model';
import { forEachBatch, type Inputs, openInputs } from './openInputs';

/** How data are gone through. */
export interface PredictOptions {
  /** examples at a time; default 500, which is ours */
  readonly batchSize?: number;
}

/** Labels of examples. */
export interface Prediction {
  /** the most probable class of each example */
  readonly labels: Int32Array;
  /** q(y|x), N × K in rows */
  readonly probabilities: Float32Array;
}

/** Applies a model's function [B, …] → [B, width] to every batch of the data. */
const inBatches = async (
  where: string,
  model: Model,
  data: Inputs,
  options: PredictOptions,
  width: number,
  apply: (x: Tensor) => Tensor,
): Promise<Float32Array> => {
  const { batchSize = 500 } = optionsOf(where, options, { batchSize: true });
  assertLiving(where, model);
  assertInteger(where, 'batchSize', batchSize);
  const examples = await openInputs(where, 'data', data, model);
  const all = new Float32Array(examples.count * width);
  await forEachBatch(examples, batchSize, async (x, from) => {
    const out = tidy(() => apply(x));
    try {
      all.set(await out.data(), from * width);
    } finally {
      out.dispose();
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
 * @param model a model with q(y|x)
 * @param data N examples in succession, NHWC, as bytes (value / 255), float32 values or numbers; or a float32 tensor [N, …]
 * @param options the batch size
 * @returns class indices and q(y|x); empty arrays for no examples
 * @throws TypeError when the model is none, or the data is none of these
 * @throws RangeError when it is no whole number of examples, a number is not finite (of the data, or of what the model
 *   gives), or a value is outside what the model's likelihood is a density of, as 255 is of a Bernoulli's
 * @example (await predict(model, new Uint8Array(784))).labels.length // 1
 */
export async function predict(
  model: Classifier,
  data: Inputs,
  options: PredictOptions = {},
): Promise<Prediction> {
  assertMethods('predict', 'model', model, ['classify']);
  const probabilities = await inBatches('predict', model, data, options, model.classes, (x) =>
    softmax(model.classify(x)),
  );
  const labels = new Int32Array(probabilities.length / model.classes);
  for (let i = 0; i < labels.length; i++) {
    const row = probabilities.subarray(i * model.classes, (i + 1) * model.classes);
    labels[i] = row.indexOf(Math.max(...row));
  }
  return { labels, probabilities };
}

/**
 * Latent features of data, for use elsewhere: posterior means, N × Z in rows.
 *
 * Where the posterior sees the label, the mean is averaged over q(y|x): Σ_y q(y|x) E[z|x,y].
 *
 * @param model a model with q(z|x[,y]): an M1, an M2, or one's own
 * @param data N examples in succession, NHWC, as bytes (value / 255), float32 values or numbers; or a float32 tensor [N, …]
 * @param options the batch size
 * @returns N·Z numbers
 * @throws TypeError when the model is none, or the data is none of these
 * @throws RangeError when it is no whole number of examples, a number is not finite (of the data, or of what the model
 *   gives), or a value is outside what the model's likelihood is a density of, as 255 is of a Bernoulli's
 * @example (await embed(model, new Uint8Array(784))).length // 50
 */
export async function embed(
  model: SemiSupervisedVae | Vae,
  data: Inputs,
  options: PredictOptions = {},
): Promise<Float32Array> {
  assertMethods('embed', 'model', model, ['encode']);
  const seesLabel = (one: SemiSupervisedVae | Vae): one is SemiSupervisedVae =>
    'encoderSeesLabel' in one && one.encoderSeesLabel;
  if (seesLabel(model)) assertMethods('embed', 'model', model, ['classify', 'encode']);
  return inBatches('embed', model, data, options, model.latent, (x) => {
    if (!seesLabel(model)) return model.encode(x).mean;
    const rows = x.shape[0] as number;
    const weights = reshape(softmax(model.classify(x)), [rows, model.classes, 1]);
    const { mean } = model.encode(repeatRows(x, model.classes), everyLabel(rows, model.classes));
    return sum(mul(weights, reshape(mean, [rows, model.classes, model.latent])), 1);
  });
}
