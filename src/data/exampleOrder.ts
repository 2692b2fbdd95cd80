/** Which examples a batch shows at a step. */
import type { Noise } from '../core/noise';
import { permuted } from '../core/permuted';
import type { BatchSettings } from './batchesOptions';

// The order of pass e is drawn from the stream and e alone; only the last is kept.
const shuffledPasses = (indices: Int32Array, noise: Noise): ((position: number) => number) => {
  let pass = -1;
  let order = (position: number): number => position;
  return (position) => {
    const wanted = Math.floor(position / indices.length);
    if (wanted !== pass) {
      order = permuted(noise.split(wanted), indices.length);
      pass = wanted;
    }
    return indices[order(position % indices.length)] as number;
  };
};

/** Which examples of a part are shown, and when. */
export interface ExampleOrder {
  /** all that are shown; none where the batches leave the part out */
  readonly indices: Int32Array;
  /** steps of a pass */
  readonly steps: number;
  /** those of a step */
  at(step: number): Int32Array;
}

/** The order of a part: shuffled anew for each pass. */
export const orderOf = (
  part: 'labeled' | 'unlabeled',
  { split, batchSize, seed }: Pick<BatchSettings, 'split' | 'batchSize' | 'seed'>,
): ExampleOrder => {
  const size = batchSize[part];
  const indices = size > 0 ? split[part] : new Int32Array(0);
  const steps = Math.max(1, Math.floor(indices.length / Math.max(size, 1)));
  const shown = shuffledPasses(indices, seed.split(part));
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
