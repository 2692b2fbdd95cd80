import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type BatchSource, disposeBatch } from '../../../src/core/batch';
import type { Blocks } from '../../../src/data/stream/blocks';
import { type StreamBatchesOptions, streamBatches } from '../../../src/data/stream/streamBatches';
import { gaussianObservation } from '../../../src/distributions/gaussianObservation';
import { semiSupervised } from '../../../src/models/objectives/semiSupervised';
import { train } from '../../../src/training/train';
import { comparable } from '../../support/ending';
import { CLASSES, memoryStorage, SHAPE, tinyDataset, tinyM2, weightsOf } from '../../support/tiny';
import { expectSameEnding } from '../../support/tinyRun';

const SIZES = [5, 1, 7, 4, 3, 6];
const TOTAL = 26;
const STARTS = SIZES.map((_, block) => SIZES.slice(0, block).reduce((sum, size) => sum + size, 0));

/** Blocks of single numbers, each of which tells its example; `log` has the blocks in the order in which they are read. */
const numbered = (log: number[] = [], changes: Partial<Blocks> = {}): Blocks => ({
  name: 'numbers',
  shape: [1],
  sizes: SIZES,
  read(block) {
    log.push(block);
    const start = STARTS[block] as number;
    return { x: Float32Array.from({ length: SIZES[block] as number }, (_, i) => start + i) };
  },
  ...changes,
});

const stream = (options: Partial<StreamBatchesOptions> = {}): BatchSource =>
  streamBatches({
    unlabeled: numbered(),
    batchSize: { labeled: 0, unlabeled: 2 },
    window: 3,
    seed: 1,
    ...options,
  });

/** Examples of steps, in their order. */
const shown = async (source: BatchSource, from: number, to: number): Promise<number[]> => {
  const all: number[] = [];
  for (let step = from; step < to; step++) {
    const batch = await source.at(step);
    all.push(...((await batch.unlabeled?.x.data()) ?? []));
    disposeBatch(batch);
  }
  return all;
};

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const ALL = Array.from({ length: TOTAL }, (_, i) => i);

describe('the order', () => {
  it.each([1, 2, 3, 6, 100])('shows every example once a pass with a window of %i', async (window) => {
    const source = stream({ window });
    expect(source.stepsPerEpoch).toBe(13);
    for (const pass of [0, 1, 5])
      expect(ascending(await shown(source, 13 * pass, 13 * (pass + 1)))).toEqual(ALL);
  });

  it('leaves out what fills no batch, in turn', async () => {
    const source = stream({ batchSize: { labeled: 0, unlabeled: 10 } });
    const seen = new Set<number>();
    for (let pass = 0; pass < 20; pass++) {
      const examples = await shown(source, 2 * pass, 2 * pass + 2);
      expect(new Set(examples).size).toBe(20);
      for (const example of examples) seen.add(example);
    }
    expect(seen.size).toBe(TOTAL);
  });

  it('shows rows that come with the period of the window in any order', async () => {
    const firsts = new Set<string>();
    for (let seed = 0; seed < 10; seed++) {
      const blocks: Blocks = {
        name: 'classes in turn',
        shape: [1],
        sizes: [40, 40, 40, 40],
        read: () => ({ x: Float32Array.from({ length: 40 }, (_, i) => i % 4) }),
      };
      const source = stream({ unlabeled: blocks, batchSize: { labeled: 0, unlabeled: 20 }, window: 4, seed });
      const first = await shown(source, 0, 1);
      // Of 20 rows of one part of two blocks at most, each of four kinds is there but with probability 4·0.75²⁰ = 1.3 %.
      expect(new Set(first).size).toBeGreaterThan(2);
      firsts.add(first.join());
    }
    expect(firsts.size).toBe(10);
  });

  it('differs between passes and seeds, and is the same again', async () => {
    const first = await shown(stream(), 0, 13);
    expect(await shown(stream(), 0, 13)).toEqual(first);
    expect(await shown(stream(), 13, 26)).not.toEqual(first);
    expect(await shown(stream({ seed: 2 }), 0, 13)).not.toEqual(first);
  });

  it('mixes blocks within the window', async () => {
    const sizes = Array.from({ length: 8 }, () => 100);
    const read = (block: number) => ({ x: new Float32Array(100).fill(block) });
    const source = stream({
      unlabeled: numbered([], { sizes, read }),
      batchSize: { labeled: 0, unlabeled: 100 },
    });
    for (let step = 2; step < 6; step++)
      expect(new Set(await shown(source, step, step + 1)).size).toBeGreaterThan(2);
  });

  it('shows every block where a function reads each into the same array', async () => {
    const x = new Float32Array(100);
    const source = streamBatches({
      unlabeled: {
        name: 'one array',
        shape: [1],
        sizes: Array(6).fill(100),
        read: (block) => ({ x: x.fill(block) }),
      },
      batchSize: { labeled: 0, unlabeled: 50 },
      seed: 1,
    });
    const seen = new Map<number, number>();
    for (let step = 0; step < 12; step++) {
      const batch = await source.at(step);
      for (const value of batch.unlabeled?.x.dataSync() ?? []) seen.set(value, (seen.get(value) ?? 0) + 1);
      disposeBatch(batch);
    }
    expect([...seen].sort()).toEqual(Array.from({ length: 6 }, (_, block) => [block, 100]));
  });

  it('mixes them at both ends of a pass too, and gives every order where the window has all blocks', async () => {
    const blocks = (count: number) =>
      numbered([], {
        sizes: Array.from({ length: count }, () => 100),
        read: (block) => ({ x: new Float32Array(100).fill(block) }),
      });
    for (const count of [2, 4, 9])
      for (let seed = 0; seed < 5; seed++) {
        const batchSize = { labeled: 0, unlabeled: 50 };
        const source = stream({ unlabeled: blocks(count), batchSize, window: 4, seed });
        const last = source.stepsPerEpoch - 1;
        for (const step of [0, last])
          expect(new Set(await shown(source, step, step + 1)).size).toBe(Math.min(count, 4));
      }
    // The single example of a block of sizes 1, 2, 3 and 6 comes first as often as any of the 12.
    let firsts = 0;
    for (let seed = 0; seed < 600; seed++) {
      const read = (block: number) => ({ x: new Float32Array([1, 2, 3, 6][block] as number).fill(block) });
      const unlabeled = numbered([], { sizes: [1, 2, 3, 6], read });
      const source = stream({ unlabeled, batchSize: { labeled: 0, unlabeled: 1 }, window: 4, seed });
      if ((await shown(source, 0, 1))[0] === 0) firsts++;
    }
    // Five standard deviations of 600 draws at 1/12.
    expect(Math.abs(firsts - 50)).toBeLessThan(34);
  });

  it('gives a step the same batch in whatever order steps are asked for', async () => {
    const inOrder = await shown(stream(), 0, 30);
    const source = stream();
    for (const step of [29, 3, 14, 13, 0, 12, 3])
      expect(await shown(source, step, step + 1)).toEqual(inOrder.slice(2 * step, 2 * step + 2));
  });
});

describe('reading', () => {
  it('reads each block once a pass, those that open it again at its end, and one ahead', async () => {
    const log: number[] = [];
    const source = stream({ unlabeled: numbered(log) });
    await shown(source, 0, 13);
    expect([...new Set(log)].sort()).toEqual([0, 1, 2, 3, 4, 5]);
    // Two of a window of three, and the first of the next pass unless it is still held.
    expect(log.length).toBeLessThanOrEqual(SIZES.length + 2 + 1);
  });

  it('reads blocks that fit into the window once and for all', async () => {
    const log: number[] = [];
    const source = stream({ unlabeled: numbered(log), window: 6 });
    await shown(source, 0, 39);
    expect(ascending(log)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('goes to a step without the blocks before it', async () => {
    const sizes = Array.from({ length: 100 }, () => 10);
    const log: number[] = [];
    const read = (block: number) => {
      log.push(block);
      return { x: new Float32Array(10).fill(block) };
    };
    const source = stream({
      unlabeled: numbered([], { sizes, read }),
      batchSize: { labeled: 0, unlabeled: 1 },
    });
    await shown(source, 500, 501);
    expect(log.length).toBeLessThanOrEqual(4);
  });

  it('reads again after a fault, which is that of the reader', async () => {
    let faults = 1;
    const sound = numbered();
    const read = (block: number) => {
      if (faults-- > 0) throw new Error('the disk is gone');
      return sound.read(block);
    };
    const source = stream({ unlabeled: numbered([], { read }) });
    await expect(source.at(0)).rejects.toThrow('the disk is gone');
    expect(await shown(source, 0, 13)).toEqual(await shown(stream(), 0, 13));
  });

  it('throws a fault ahead only when the block is needed', async () => {
    const log: number[] = [];
    const order = numbered(log);
    await shown(stream({ unlabeled: order }), 0, 13);
    // A window of three begins with three, and the next one is read ahead.
    const ahead = log[3] as number;
    const read = (block: number) => {
      if (block === ahead) throw new Error('the block ahead is gone');
      return order.read(block);
    };
    const source = stream({ unlabeled: numbered([], { read }), batchSize: { labeled: 0, unlabeled: 1 } });
    expect(await shown(source, 0, 1)).toHaveLength(1);
    await expect(shown(source, 1, 13)).rejects.toThrow('the block ahead is gone');
  });

  it.each([
    [
      'of another size',
      { x: new Float32Array(9) },
      /block \d of "numbers" has 9 examples, needed \d, as sizes/,
    ],
    ['with a NaN', { x: Float32Array.of(Number.NaN) }, /block \d of "numbers"\.x\[0\] is NaN, needed finite/],
    ['without inputs', {}, /block \d of "numbers"\.x is undefined, needed a Uint8Array or a Float32Array/],
    [
      'with a misspelled name',
      { x: Float32Array.of(1), weights: Float32Array.of(1) },
      /block \d of "numbers"\.weights is not a part of a data set, needed another name: did you mean weight\?/,
    ],
    [
      'whose bytes stand for something else',
      { x: Uint8Array.of(1), bytes: 'counts' },
      /block \d of "numbers"\.bytes is "counts", that of the blocks "unit"; needed the same/,
    ],
    ['that is nothing', undefined, /block \d of "numbers" is undefined/],
  ])('names a block %s', async (_, examples, message) => {
    const source = stream({ unlabeled: numbered([], { read: () => examples as never }) });
    await expect(source.at(0)).rejects.toThrow(message);
  });

  it('refuses blocks with a misspelled name', () => {
    const blocks = { ...numbered([]), byte: 'counts' };
    expect(() => stream({ unlabeled: blocks })).toThrow(
      'streamBatches: unlabeled.byte is not a part of blocks, needed another name: did you mean bytes?',
    );
  });

  it('names the block with a value that the likelihood does not take, before the first step', async () => {
    const model = tinyM2({ inputShape: [1], latent: 1 });
    const labeled = { ...tinyDataset(6), shape: [1], x: new Float32Array(6) };
    const source = stream({ labeled, batchSize: { labeled: 2, unlabeled: 2 } });
    const before = await weightsOf(model);
    await expect(
      train(model, { objective: semiSupervised(), batches: source, epochs: 1, seed: 1 }),
    ).rejects.toThrow(/^train: block \d of "numbers"\.x\[\d\] is \d+, needed a number from 0 to 1/);
    expect(await weightsOf(model)).toEqual(before);
    model.dispose();
  });
});

describe('a batch', () => {
  const bars = tinyDataset(40);
  const ofBars: Blocks = {
    name: 'bars',
    shape: SHAPE,
    sizes: [10, 10, 10, 10],
    read: (block) => ({
      x: bars.x.subarray(block * 640, (block + 1) * 640),
      weight: Float32Array.from({ length: 10 }, (_, i) => 10 * block + i + 1),
    }),
  };
  const options = { unlabeled: ofBars, labeled: tinyDataset(9, 3), batchSize: { labeled: 3, unlabeled: 6 } };

  it('has the inputs and weights of its examples, and labels of those in memory', async () => {
    const batch = await stream(options).at(2);
    expect(batch.labeled?.y.shape).toEqual([3, CLASSES]);
    const [x, weight] = await Promise.all([batch.unlabeled?.x.data(), batch.unlabeled?.weight?.data()]);
    for (const [row, one] of Array.from(weight ?? []).entries()) {
      const expected = Array.from(bars.x.subarray((one - 1) * 64, one * 64), (byte) =>
        Math.fround(byte / 255),
      );
      expect(Array.from(x?.subarray(64 * row, 64 * (row + 1)) ?? [])).toEqual(expected);
    }
    disposeBatch(batch);
  });

  it('is zeros and ones where asked for', async () => {
    const batch = await stream({ ...options, binarize: 'dynamic' }).at(0);
    expect(new Set(await batch.unlabeled?.x.data())).toEqual(new Set([0, 1]));
    disposeBatch(batch);
  });

  it('leaves nothing but its tensors', async () => {
    const source = stream(options);
    const before = tf.memory().numTensors;
    disposeBatch(await source.at(0));
    disposeBatch(await source.at(9));
    expect(tf.memory().numTensors).toBe(before);
    source.dispose?.();
  });

  it('of a run that is resumed in the middle of a pass leads to the same weights', async () => {
    const run = (epochs: number, storage = memoryStorage(), resume = false) => {
      const model = tinyM2({ likelihood: gaussianObservation() });
      return {
        model,
        storage,
        done: train(model, {
          objective: semiSupervised(),
          // Seven steps a pass, three an epoch.
          batches: stream({ ...options, batchSize: { labeled: 2, unlabeled: 5 }, stepsPerEpoch: 3 }),
          epochs,
          seed: 1,
          checkpoint: { storage },
          resume,
        }),
      };
    };
    const whole = run(4);
    const expected = await whole.done;
    const part = run(2);
    await part.done;
    const rest = run(4, memoryStorage(part.storage.bytes), true);
    const result = await rest.done;
    expect(result.resumed?.step).toBe(6);
    expectSameEnding(
      { weights: await weightsOf(rest.model), result: comparable(result) },
      { weights: await weightsOf(whole.model), result: comparable(expected) },
    );
    for (const { model } of [whole, part, rest]) model.dispose();
  });

  it('of a run on other data, order or window is refused', () => {
    const identities = [
      stream(options),
      stream({ ...options, seed: 2 }),
      stream({ ...options, window: 2 }),
      stream({ ...options, unlabeled: { ...ofBars, identity: '2' } }),
      stream({ ...options, unlabeled: { ...ofBars, sizes: [10, 10, 11, 9] } }),
      stream({ ...options, labeled: tinyDataset(9, 4) }),
      stream({ ...options, batchSize: { labeled: 3, unlabeled: 5 } }),
    ].map(({ identity }) => identity);
    expect(new Set(identities).size).toBe(identities.length);
    expect(stream(options).identity).toBe(identities[0]);
  });
});

it.each<[string, Partial<StreamBatchesOptions>, string]>([
  ['a data set as blocks', { unlabeled: tinyDataset() as never }, 'unlabeled is Object, needed blocks'],
  [
    'no block',
    { unlabeled: numbered([], { sizes: [] }) },
    'unlabeled.sizes is empty, needed at least one block',
  ],
  [
    'an empty block',
    { unlabeled: numbered([], { sizes: [2, 0] }) },
    'unlabeled.sizes[1] is 0, needed an integer',
  ],
  [
    'bytes of no meaning',
    { unlabeled: numbered([], { sizes: [2], bytes: 'raw' as never }) },
    'unlabeled.bytes is "raw", needed one of',
  ],
  ['no examples in a batch', { batchSize: { labeled: 0, unlabeled: 0 } }, 'batchSize.unlabeled is 0, needed'],
  [
    'a batch above the examples',
    { batchSize: { labeled: 0, unlabeled: 27 } },
    'batchSize.unlabeled is 27, needed at most 26',
  ],
  [
    'no labeled example',
    { batchSize: { labeled: 1, unlabeled: 2 } },
    'batchSize.labeled is 1, needed 0, as labeled has',
  ],
  [
    'labeled examples of another shape',
    { labeled: tinyDataset() },
    'labeled has examples [8,8,1], unlabeled [1]',
  ],
  ['no window', { window: 0 }, 'window is 0, needed an integer of at least 1'],
])('refuses %s', (_, options, message) => {
  expect(() => stream(options)).toThrow(`streamBatches: ${message}`);
});
