/** Training batches by step. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { assertInteger, assertSize, recordOf } from '../core/assert';
import type { BatchSource, SplitIndices } from '../core/batch';
import { describe, oneLine } from '../core/describe';
import type { Noise } from '../core/noise';
import {
  flag,
  integersFrom,
  number,
  oneOf,
  optional,
  type Rule,
  readOptions,
  record,
  seedStream,
} from '../core/options';
import { sizeOf } from '../core/shape';
import { assertWithin, type Supports } from '../core/support';
import { bytesOf, isBytes, isIntegers, ownIntegers } from '../core/typedArrays';
import { crc32 } from '../files/crc32';
import { assertBackend } from '../host/backendTraits';
import { BINARIZATIONS, type Binarization, binarize as toBinary } from './binarize';
import {
  assertIndices,
  assertKnown,
  type CreateDatasetOptions,
  checkDataset,
  type Dataset,
  gatherLabels,
} from './dataset';
import { EXTRA_NAMES, gatherExtras, isCoarse } from './extras';
import { hostInputs, residentInputs } from './inputSource';

/** How batches are made. */
export interface BatchesOptions {
  /** where the examples come from: a data set, or the arrays of one as `createDataset` takes them */
  readonly dataset: CreateDatasetOptions;
  /** which of them are labeled and which are not; what it holds back is written into checkpoints with them */
  readonly split: SplitIndices;
  /** examples of either kind in a batch; 0 leaves that part out */
  readonly batchSize: {
    /** labeled examples in a batch, drawn in turn from all of them, again and again */
    readonly labeled: number;
    /** unlabeled examples in a batch */
    readonly unlabeled: number;
  };
  /** seed of the order and of binarization */
  readonly seed: number | Noise;
  /** zeros and ones instead of gray values; default `'none'` */
  readonly binarize?: Binarization;
  /** steps that count as an epoch; default: one pass over the unlabeled examples (without any: over the labeled) */
  readonly stepsPerEpoch?: number;
  /**
   * whether the inputs of the whole set are copied to the device at the first batch, four bytes a value, and batches are
   * gathered there: worth it on a GPU, to which each batch must travel otherwise; default `false`. The values are the same
   */
  readonly resident?: boolean;
}

const datasetRule: Rule<Dataset> = (where, name, given) =>
  checkDataset(where, name, given as CreateDatasetOptions);

/** Its indices are checked where the data set is known. */
const splitRule: Rule<SplitIndices> = (where, name, given) => {
  const split = recordOf(where, given as SplitIndices, name);
  const parts = ['labeled', 'unlabeled', 'validation', 'test'];
  for (const part of Object.keys(split))
    if (!parts.includes(part) && parts.includes(part.toLowerCase()))
      throw new RangeError(
        `${where}: ${name}.${oneLine(part)} is not a part of a split, needed ${part.toLowerCase()}`,
      );
  return split;
};

/** Indices, of this realm; those that the data set does not have are refused. */
const ownIndices = (part: keyof SplitIndices, indices: Int32Array, dataset: Dataset): Int32Array => {
  if (!isIntegers(indices))
    throw new TypeError(
      `createBatches: split.${part} is ${describe(indices)}, needed an Int32Array: Int32Array.from(indices, Number)`,
    );
  assertIndices('createBatches', `split.${part}`, indices, dataset);
  return ownIntegers(indices);
};

/** The parts of a split; labeled examples without a label are refused. */
const ownSplit = ({ labeled, unlabeled, validation }: SplitIndices, dataset: Dataset): SplitIndices => {
  const split = {
    labeled: ownIndices('labeled', labeled, dataset),
    unlabeled: ownIndices('unlabeled', unlabeled, dataset),
    ...(validation !== undefined && { validation: ownIndices('validation', validation, dataset) }),
  };
  assertKnown('createBatches', 'split.labeled', split.labeled, dataset);
  return split;
};

/** Refuses batches that the split has no examples for. */
const assertBatchSize = (
  batchSize: BatchesOptions['batchSize'],
  split: SplitIndices,
  { shape, classes }: Dataset,
): void => {
  const { labeled, unlabeled } = batchSize;
  if (labeled + unlabeled === 0)
    throw new RangeError(
      'createBatches: batchSize.labeled and batchSize.unlabeled are 0, needed at least 1 of either kind',
    );
  for (const part of ['labeled', 'unlabeled'] as const)
    if (batchSize[part] > 0 && split[part].length === 0)
      throw new RangeError(
        `createBatches: batchSize.${part} is ${batchSize[part]}, needed 0, as split.${part} is empty`,
      );
  const values = Math.max(sizeOf(shape), classes);
  for (const part of ['labeled', 'unlabeled'] as const)
    assertSize(
      'createBatches',
      `batchSize.${part} × the larger of values and classes, ${batchSize[part]} × ${values},`,
      batchSize[part] * values,
    );
  if (unlabeled > split.unlabeled.length)
    throw new RangeError(
      `createBatches: batchSize.unlabeled is ${unlabeled}, needed at most ${split.unlabeled.length}, the unlabeled examples`,
    );
};

/** Refuses parts of which a batch could have examples of weight 0 alone: its mean would be 0/0. */
const assertWeighted = (
  { weight }: Dataset,
  { split, batchSize }: Pick<BatchSettings, 'split' | 'batchSize'>,
): void => {
  if (weight === undefined) return;
  for (const part of ['labeled', 'unlabeled'] as const) {
    const [indices, size] = [split[part], batchSize[part]];
    const absent = indices.filter((index) => weight[index] === 0).length;
    // A labeled batch may begin at the end of one pass, and end at the beginning of the next.
    const most = part === 'labeled' && indices.length % size > 0 ? 2 * absent : absent;
    if (size > 0 && absent > 0 && (most >= size || absent === indices.length))
      throw new RangeError(
        `createBatches: ${absent} ${part} examples have weight 0, needed so few that each batch of batchSize.${part}, ${size}, has one above 0: leave examples of weight 0 out of the split`,
      );
  }
};

/** Refuses values of the examples that are shown, where they lie outside a support. */
const assertShownWithin = (
  where: string,
  { x, bytes, count }: Dataset,
  orders: readonly ExampleOrder[],
  support: Supports,
): void => {
  const size = x.length / count;
  for (const { indices } of orders)
    for (const n of indices)
      assertWithin(where, 'dataset.x', x, support, { bytes, from: n * size, to: (n + 1) * size });
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

/** Which examples of a part are shown, and when. */
interface ExampleOrder {
  /** all that are shown; none where the batches leave the part out */
  readonly indices: Int32Array;
  /** steps of a pass */
  readonly steps: number;
  /** those of a step */
  at(step: number): Int32Array;
}

const orderOf = (
  part: 'labeled' | 'unlabeled',
  { split, batchSize, noise }: Pick<BatchesOptions, 'split' | 'batchSize'> & { readonly noise: Noise },
): ExampleOrder => {
  const size = batchSize[part];
  const indices = size > 0 ? split[part] : new Int32Array(0);
  const steps = Math.max(1, Math.floor(indices.length / Math.max(size, 1)));
  const shown = shuffledPasses(indices, noise.split(part));
  // A pass over the unlabeled examples ends with its last whole batch; over the labeled ones with its last example.
  const first = (step: number): number =>
    part === 'labeled' ? step * size : Math.floor(step / steps) * indices.length + (step % steps) * size;
  return {
    indices,
    steps,
    at(step) {
      const from = first(step);
      return Int32Array.from({ length: indices.length > 0 ? size : 0 }, (_, i) => shown(from + i));
    },
  };
};

/** The options of batches, read. */
interface BatchSettings extends Required<Pick<BatchesOptions, 'split' | 'batchSize' | 'binarize'>> {
  readonly dataset: Dataset;
  readonly noise: Noise;
}

/** What batches depend on, in one line. It looks at every value once. */
const identityOf = ({ dataset, split, batchSize, binarize, noise }: BatchSettings): string => {
  const content = crc32(bytesOf(dataset.x), dataset.y);
  const order = crc32(bytesOf(split.labeled), bytesOf(split.unlabeled));
  const seed = noise.state.key.join('.');
  const counts = dataset.bytes === 'counts' ? ['counts'] : [];
  const extras = EXTRA_NAMES.flatMap((name) => {
    const values = dataset[name];
    return values ? [`${name}:${crc32(bytesOf(values))}`] : [];
  });
  const { labeled, unlabeled } = batchSize;
  return [dataset.name, content, order, seed, labeled, unlabeled, binarize, ...counts, ...extras].join(' ');
};

const rules = () => ({
  dataset: datasetRule,
  split: splitRule,
  batchSize: record({ labeled: number(integersFrom(0)), unlabeled: number(integersFrom(0)) }),
  seed: seedStream(),
  binarize: oneOf(BINARIZATIONS, 'none'),
  stepsPerEpoch: optional(number(integersFrom(1))),
  resident: flag(false),
});

/**
 * Labeled and unlabeled batches as a pure function of the step: `at(step)` is the same whenever and in whatever
 * order it is asked.
 *
 * The unlabeled examples are reshuffled at every pass, and a pass ends with its last whole batch, so all batches
 * have one shape; what is left over differs from pass to pass, and no example stays out for good. The labeled
 * examples are cycled through: each of their passes is reshuffled, and a batch may reach into the next pass.
 *
 *   unlabeled: e = ⌊step / n⌋, batch step mod n of permutation e, n = ⌊N_u / B_u⌋
 *   labeled:   positions step·B_l … step·B_l + B_l − 1 of permutation 0, permutation 1, …
 *
 * Augmentation is the trainer's (`augment` of `train`); where values are binarized here it sees zeros and ones.
 *
 * An example may be in both parts, or more than once in one; batches then have it that many times. A class may have no
 * labeled example; the model then learns it from unlabeled ones alone (`splitDataset` labels every class).
 * Every mistake is refused here, before any step; only values that the model's likelihood is not a density of are found
 * when training begins, for only then is the model known.
 *
 * @param options data set, split, batch sizes, seed, binarization, steps per epoch
 * @returns a {@link BatchSource}; its tensors belong to the caller: x [B, …shape], y [B, K]; a part of batch size 0 is
 * left out; you dispose a resident one
 * @throws TypeError and RangeError as `createDataset` where the data are none
 * @throws RangeError when both parts are left out, one of them has a batch size but no example, an index is none of the
 * data set, there are fewer unlabeled examples than a batch needs, a value to be binarized is not in [0, 1], or a size
 * is not an integer of at least 0 (steps: 1)
 * @example createBatches({ dataset, split, batchSize: { labeled: 10, unlabeled: 100 }, seed: 1 }).at(0).labeled.y.shape // [10, K]
 */
export function createBatches(options: BatchesOptions): BatchSource {
  const {
    dataset,
    split: given,
    batchSize,
    seed: noise,
    binarize,
    stepsPerEpoch,
    resident,
  } = readOptions('createBatches', options, rules());
  const split = ownSplit(given, dataset);
  assertBatchSize(batchSize, split, dataset);
  assertWeighted(dataset, { split, batchSize });
  const labeled = orderOf('labeled', { split, batchSize, noise });
  const unlabeled = orderOf('unlabeled', { split, batchSize, noise });
  const orders = [labeled, unlabeled];
  if (binarize !== 'none') assertShownWithin('createBatches', dataset, orders, { min: 0, max: 1 });

  const hasCoarse = labeled.indices.some((index) => isCoarse(dataset, dataset.classes, index));
  const source = resident ? residentInputs(dataset) : hostInputs(dataset);
  const inputs = (part: 'labeled' | 'unlabeled', indices: Int32Array, step: number): Tensor => {
    const x = source.inputs(indices);
    if (binarize === 'none') return x;
    const binary = toBinary(x, binarize, noise.split('binarize').split(part).split(step));
    x.dispose();
    return binary;
  };

  return {
    stepsPerEpoch: stepsPerEpoch ?? (unlabeled.indices.length > 0 ? unlabeled : labeled).steps,
    counts: { labeled: labeled.indices.length, unlabeled: unlabeled.indices.length },
    batchSize: { labeled: batchSize.labeled, unlabeled: batchSize.unlabeled },
    inputShape: dataset.shape,
    ...(isBytes(dataset.x) && { bytes: dataset.bytes ?? 'unit' }),
    ...(dataset.input && { input: dataset.input }),
    classes: dataset.classes,
    ...(dataset.classNames && { classNames: dataset.classNames }),
    ...(dataset.observed && { observed: true }),
    split,
    // Read only when a run is written or resumed.
    get identity() {
      return identityOf({ dataset, split, batchSize, binarize, noise });
    },
    assertWithin(where, support) {
      // What binarization leaves of any value.
      if (binarize !== 'none') assertWithin(where, 'batches', [0, 1], support);
      else assertShownWithin(where, dataset, orders, support);
    },
    at(step) {
      assertBackend('createBatches');
      assertInteger('createBatches', 'step', step, 0);
      const [shown, hidden] = [labeled.at(step), unlabeled.at(step)];
      return {
        ...(shown.length > 0 && {
          labeled: {
            x: inputs('labeled', shown, step),
            y: gatherLabels(dataset, shown),
            ...gatherExtras(dataset, shown, hasCoarse),
          },
        }),
        ...(hidden.length > 0 && {
          unlabeled: { x: inputs('unlabeled', hidden, step), ...gatherExtras(dataset, hidden, false) },
        }),
      };
    },
    dispose: source.dispose,
  };
}
