/** Training batches out of data that do not fit into memory. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { assertInteger } from '../../core/assert';
import type { BatchSource, UnlabeledBatch } from '../../core/batch';
import { formatShape } from '../../core/describe';
import type { Noise } from '../../core/noise';
import { integersFrom, number, oneOf, optional, readOptions, record, seedStream } from '../../core/options';
import { sameShape } from '../../core/shape';
import { assertWithin } from '../../core/support';
import { isBytes } from '../../core/typedArrays';
import { crc32 } from '../../files/crc32';
import { canonical } from '../../files/json';
import { assertBackend } from '../../host/backendTraits';
import { createBatches } from '../batches';
import { BINARIZATIONS, type Binarization, binarize as toBinary } from '../binarize';
import { type CreateDatasetOptions, checkDataset, type Dataset } from '../dataset';
import { gatherExtras, isCoarse } from '../extras';
import { gatherInputs } from '../gather';
import { createQueue } from '../queue';
import { type Asked, type Blocks, blocksRule, readBlock } from './blocks';
import { blockOrder, type Stretch } from './order';
import { type BlockWindow, blockWindow } from './window';

/** How batches are made. */
export interface StreamBatchesOptions {
  /** the unlabeled examples, in blocks that are read as they are needed */
  readonly unlabeled: Blocks;
  /** the labeled examples, in memory; those whose class is not known are left out. Default: none */
  readonly labeled?: CreateDatasetOptions;
  /** examples of either kind in a batch */
  readonly batchSize: {
    /** labeled examples in a batch, drawn in turn from all of them; 0 leaves that part out */
    readonly labeled: number;
    /** unlabeled examples in a batch */
    readonly unlabeled: number;
  };
  /** blocks that are shuffled together; one more is read ahead. Default 4 */
  readonly window?: number;
  /** seed of the order and of binarization */
  readonly seed: number | Noise;
  /** zeros and ones instead of gray values; default `'none'` */
  readonly binarize?: Binarization;
  /** steps that count as an epoch; default: one pass over the unlabeled examples */
  readonly stepsPerEpoch?: number;
}

const WHERE = 'streamBatches';

const rules = () => ({
  unlabeled: blocksRule,
  labeled: optional<Dataset>((where, name, given) =>
    checkDataset(where, name, given as CreateDatasetOptions),
  ),
  batchSize: record({ labeled: number(integersFrom(0)), unlabeled: number(integersFrom(1)) }),
  window: number(integersFrom(1), 4),
  seed: seedStream(),
  binarize: oneOf(BINARIZATIONS, 'none'),
  stepsPerEpoch: optional(number(integersFrom(1))),
});

/** Refuses labeled examples that are not read as the blocks are. */
function assertAlike(labeled: Dataset, blocks: Blocks): void {
  if (!sameShape(labeled.shape, blocks.shape))
    throw new RangeError(
      `${WHERE}: labeled has examples ${formatShape(labeled.shape)}, unlabeled ${formatShape(blocks.shape)}; needed the same shape`,
    );
  const [meaning = 'unit', theirs = 'unit'] = [labeled.bytes, blocks.bytes];
  if (isBytes(labeled.x) && meaning !== theirs)
    throw new RangeError(
      `${WHERE}: labeled.bytes is "${meaning}", unlabeled.bytes "${theirs}"; needed the same meaning`,
    );
  const input = labeled.input ?? blocks.input;
  if (input === undefined) return;
  if (labeled.input && blocks.input) {
    if (canonical(labeled.input) === canonical(blocks.input)) return;
    throw new RangeError(
      `${WHERE}: labeled and unlabeled are read from raw inputs in different ways, needed the same: give the option input of one the other's input`,
    );
  }
  // Pixels are the same bytes whether an input reads them or not; the other kinds change numbers.
  if (input.kind === 'images') return;
  const [read, bare] = labeled.input ? ['labeled', 'unlabeled'] : ['unlabeled', 'labeled'];
  throw new RangeError(
    `${WHERE}: ${read} is read by an input of kind "${input.kind}", ${bare} has none, needed both read alike: give the one without it the option input, and the other's input`,
  );
}

/** The labeled part of the batches. */
function labeledBatches(
  labeled: Dataset | undefined,
  size: number,
  { binarize, noise }: { readonly binarize: Binarization; readonly noise: Noise },
): BatchSource | undefined {
  if (size === 0) return undefined;
  const known = Int32Array.from({ length: labeled?.count ?? 0 }, (_, i) => i).filter(
    (i) => labeled && ((labeled.y[i] as number) < labeled.classes || isCoarse(labeled, labeled.classes, i)),
  );
  if (labeled === undefined || known.length === 0)
    throw new RangeError(
      `${WHERE}: batchSize.labeled is ${size}, needed 0, as labeled has no example of a known class`,
    );
  return createBatches({
    dataset: labeled,
    split: { labeled: known, unlabeled: new Int32Array(0) },
    batchSize: { labeled: size, unlabeled: 0 },
    binarize,
    seed: noise,
  });
}

/** Names of what a block holds by example. */
const ROWS = ['x', 'weight', 'covariates', 'observed'] as const;

/** A data set without values, as long as a batch, of the kind that a block is. */
function emptyLike(block: Dataset, count: number): Dataset {
  const arrays = ROWS.flatMap((name) => {
    const values = block[name];
    if (values === undefined) return [];
    const length = (values.length / block.count) * count;
    return [[name, isBytes(values) ? new Uint8Array(length) : new Float32Array(length)] as const];
  });
  return { ...block, y: new Uint8Array(count), count, ...Object.fromEntries(arrays) };
}

/** Copies one example of a block into a batch. */
function copyRow(block: Dataset, index: number, batch: Dataset, row: number): void {
  for (const name of ROWS) {
    const [values, target] = [block[name], batch[name]];
    if ((values === undefined) !== (target === undefined) || (values && isBytes(values) !== isBytes(target)))
      throw new RangeError(
        `${WHERE}: ${name} is of one kind in some blocks of "${block.name}" and of another or absent in others, needed the same in all`,
      );
    if (!values || !target) continue;
    const size = values.length / block.count;
    target.set(values.subarray(index * size, (index + 1) * size), row * size);
  }
}

/** The examples at positions of a pass, out of one or several stretches. */
async function examplesBetween(
  from: number,
  to: number,
  stretchAt: (position: number) => Stretch,
  held: BlockWindow<Dataset>,
): Promise<Dataset> {
  let batch: Dataset | undefined;
  for (let position = from; position < to; ) {
    const stretch = stretchAt(position);
    const open = await held.open(stretch.blocks, stretch.next);
    for (; position < Math.min(to, stretch.to); position++) {
      const [number, index] = stretch.at(position);
      const block = open.get(number) as Dataset;
      batch ??= emptyLike(block, to - from);
      copyRow(block, index, batch, position - from);
    }
  }
  return batch as Dataset;
}

/** The unlabeled part of a batch; `noise` is that of its step. */
function unlabeledPart(examples: Dataset, binarize: Binarization, noise: Noise): UnlabeledBatch {
  const all = Int32Array.from({ length: examples.count }, (_, i) => i);
  let x: Tensor = gatherInputs(examples, all);
  if (binarize !== 'none') {
    const gray = x;
    x = toBinary(gray, binarize, noise);
    gray.dispose();
  }
  return { x, ...gatherExtras(examples, all, false) };
}

/**
 * Batches out of data that do not fit into memory: the unlabeled examples are read block by block, the few labeled ones stay in
 * memory. `at(step)` is a pure function of the step, so a run is resumed exactly, and a resumed run reads only the blocks that
 * it still needs.
 *
 * A pass visits the blocks in random order and shows each example once, in random order among `window` neighboring blocks. The
 * last examples that fill no batch are left out of a pass; another pass has them.
 *
 *   pass e = ⌊step / n⌋, batch step mod n of its order, n = ⌊N_u / B_u⌋
 *
 * Memory holds at most `window` + 1 blocks, and four bytes an example of `window` blocks. The next block is read while training
 * goes on. Where there are more blocks than the window has, a pass reads its first `window` − 1 again at its end.
 * Every block is checked when it is read, for NaN and for values that the model's likelihood does not take.
 *
 * @param options blocks, labeled examples, batch sizes, window, seed, binarization, steps per epoch
 * @returns a {@link BatchSource} for `train`; `dispose` lets the blocks in memory go
 * @throws TypeError or RangeError when blocks or labeled examples are none or do not fit each other, or there are fewer examples
 *   than a batch needs; on `at`, what `read` throws, or naming the block that differs from what was said about it
 * @example streamBatches({ unlabeled: { name: 'rows', shape: [2], sizes: [3, 3], read: () => ({ x: new Float32Array(6) }) }, batchSize: { labeled: 0, unlabeled: 2 }, seed: 1 }).stepsPerEpoch // 3
 */
export function streamBatches(options: StreamBatchesOptions): BatchSource {
  const {
    unlabeled: blocks,
    labeled,
    batchSize,
    window,
    seed: noise,
    binarize,
    stepsPerEpoch,
  } = readOptions(WHERE, options, rules());
  if (labeled) assertAlike(labeled, blocks);
  const few = labeledBatches(labeled, batchSize.labeled, { binarize, noise });
  const sizes = Float64Array.from(blocks.sizes);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const size = batchSize.unlabeled;
  if (size > total)
    throw new RangeError(
      `${WHERE}: batchSize.unlabeled is ${size}, needed at most ${total}, the examples of unlabeled`,
    );
  const steps = Math.floor(total / size);
  const together = Math.min(window, sizes.length);
  const order = blockOrder(sizes, together, noise.split('order'));
  // What binarization takes, until a model asks.
  let asked: Asked | undefined =
    binarize === 'none' ? undefined : { where: WHERE, support: { min: 0, max: 1 } };
  const held = blockWindow((block) => readBlock(WHERE, blocks, block, asked));
  const inTurn = createQueue();
  const input = blocks.input ?? labeled?.input;
  const bytes = blocks.bytes ?? few?.bytes;
  return {
    stepsPerEpoch: stepsPerEpoch ?? steps,
    counts: { labeled: few?.counts.labeled ?? 0, unlabeled: total },
    batchSize: { labeled: batchSize.labeled, unlabeled: size },
    inputShape: [...blocks.shape],
    ...(bytes && { bytes }),
    ...(input && { input }),
    ...(few?.classes !== undefined && { classes: few.classes }),
    ...(few?.classNames && { classNames: few.classNames }),
    ...(few?.observed && { observed: true }),
    // Read only when a run is written or resumed.
    get identity() {
      const { name, identity = '' } = blocks;
      const order = [crc32(new Uint8Array(sizes.buffer)), together, noise.state.key.join('.')];
      return [name, identity, ...order, batchSize.labeled, size, binarize, few?.identity ?? ''].join(' ');
    },
    async assertWithin(where, support) {
      await few?.assertWithin?.(where, support);
      if (binarize !== 'none') assertWithin(where, 'batches', [0, 1], support);
      else {
        // Blocks are checked as they are read, the first of them before the first step.
        asked = { where, support };
        held.clear();
      }
    },
    at(step) {
      assertBackend(WHERE);
      assertInteger(WHERE, 'step', step, 0);
      return inTurn(async () => {
        // What may fail comes before the tensors.
        const stretchAt = (position: number): Stretch => order(Math.floor(step / steps), position);
        const first = (step % steps) * size;
        const examples = await examplesBetween(first, first + size, stretchAt, held);
        const part = await few?.at(step);
        const ofStep = noise.split('binarize').split('unlabeled').split(step);
        return { ...part, unlabeled: unlabeledPart(examples, binarize, ofStep) };
      });
    },
    dispose: held.clear,
  };
}
