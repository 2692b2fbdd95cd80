/**
 * The order in which a pass shows examples that are stored in blocks.
 *
 * A pass visits the n blocks in random order, as on a ring. Each block is shuffled and dealt like cards into W parts. Stretch i of
 * the pass shows part j of the block in place i − j, for j = 0 … W − 1, in random order:
 *
 *   stretch i  =  shuffled ⋃_j part j of block π((i − j) mod n),   i = 0 … n − 1
 *
 * So every example is shown once, out of W blocks at any time, and one block is read as a stretch begins. The W − 1 blocks that
 * open the ring are read again at its end. A window of all blocks has one stretch, and every order is equally probable.
 */
import type { Noise } from '../../core/noise';

/** Part of a shuffled block that a stretch shows: its cards first, first + W, first + 2·W, … */
interface Part {
  readonly block: number;
  readonly first: number;
  readonly count: number;
}

/** A stretch of a pass. */
export interface Stretch {
  /** blocks that it shows parts of */
  readonly blocks: readonly number[];
  /** the block that is read next; one of the next pass where this one needs no further */
  readonly next: number;
  /** position of its first example in the pass */
  readonly from: number;
  /** position behind its last */
  readonly to: number;
  /** block and index of the example at a position of the pass */
  at(position: number): readonly [block: number, index: number];
}

/** The last stretch that begins at or before a position; empty ones end where they begin. */
const lastBefore = (starts: Float64Array, position: number): number => {
  let [low, high] = [0, starts.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= position) low = middle;
    else high = middle;
  }
  return low;
};

/** Keeps the last value alone. */
const lastOf = <T>(make: (key: number) => T): ((key: number) => T) => {
  let last: { readonly key: number; readonly value: T } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, value: make(key) };
    return last.value;
  };
};

/**
 * Stretches of examples, as a pure function of pass and position.
 *
 * @param sizes examples of each block
 * @param window W, blocks that are shuffled together
 * @param noise the stream that every pass draws from
 */
export function blockOrder(
  sizes: ArrayLike<number>,
  window: number,
  noise: Noise,
): (pass: number, position: number) => Stretch {
  const count = sizes.length;
  // A window of all blocks shows them in one stretch.
  const [stretches, dealt] = window >= count ? [1, 1] : [count, window];
  const placesOf = (pass: number): Int32Array => noise.split(pass).split('blocks').permutation(count);

  const partsOf = (places: Int32Array, stretch: number): readonly Part[] =>
    Array.from({ length: Math.min(window, count) }, (_, j) => ({
      block: places[(stretch - j + count) % count] as number,
      first: j % dealt,
    }))
      .map(({ block, first }) => ({
        block,
        first,
        count: Math.ceil(((sizes[block] as number) - first) / dealt),
      }))
      .filter((part) => part.count > 0);

  /** Positions at which the stretches of a pass begin, and its end. */
  const startsOf = (places: Int32Array): Float64Array => {
    const starts = new Float64Array(stretches + 1);
    for (let stretch = 0; stretch < stretches; stretch++) {
      const size = partsOf(places, stretch).reduce((sum, part) => sum + part.count, 0);
      starts[stretch + 1] = (starts[stretch] as number) + size;
    }
    return starts;
  };

  const planOf = lastOf((pass) => {
    const places = placesOf(pass);
    const starts = startsOf(places);
    /** How the blocks of the last stretch are shuffled: the next one shows other parts of most of them. */
    let shuffles: ReadonlyMap<number, Int32Array> = new Map();
    const openStretch = lastOf((stretch): Stretch => {
      const parts = partsOf(places, stretch);
      const [from, to] = [starts[stretch] as number, starts[stretch + 1] as number];
      const ofPass = noise.split(pass);
      const order = ofPass
        .split('stretch')
        .split(stretch)
        .permutation(to - from);
      // Rows often come with a period, as classes in turn do: a part must not be every W-th of them.
      const shuffled = new Map(
        parts.map(({ block }) => [
          block,
          shuffles.get(block) ??
            ofPass
              .split('block')
              .split(block)
              .permutation(sizes[block] as number),
        ]),
      );
      shuffles = shuffled;
      return {
        blocks: parts.map(({ block }) => block),
        next: places[stretch + 1] ?? (placesOf(pass + 1)[0] as number),
        from,
        to,
        at(position) {
          let card = order[position - from] as number;
          let part = 0;
          while (card >= (parts[part] as Part).count) card -= (parts[part++] as Part).count;
          const { block, first } = parts[part] as Part;
          return [block, (shuffled.get(block) as Int32Array)[first + card * dealt] as number];
        },
      };
    });
    return { starts, openStretch };
  });

  return (pass, position) => {
    const { starts, openStretch } = planOf(pass);
    return openStretch(lastBefore(starts, position));
  };
}
