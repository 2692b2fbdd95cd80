/** Training batches by step. */
import type { Tensor } from '@tensorflow/tfjs-core';
import {
  assertFlags,
  assertInteger,
  assertOneOf,
  type OptionNames,
  optionsOf,
  recordOf,
} from '../core/assert';
import type { BatchSource, SplitIndices } from '../core/batch';
import { bytesOf } from '../core/bytesOf';
import { describe } from '../core/describe';
import { UNKNOWN_CLASS } from '../core/labels';
import { assertNoise, type Noise } from '../core/noise';

import { assertWithin, type Support } from '../core/support';
import { isIntegers, ownIntegers } from '../core/typedArrays';
import { crc32 } from '../files/crc32';
import { type Binarization, binarize as toBinary } from './binarize';
import { type CreateDatasetOptions, checkDataset, type Dataset, gatherLabels } from './dataset';
import { hostInputs, residentInputs } from './inputSource';

/** How batches are made. */
export interface BatchesOptions {
  /** where the examples come from: a data set, or the arrays of one as `createDataset` takes them */
  readonly dataset: CreateDatasetOptions;
  /** which of them are labelled and which are not; what it holds back is written into checkpoints with them */
  readonly split: SplitIndices;
  /** examples of either kind in a batch; 0 leaves that part out */
  readonly batchSize: {
    /** labelled examples in a batch, drawn in turn from all of them, again and again */
    readonly labeled: number;
    /** unlabelled examples in a batch */
    readonly unlabeled: number;
  };
  /** stream that order and binarisation are drawn from */
  readonly noise: Noise;
  /** zeros and ones instead of grey values; default `'none'` */
  readonly binarize?: Binarization;
  /** steps that count as an epoch; default: one pass over the unlabelled examples (without any: over the labelled) */
  readonly stepsPerEpoch?: number;
  /**
   * whether the inputs of the whole set are copied to the device at the first batch, four bytes a value, and batches are
   * gathered there: worth it on a GPU, to which each batch must travel otherwise; default `false`. The values are the same
   */
  readonly resident?: boolean;
}

const NAMES: OptionNames<BatchesOptions> = {
  dataset: true,
  split: true,
  batchSize: true,
  noise: true,
  binarize: true,
  stepsPerEpoch: true,
  resident: true,
};

const SIZES: OptionNames<BatchesOptions['batchSize']> = { labeled: true, unlabeled: true };

/** Indices, of this realm; those that the data set does not have are refused. */
const ownIndices = (part: keyof SplitIndices, indices: Int32Array, { name, count }: Dataset): Int32Array => {
  if (!isIntegers(indices))
    throw new TypeError(
      `createBatches: split.${part} is ${describe(indices)}, needed an Int32Array: Int32Array.from(indices, Number)`,
    );
  const position = indices.findIndex((index) => index < 0 || index >= count);
  if (position >= 0) {
    throw new RangeError(
      `createBatches: split.${part}[${position}] is ${indices[position]}, needed an index below ${count}, the examples of "${name}"`,
    );
  }
  return ownIntegers(indices);
};

/** Refuses labelled examples without a label. */
const assertKnown = (indices: Int32Array, { y }: Dataset): void => {
  const position = indices.findIndex((index) => y[index] === UNKNOWN_CLASS);
  if (position >= 0)
    throw new RangeError(
      `createBatches: split.labeled[${position}] is ${indices[position]}, needed an example whose class is known`,
    );
};

/** Refuses values of a data set's examples outside a support. */
const assertExamplesWithin = (
  where: string,
  { x, count }: Dataset,
  parts: readonly Int32Array[],
  support: Support,
): void => {
  const size = x.length / count;
  for (const indices of parts)
    for (const n of indices) assertWithin(where, 'dataset.x', x, support, n * size, (n + 1) * size);
};

// The order of pass e is drawn from the stream and e alone; only the last is kept.
const shuffledPasses = (indices: Int32Array, noise: Noise): ((position: number) => number) => {
  let pass = -1;
  let order = indices;
  return (position) => {
    const wanted = Math.floor(position / indices.length);
    if (wanted !== pass) {
      order = noise
        .split(wanted)
        .permutation(indices.length)
        .map((i) => indices[i] as number);
      pass = wanted;
    }
    return order[position % indices.length] as number;
  };
};

/**
 * Labelled and unlabelled batches as a pure function of the step: `at(step)` is the same whenever and in whatever
 * order it is asked.
 *
 * The unlabelled examples are reshuffled at every pass, and a pass ends with its last whole batch, so all batches
 * have one shape; what is left over differs from pass to pass, and no example stays out for good. The labelled
 * examples are cycled through: each of their passes is reshuffled, and a batch may reach into the next pass.
 *
 *   unlabelled: e = ⌊step / n⌋, batch step mod n of permutation e, n = ⌊N_u / B_u⌋
 *   labelled:   positions step·B_l … step·B_l + B_l − 1 of permutation 0, permutation 1, …
 *
 * Augmentation is the trainer's (`augment` of `train`); where values are binarised here it sees zeros and ones.
 *
 * What is no mistake: an example that stands in both parts, or more than once in one, is shown as often as that; a
 * class without a labelled example is learnt from the unlabelled ones alone (`splitDataset` leaves none without).
 * Every mistake is refused here, before any step; only values that the model's likelihood is no density of are found
 * when training begins, for only then is the model known.
 *
 * @param options data set, split, batch sizes, noise, binarisation, steps per epoch
 * @returns a {@link BatchSource}; its tensors belong to the caller: x [B, …shape], y [B, K]; a part of batch size 0 is
 * left out; whoever made a resident one disposes it
 * @throws TypeError and RangeError as `createDataset` where the data are none
 * @throws RangeError when both parts are left out, one of them has a batch size but no example, an index is none of the
 * data set, there are fewer unlabelled examples than a batch needs, a value to be binarised is not in [0, 1], or a size
 * is no integer of at least 0 (steps: 1)
 * @example createBatches({ dataset, split, batchSize: { labeled: 10, unlabeled: 100 }, noise }).at(0).labeled.y.shape // [10, K]
 */
export function createBatches(options: BatchesOptions): BatchSource {
  const {
    dataset: given,
    split: parts,
    batchSize: sizes,
    noise,
    binarize = 'none',
    stepsPerEpoch,
    resident = false,
  } = optionsOf('createBatches', options, NAMES);
  const dataset = checkDataset('createBatches', 'dataset.', given);
  recordOf('createBatches', parts, 'split');
  const batchSize = optionsOf('createBatches', sizes, SIZES, 'batchSize');
  assertNoise('createBatches', noise);
  assertOneOf('createBatches', 'binarize', binarize, ['none', 'threshold', 'dynamic']);
  assertFlags('createBatches', { resident });
  assertInteger('createBatches', 'batchSize.labeled', batchSize.labeled, 0);
  assertInteger('createBatches', 'batchSize.unlabeled', batchSize.unlabeled, 0);
  if (stepsPerEpoch !== undefined) assertInteger('createBatches', 'stepsPerEpoch', stepsPerEpoch);
  const split: SplitIndices = {
    labeled: ownIndices('labeled', parts.labeled, dataset),
    unlabeled: ownIndices('unlabeled', parts.unlabeled, dataset),
    ...(parts.validation && { validation: ownIndices('validation', parts.validation, dataset) }),
  };
  assertKnown(split.labeled, dataset);
  if (batchSize.labeled + batchSize.unlabeled === 0)
    throw new RangeError(
      'createBatches: batchSize.labeled and batchSize.unlabeled are 0, needed at least 1 of either kind',
    );
  for (const part of ['labeled', 'unlabeled'] as const) {
    if (batchSize[part] > 0 && split[part].length === 0)
      throw new RangeError(
        `createBatches: batchSize.${part} is ${batchSize[part]}, needed 0, as split.${part} is empty`,
      );
  }
  const labeled = batchSize.labeled > 0 ? split.labeled.length : 0;
  const unlabeled = batchSize.unlabeled > 0 ? split.unlabeled.length : 0;
  if (unlabeled > 0 && unlabeled < batchSize.unlabeled) {
    throw new RangeError(
      `createBatches: batchSize.unlabeled is ${batchSize.unlabeled}, needed at most ${unlabeled}, the unlabelled examples`,
    );
  }
  const used = [...(labeled > 0 ? [split.labeled] : []), ...(unlabeled > 0 ? [split.unlabeled] : [])];
  if (binarize !== 'none') assertExamplesWithin('createBatches', dataset, used, { least: 0, largest: 1 });
  const labeledAt = shuffledPasses(split.labeled, noise.split('labeled'));
  const unlabeledAt = shuffledPasses(split.unlabeled, noise.split('unlabeled'));
  const unlabeledSteps = Math.floor(unlabeled / Math.max(batchSize.unlabeled, 1));
  const labeledSteps = Math.max(1, Math.floor(labeled / Math.max(batchSize.labeled, 1)));

  const source = resident ? residentInputs(dataset) : hostInputs(dataset);
  const inputs = (part: 'labeled' | 'unlabeled', indices: Int32Array, step: number): Tensor => {
    const x = source.inputs(indices);
    if (binarize === 'none') return x;
    const binary = toBinary(x, binarize, noise.split('binarize').split(part).split(step));
    x.dispose();
    return binary;
  };

  return {
    stepsPerEpoch: stepsPerEpoch ?? (unlabeled > 0 ? unlabeledSteps : labeledSteps),
    counts: { labeled, unlabeled },
    batchSize: { labeled: batchSize.labeled, unlabeled: batchSize.unlabeled },
    inputShape: dataset.shape,
    classes: dataset.classes,
    split,
    // Read only when a run is written or resumed: it looks at every value once.
    get identity() {
      const { seed, order } = {
        seed: noise.state.key.join('.'),
        order: crc32(bytesOf(split.labeled), bytesOf(split.unlabeled)),
      };
      const content = crc32(bytesOf(dataset.x), dataset.y);
      return [dataset.name, content, order, seed, batchSize.labeled, batchSize.unlabeled, binarize].join(' ');
    },
    assertWithin(where, support) {
      // What binarisation leaves of any value.
      if (binarize !== 'none') assertWithin(where, 'batches', [0, 1], support);
      else assertExamplesWithin(where, dataset, used, support);
    },
    at(step) {
      assertInteger('createBatches', 'step', step, 0);
      const from = step * batchSize.labeled;
      const pass =
        Math.floor(step / unlabeledSteps) * unlabeled + (step % unlabeledSteps) * batchSize.unlabeled;
      const shown = Int32Array.from({ length: labeled > 0 ? batchSize.labeled : 0 }, (_, i) =>
        labeledAt(from + i),
      );
      const hidden = Int32Array.from({ length: unlabeled > 0 ? batchSize.unlabeled : 0 }, (_, i) =>
        unlabeledAt(pass + i),
      );
      return {
        ...(labeled > 0 && {
          labeled: { x: inputs('labeled', shown, step), y: gatherLabels(dataset, shown) },
        }),
        ...(unlabeled > 0 && { unlabeled: { x: inputs('unlabeled', hidden, step) } }),
      };
    },
    dispose: source.dispose,
  };
}
