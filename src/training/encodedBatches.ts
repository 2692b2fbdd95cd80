/** Training batches of the codes of a trained VAE. */
import { split as divide, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { assertInteger, recordOf } from '../core/assert';
import { type BatchSource, mapTensors } from '../core/batch';
import type { Noise } from '../core/noise';
import { integersFrom, number, readOptions, seedStream, unchecked } from '../core/options';
import { type BatchesOptions, createBatches } from '../data/batches';
import { checkDataset, createDataset } from '../data/dataset';
import * as gaussian from '../distributions/gaussian';
import { assertFits, assertSameClasses } from '../models/fits';
import { assertLiving } from '../models/living';
import { forEachBatch, type OpenedInputs, openInputs } from '../models/openInputs';
import type { StackedM2 } from '../models/stacked/model';

/** How encoded batches are made. */
export interface EncodedBatchesOptions
  extends Pick<BatchesOptions, 'dataset' | 'split' | 'batchSize' | 'stepsPerEpoch'> {
  /** what they are for: its `m1` encodes, its `dimensions` of the codes are kept, and its `m2` has the classes */
  readonly model: Pick<StackedM2, 'm1' | 'm2' | 'dimensions'>;
  /** seed of the order and of the draws */
  readonly seed: number | Noise;
  /** examples encoded at a time; default 500 */
  readonly encodingBatchSize?: number;
}

/** Means and log-variances of q(z1|x) at some dimensions, N × 2n in rows. */
async function encoded(
  { m1, dimensions }: Pick<StackedM2, 'm1' | 'dimensions'>,
  examples: OpenedInputs,
  batchSize: number,
): Promise<Float32Array> {
  const width = dimensions.length;
  const codes = new Float32Array(examples.count * 2 * width);
  await forEachBatch(examples, batchSize, async (x, from, to) => {
    const { mean, logVar } = tidy(() => ({ ...m1.encode(x) }));
    try {
      for (const [half, values] of [await mean.data(), await logVar.data()].entries())
        for (let i = from; i < to; i++)
          for (const [k, dimension] of dimensions.entries())
            codes[(i * 2 + half) * width + k] = values[(i - from) * m1.latent + dimension] as number;
    } finally {
      mean.dispose();
      logVar.dispose();
    }
  });
  return codes;
}

/**
 * Batches for the M2 of a stacked model: `createBatches` over the codes of M1, each drawn anew at every step.
 *
 *   z1 = μ(x) + σ(x)·ε,   ε ~ N(0, I)
 *
 * Every example is encoded once, and its mean and variance are kept: a step costs no pass through M1. `at(step)` is the same whenever
 * it is asked, so a run can be resumed. Weights and sets of allowed classes of the data set stay.
 *
 * @param options the stacked model, data set, split, batch sizes, seed
 * @returns a {@link BatchSource} for `train(model.m2, …)`; its tensors belong to the caller: x [B, n], y [B, K]
 * @throws TypeError and RangeError as `createBatches`, and where the data do not fit M1, a value of it is outside what M1's likelihood is a
 *   density of, or the data have other classes than the model
 * @example (await encodedBatches({ model, dataset, split, batchSize: { labeled: 10, unlabeled: 100 }, seed: 1 })).inputShape // [n]
 */
export async function encodedBatches(options: EncodedBatchesOptions): Promise<BatchSource> {
  const where = 'encodedBatches';
  const {
    model,
    encodingBatchSize,
    seed: noise,
    ...read
  } = readOptions(where, options, {
    model: unchecked<EncodedBatchesOptions['model']>(),
    encodingBatchSize: number(integersFrom(1), 500),
    seed: seedStream(),
    // Looked at by `checkDataset` and `createBatches`.
    dataset: unchecked<BatchesOptions['dataset']>(),
    split: unchecked<BatchesOptions['split']>(),
    batchSize: unchecked<BatchesOptions['batchSize']>(),
    stepsPerEpoch: unchecked<number | undefined>(),
  });
  const { m1, m2, dimensions } = recordOf(where, model, 'model');
  for (const [name, part] of Object.entries({ m1, m2 }))
    assertLiving(where, recordOf(where, part, `model.${name}`));
  const dataset = checkDataset(where, 'dataset', read.dataset);
  const { split, batchSize, stepsPerEpoch } = read;
  const drawn = {
    split,
    batchSize,
    ...(stepsPerEpoch !== undefined && { stepsPerEpoch }),
    seed: noise,
  };
  // What does not fit is found before the examples are encoded.
  const shown = createBatches({ dataset, ...drawn });
  assertFits(where, m1, [], shown);
  if (shown.counts.labeled > 0) assertSameClasses(where, m2, shown.classes, shown.classNames);
  const examples = await openInputs(where, 'dataset.x', dataset.x, m1, true);
  const { name, y, classes, classNames, allowed, weight } = dataset;
  const codes = createDataset({
    name,
    x: await encoded({ m1, dimensions }, examples, encodingBatchSize),
    y,
    shape: [2 * dimensions.length],
    classes,
    ...(classNames && { classNames }),
    ...(allowed && { allowed }),
    ...(weight && { weight }),
  });
  const source = createBatches({ dataset: codes, ...drawn });
  const draw = (parameters: Tensor, draws: Noise): Tensor => {
    const z1 = tidy(() => {
      const [mean, logVar] = divide(parameters as Tensor2D, 2, 1) as [Tensor2D, Tensor2D];
      return gaussian.sample({ mean, logVar }, draws);
    });
    parameters.dispose();
    return z1;
  };
  return {
    ...source,
    inputShape: [dimensions.length],
    get identity() {
      return `encoded ${source.identity}`;
    },
    async at(step) {
      assertInteger(where, 'step', step, 0);
      const draws = noise.split('codes').split(step);
      return mapTensors(await source.at(step), (tensor, path) =>
        path.endsWith('.x') ? draw(tensor, draws.split(path)) : tensor,
      );
    },
  };
}
