/** Options of `createBatches`, their defaults, and what is refused. */
import { assertSize, recordOf } from '../core/assert';
import type { SplitIndices } from '../core/batch';
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
import { isIntegers, ownIntegers } from '../core/typedArrays';
import { BINARIZATIONS, type Binarization } from './binarize';
import { type CreateDatasetOptions, checkDataset, type Dataset } from './dataset';
import { assertIndices, assertKnown } from './gather';

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
  // A caller may change theirs while a run reads these.
  return ownIntegers(indices).slice();
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
  { split, batchSize }: Pick<BatchesOptions, 'split' | 'batchSize'>,
): void => {
  if (weight === undefined) return;
  for (const part of ['labeled', 'unlabeled'] as const) {
    const [indices, size] = [split[part], batchSize[part]];
    const absent = indices.filter((index) => weight[index] === 0).length;
    // A labeled batch may begin at the end of one pass, and end at the beginning of the next.
    const most = part === 'labeled' && indices.length % size > 0 ? 2 * absent : absent;
    if (size > 0 && absent > 0 && (most >= size || absent === indices.length))
      throw new RangeError(
        `createBatches: ${absent} of the ${part} examples have weight 0, needed so few that each batch of batchSize.${part}, ${size}, has one above 0: leave examples of weight 0 out of the split`,
      );
  }
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
 * The options with their defaults.
 *
 * @throws TypeError or RangeError naming the option, its value and what was needed
 */
export function batchSettings(options: BatchesOptions) {
  const read = readOptions('createBatches', options, rules());
  const { dataset, batchSize } = read;
  const split = ownSplit(read.split, dataset);
  assertBatchSize(batchSize, split, dataset);
  assertWeighted(dataset, { split, batchSize });
  return { ...read, split };
}

/** Every option of batches, resolved. */
export type BatchSettings = ReturnType<typeof batchSettings>;
