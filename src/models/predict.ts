/** Models on plain arrays, in batches. */
import { mul, reshape, softmax, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { assertInteger, assertMethods, optionsOf } from '../core/assert';
import { createRests } from '../core/rests';
import { describe, formatShape, sizeOf } from '../core/shape';
import { assertWithin, type Support } from '../core/support';
import { unitsOf } from '../core/unitInterval';
import { everyLabel, repeatRows } from '../objectives/everyLabel';
import { supportOf } from './inputs';
import { assertLiving } from './living';
import type { Classifier, Model, SemiSupervisedVae, Vae } from './model';

/** How plain arrays are gone through. */
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

/**
 * Inputs as plain arrays: N examples in succession, NHWC. Bytes mean value/255; numbers and float32 values are taken as they
 * are, in the range that the model was trained on.
 */
export type PlainInputs = Uint8Array | Float32Array | readonly number[];

/** Values start … end as floats; those that are no numbers, or that the model's likelihood is no density of, are refused. */
const toFloats = (
  where: string,
  data: PlainInputs,
  support: Support | undefined,
  start: number,
  end: number,
): Float32Array => {
  if (data instanceof Uint8Array) return unitsOf(data.subarray(start, end));
  const piece = data.slice(start, end);
  // What is no number, and which Float32Array.from would take for one or choke on, is told of as what it is.
  const values = Array.isArray(piece)
    ? Float32Array.from(piece, (value) => (typeof value === 'number' ? value : Number.NaN))
    : (piece as Float32Array);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new RangeError(
      `${where}: data[${start + bad}] is ${describe(data[start + bad])}, needed finite numbers`,
    );
  if (support) assertWithin(where, 'data', data, support, start, end);
  return values;
};

/** Applies a model's function [B, …] → [B, width] to every batch of the data. */
const inBatches = async (
  where: string,
  model: Model,
  data: PlainInputs,
  options: PredictOptions,
  width: number,
  apply: (x: Tensor) => Tensor,
): Promise<Float32Array> => {
  const { batchSize = 500 } = optionsOf(where, options, { batchSize: true });
  assertLiving(where, model);
  const { inputShape } = model;
  const support = supportOf(model);
  assertInteger(where, 'batchSize', batchSize);
  if (!(data instanceof Uint8Array || data instanceof Float32Array || Array.isArray(data)))
    throw new TypeError(`${where}: data is ${describe(data)}, needed bytes, float32 values or numbers`);
  const size = sizeOf(inputShape);
  if (data.length % size !== 0) {
    throw new RangeError(
      `${where}: data has ${data.length} values, needed a multiple of ${size} for examples ${formatShape(inputShape)}`,
    );
  }
  const count = data.length / size;
  const all = new Float32Array(count * width);
  // Reading a tensor settles at once on some backends, and a page would freeze.
  const rest = createRests();
  for (let start = 0; start < count; start += batchSize) {
    await rest();
    const end = Math.min(count, start + batchSize);
    const values = toFloats(where, data, support, start * size, end * size);
    const out = tidy(() => apply(tensor(values, [end - start, ...inputShape])));
    try {
      all.set(await out.data(), start * width);
    } finally {
      out.dispose();
    }
  }
  const bad = all.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const example = Math.floor(bad / width);
    throw new RangeError(`${where}: example ${example} gives ${all[bad]}, needed a model of finite weights`);
  }
  return all;
};

/**
 * Classifies plain arrays, a batch at a time.
 *
 * @param model a model with q(y|x)
 * @param data N examples in succession, NHWC; bytes mean value/255
 * @param options the batch size
 * @returns class indices and q(y|x); empty arrays for no examples
 * @throws TypeError when the model is none, or the data is none of these
 * @throws RangeError when it is no whole number of examples, a number is not finite (of the data, or of what the model
 *   gives), or a value is outside what the model's likelihood is a density of, as 255 is of a Bernoulli's
 * @example (await predict(model, new Uint8Array(784))).labels.length // 1
 */
export async function predict(
  model: Classifier,
  data: PlainInputs,
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
 * Latent features of plain arrays, for use elsewhere: posterior means, N × Z in rows.
 *
 * Where the posterior sees the label, the mean is averaged over q(y|x): Σ_y q(y|x) E[z|x,y].
 *
 * @param model a model with q(z|x[,y]): an M1, an M2, or one's own
 * @param data N examples in succession, NHWC; bytes mean value/255
 * @param options the batch size
 * @returns N·Z numbers
 * @throws TypeError when the model is none, or the data is none of these
 * @throws RangeError when it is no whole number of examples, a number is not finite (of the data, or of what the model
 *   gives), or a value is outside what the model's likelihood is a density of, as 255 is of a Bernoulli's
 * @example (await embed(model, new Uint8Array(784))).length // 50
 */
export async function embed(
  model: SemiSupervisedVae | Vae,
  data: PlainInputs,
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
