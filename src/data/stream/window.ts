/** The blocks in memory: those in use, and the one that is read ahead. */
import { createQueue } from '../queue';

/** Blocks that are read when they are asked for, one at a time. */
export interface BlockWindow<Block> {
  /**
   * Blocks by number. All others are let go, but for `next`, which is read ahead.
   *
   * @throws what reading one throws; it is read again when it is asked for again
   */
  open(blocks: readonly number[], next: number): Promise<ReadonlyMap<number, Block>>;
  /** Lets all of them go. */
  clear(): void;
}

/**
 * Holds at most the blocks that are asked for together, and one more.
 *
 * @param read reads a block
 */
export function blockWindow<Block>(read: (block: number) => Promise<Block>): BlockWindow<Block> {
  const held = new Map<number, Promise<Block>>();
  // One at a time: a block that was read ahead in vain is let go before another is read.
  const inTurn = createQueue();

  const fetch = (block: number): Promise<Block> => {
    const known = held.get(block);
    if (known) return known;
    const reading = inTurn(() => read(block));
    held.set(block, reading);
    reading.catch(() => {
      if (held.get(block) === reading) held.delete(block);
    });
    return reading;
  };

  return {
    async open(blocks, next) {
      for (const block of held.keys()) if (block !== next && !blocks.includes(block)) held.delete(block);
      const opened = await Promise.all(blocks.map(async (block) => [block, await fetch(block)] as const));
      // A fault ahead of its time is met when the block is asked for.
      fetch(next).catch(() => undefined);
      return new Map(opened);
    },
    clear: () => held.clear(),
  };
}
