/** Training batches by step. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { assertInteger } from '../core/assert';
import type { BatchSource } from '../core/batch';
import { crc32 } from '../core/crc32';
import type { Noise } from '../core/noise';
import { type Binarization, binarize as toBinary } from './binarize';
import { type Dataset, gatherInputs, gatherLabels } from './dataset';
import type { Split } from './split';

/** How batches are made. */
export interface BatchesOptions {
  /** where the examples come from */
  readonly dataset: Dataset;
  /** which of them are labelled and which are not */
  readonly split: Pick<Split, 'labeled' | 'unlabeled'>;
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
}

/** Refuses indices that the data set does not have. */
const assertIndices = (
  part: 'labeled' | 'unlabeled',
  indices: Int32Array,
  { name, count }: Dataset,
): void => {
  const position = indices.findIndex((index) => index < 0 || index >= count);
  if (position >= 0) {
    throw new RangeError(
      `createBatches: split.${part}[${position}] is ${indices[position]}, needed an index below ${count}, the examples of "${name}"`,
    );
  }
};

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

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
 * @param options data set, split, batch sizes, noise, binarisation, steps per epoch
 * @returns a {@link BatchSource}; its tensors belong to the caller: x [B, …shape], y [B, K]; a part without
 * examples or of batch size 0 is left out
 * @throws RangeError when both parts are left out, an index is none of the data set, there are fewer unlabelled examples than a batch needs, or a
 * size is no integer of at least 0 (steps: 1)
 * @example createBatches({ dataset, split, batchSize: { labeled: 10, unlabeled: 100 }, noise }).at(0).labeled.y.shape // [10, K]
 */
export function createBatches({
  dataset,
  split,
  batchSize,
  noise,
  binarize = 'none',
  stepsPerEpoch,
}: BatchesOptions): BatchSource {
  assertInteger('createBatches', 'batchSize.labeled', batchSize.labeled, 0);
  assertInteger('createBatches', 'batchSize.unlabeled', batchSize.unlabeled, 0);
  if (stepsPerEpoch !== undefined) assertInteger('createBatches', 'stepsPerEpoch', stepsPerEpoch);
  assertIndices('labeled', split.labeled, dataset);
  assertIndices('unlabeled', split.unlabeled, dataset);
  const labeled = batchSize.labeled > 0 ? split.labeled.length : 0;
  const unlabeled = batchSize.unlabeled > 0 ? split.unlabeled.length : 0;
  if (labeled + unlabeled === 0) {
    throw new RangeError(
      'createBatches: batchSize and split leave no examples, needed a labelled or an unlabelled part',
    );
  }
  if (unlabeled > 0 && unlabeled < batchSize.unlabeled) {
    throw new RangeError(
      `createBatches: batchSize.unlabeled is ${batchSize.unlabeled}, needed at most ${unlabeled}, the unlabelled examples`,
    );
  }
  const labeledAt = shuffledPasses(split.labeled, noise.split('labeled'));
  const unlabeledAt = shuffledPasses(split.unlabeled, noise.split('unlabeled'));
  const unlabeledSteps = Math.floor(unlabeled / Math.max(batchSize.unlabeled, 1));
  const labeledSteps = Math.max(1, Math.floor(labeled / Math.max(batchSize.labeled, 1)));

  const inputs = (part: 'labeled' | 'unlabeled', indices: Int32Array, step: number): Tensor => {
    const x = gatherInputs(dataset, indices);
    if (binarize === 'none') return x;
    const binary = toBinary(x, binarize, noise.split('binarize').split(part).split(step));
    x.dispose();
    return binary;
  };

  return {
    stepsPerEpoch: stepsPerEpoch ?? (unlabeled > 0 ? unlabeledSteps : labeledSteps),
    counts: { labeled, unlabeled },
    // Read only when a run is written or resumed: it looks at every value once.
    get identity() {
      const { seed, order } = {
        seed: noise.state.key.join('.'),
        order: crc32(bytesOf(split.labeled), bytesOf(split.unlabeled)),
      };
      const content = crc32(bytesOf(dataset.x), dataset.y);
      return [dataset.name, content, order, seed, batchSize.labeled, batchSize.unlabeled, binarize].join(' ');
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
  };
}
