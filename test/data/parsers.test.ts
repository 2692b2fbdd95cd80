import { constants, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCifar10 } from '../../src/data/cifar';
import { gunzip, isGzip } from '../../src/data/gzip';
import { idxDataset, parseIdx } from '../../src/data/idx';
import { crc32 } from '../../src/files/crc32';

const idx = (shape: readonly number[], data: ArrayLike<number>): Uint8Array => {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x800 + shape.length);
  for (const [axis, size] of shape.entries()) view.setUint32(4 + 4 * axis, size);
  bytes.set(Array.from(data), 4 + 4 * shape.length);
  return bytes;
};

const small = idx([2, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);

test('an IDX file gives its sizes and a view of its values, wherever it is in a buffer', () => {
  const inside = new Uint8Array(100).fill(99);
  inside.set(small, 13);
  const { shape, data } = parseIdx(inside.subarray(13, 13 + small.length));
  expect(shape).toEqual([2, 2, 3]);
  expect(Array.from(data)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(data.buffer).toBe(inside.buffer);
});

test.each([
  [
    'an empty file',
    new Uint8Array(),
    'parseIdx: bytes do not start with an IDX magic number (0 bytes), needed 0 0 8 rank',
  ],
  ['another format', Uint8Array.of(0x89, 0x50, 8, 0, 0), 'do not start with an IDX magic number (5 bytes)'],
  [
    'a packed file',
    Uint8Array.of(0x1f, 0x8b, 8, 0, 0),
    'bytes are packed with gzip, needed what gunzip makes of',
  ],
  ['floats', Uint8Array.of(0, 0, 13, 1, 0, 0, 0, 0), 'hold values of type 13, needed 8 (unsigned bytes)'],
  ['no axes', Uint8Array.of(0, 0, 8, 0), 'bytes are 4 with 0 axes, needed at least one axis'],
  [
    'half a header',
    small.subarray(0, 9),
    'bytes are 9 with 3 axes, needed at least one axis and 16 bytes of header',
  ],
  ['a truncated file', small.subarray(0, 27), 'bytes are truncated: 27, needed 28 for shape [2,2,3]'],
  ['trailing bytes', new Uint8Array([...small, 0]), 'bytes are longer than its header says: 29, needed 28'],
  [
    'sizes of which one is zero and the others beyond any number',
    idx([...Array.from({ length: 40 }, () => 0xffffffff), 0], [1]),
    'bytes are longer than its header says: 169, needed 168',
  ],
  ['sizes beyond any file', idx([0xffffffff, 0xffffffff, 0xffffffff], []), 'bytes are truncated: 16, needed'],
])('an IDX parser refuses %s', (_, bytes, message) => {
  expect(() => parseIdx(bytes)).toThrow(message);
});

const oneLineRangeError = (error: unknown, prefix: string): void => {
  expect(error).toBeInstanceOf(RangeError);
  const { message } = error as RangeError;
  expect(message.startsWith(prefix)).toBe(true);
  expect(message).not.toContain('\n');
};

test('whatever is done to an IDX file, it is read whole or refused in one line', () => {
  const damage = fc.array(fc.tuple(fc.nat(small.length - 1), fc.nat(255)), { maxLength: 6 });
  fc.assert(
    fc.property(damage, fc.nat(small.length + 4), (changes, length) => {
      const bytes = new Uint8Array(length);
      bytes.set(small.subarray(0, length));
      for (const [at, value] of changes) if (at < length) bytes[at] = value;
      try {
        const { shape, data } = parseIdx(bytes);
        expect(data.length).toBe(shape.reduce((product, axis) => product * axis, 1));
        expect(data).toEqual(bytes.subarray(4 + 4 * shape.length));
      } catch (error) {
        oneLineRangeError(error, 'parseIdx: bytes ');
      }
    }),
    { numRuns: 500 },
  );
});

test('images and labels make a data set with a channel axis', () => {
  const set = idxDataset({ name: 'tiny', images: small, labels: idx([2], [3, 9]) });
  expect([set.name, set.shape, set.count, set.classes]).toEqual(['tiny', [2, 3, 1], 2, 10]);
  expect([Array.from(set.x).slice(6), Array.from(set.y)]).toEqual([
    [7, 8, 9, 10, 11, 12],
    [3, 9],
  ]);
  const colours = idxDataset({
    name: 'c',
    images: idx([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]),
    labels: idx([1], [0]),
  });
  expect(colours.shape).toEqual([1, 2, 3]);
});

test.each([
  [small, idx([3], [0, 1, 2]), 'idxDataset: labels have shape [3], needed [2], one for each image'],
  [idx([2], [0, 1]), idx([2], [0, 1]), 'idxDataset: images have shape [2], needed [N,H,W] or [N,H,W,C]'],
  [small, idx([2], [0, 10]), 'idxDataset: labels[1] is 10, needed an integer from 0 to 9'],
])('files that do not belong together are refused', (images, labels, message) => {
  expect(() => idxDataset({ name: 'wrong', images, labels })).toThrow(message);
});

test('images whose channels come first are refused, and not read as rows', () => {
  const of = (...shape: number[]) =>
    idxDataset({
      name: 'c',
      images: idx(shape, new Uint8Array(shape.reduce((size, axis) => size * axis, 1))),
      labels: idx([shape[0] as number], new Uint8Array(shape[0] as number)),
    }).shape;
  for (const first of [
    [2, 3, 32, 32],
    [2, 1, 28, 28],
    [2, 4, 8, 9],
  ])
    expect(() => of(...first)).toThrow(
      `idxDataset: images have shape [${first}], channels first by their look, needed [N,H,W,C]: move the channels behind the columns`,
    );
  // Channels last, or what may as well be.
  for (const last of [
    [2, 32, 32, 3],
    [2, 28, 28, 1],
    [2, 3, 5, 4],
    [2, 9, 9, 20],
  ])
    expect(of(...last)).toEqual(last.slice(1));
});

test('records of CIFAR-100 are named', () => {
  expect(() => parseCifar10(new Uint8Array(3 * 3074))).toThrow(
    new RangeError(
      'parseCifar10: bytes are 9222, needed a multiple of 3073, at least one record; records of 3074 bytes are those of CIFAR-100',
    ),
  );
});

test('CIFAR planes become channels', () => {
  const record = new Uint8Array(2 * 3073);
  record[3073] = 7;
  for (let i = 0; i < 3072; i++) record[3074 + i] = (i * 31) % 251;
  const { x, y } = parseCifar10(record);
  expect(Array.from(y)).toEqual([0, 7]);
  for (const [row, column, channel] of [
    [0, 0, 0],
    [0, 1, 0],
    [5, 9, 1],
    [31, 31, 2],
  ] as const) {
    const plane = channel * 1024 + row * 32 + column;
    expect(x[3072 + (row * 32 + column) * 3 + channel]).toBe((plane * 31) % 251);
  }
  expect(x.subarray(0, 3072).every((v) => v === 0)).toBe(true);
});

test('a CIFAR file of another length or with another class is refused', () => {
  const needed = 'needed a multiple of 3073, at least one record';
  expect(() => parseCifar10(new Uint8Array(3072))).toThrow(`parseCifar10: bytes are 3072, ${needed}`);
  expect(() => parseCifar10(new Uint8Array())).toThrow(`parseCifar10: bytes are 0, ${needed}`);
  const wrong = new Uint8Array(2 * 3073);
  wrong[3073] = 10;
  expect(() => parseCifar10(wrong)).toThrow('parseCifar10: record 1 has class 10, needed 0 to 9');
});

test('gzip gives back what was packed, of any size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 2000 }),
      fc.integer({ min: 1, max: 200 }),
      async (bytes, times) => {
        const whole = new Uint8Array(bytes.length * times);
        for (let i = 0; i < times; i++) whole.set(bytes, i * bytes.length);
        expect(await gunzip(gzipSync(whole))).toEqual(whole);
      },
    ),
    { numRuns: 30 },
  );
});

test('gzip is known by its first bytes', () => {
  expect([isGzip(gzipSync('a')), isGzip(small), isGzip(new Uint8Array())]).toEqual([true, false, false]);
});

const text = new TextEncoder().encode('a stream of words that does not repeat itself, 0123456789 ABCDEF');
const packed = new Uint8Array(gzipSync(text));

test('plain bytes, a truncated file and a changed byte are refused by gunzip in one line', async () => {
  await expect(gunzip(small)).rejects.toThrow(
    'gunzip: bytes are not gzip (28 bytes), needed the magic number 1f 8b',
  );
  await expect(gunzip(packed.subarray(0, packed.length - 9))).rejects.toThrow(
    /^gunzip: bytes are damaged or truncated \(\d+ bytes, \d+ unpacked\), needed a whole gzip file$/,
  );
  const changed = packed.slice();
  changed[packed.length - 6] = (changed[packed.length - 6] ?? 0) ^ 1;
  await expect(gunzip(changed)).rejects.toThrow('gunzip: bytes are damaged or truncated');
});

test('whatever is done to a gzip file, it is unpacked right or refused in one line', async () => {
  const damage = fc.array(fc.tuple(fc.nat(packed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(damage, fc.integer({ min: 0, max: packed.length }), async (changes, length) => {
      const bytes = packed.slice(0, length);
      for (const [at, value] of changes) if (at < length) bytes[at] = value;
      const outcome = await gunzip(bytes).catch((error: unknown) => error);
      if (outcome instanceof Uint8Array) expect(outcome).toEqual(text);
      else oneLineRangeError(outcome, 'gunzip: bytes ');
    }),
    { numRuns: 200 },
  );
});

test('a small file that unpacks to a huge one is stopped at the limit', async () => {
  const bomb = gzipSync(new Uint8Array(20_000_000));
  expect(bomb.length).toBeLessThan(30_000);
  await expect(gunzip(bomb, { maxBytes: 100_000 })).rejects.toThrow(
    'gunzip: bytes unpack to more than 100000 bytes, needed at most maxBytes',
  );
  expect((await gunzip(bomb, { maxBytes: 20_000_000 })).length).toBe(20_000_000);
});

test('whatever packs it, deflate is unpacked alike: levels, strategies, windows, fixed codes and stored blocks', async () => {
  const { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED } = constants;
  const word = fc.array(fc.integer({ min: 97, max: 122 }), { minLength: 1, maxLength: 12 });
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    // Words again and again, which is what deflate is for.
    fc
      .tuple(fc.array(word, { minLength: 1, maxLength: 20 }), fc.array(fc.nat(19), { maxLength: 4000 }))
      .map(([words, order]) => Uint8Array.from(order.flatMap((i) => words[i % words.length] ?? []))),
  );
  const options = fc.record({
    level: fc.integer({ min: 0, max: 9 }),
    strategy: fc.constantFrom(Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED),
    windowBits: fc.integer({ min: 9, max: 15 }),
    memLevel: fc.integer({ min: 1, max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(bytes, options, async (whole, how) => {
      expect(await gunzip(gzipSync(whole, how))).toEqual(new Uint8Array(whole));
    }),
    { numRuns: 200 },
  );
});

const [hello, world] = ['hello', 'world'].map((word) => new Uint8Array(gzipSync(word))) as [
  Uint8Array,
  Uint8Array,
];
const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const read = async (bytes: Uint8Array): Promise<string> => new TextDecoder().decode(await gunzip(bytes));

test('a gzip file is a series of members, and zeros behind one are padding', async () => {
  const zeros = new Uint8Array(700);
  expect(await read(joined(hello, world))).toBe('helloworld');
  expect(await read(joined(hello, zeros))).toBe('hello');
  expect(await read(joined(hello, world, zeros))).toBe('helloworld');
  expect(await read(joined(hello, zeros, world))).toBe('helloworld');
  expect(await read(joined(gzipSync(''), hello, gzipSync('')))).toBe('hello');
  // Blocks that are packed one by one, as genomics does.
  const whole = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 7);
  const blocks = Array.from({ length: 30 }, (_, i) => gzipSync(whole.subarray(10_000 * i, 10_000 * (i + 1))));
  expect(await gunzip(joined(...blocks))).toEqual(whole);
});

test('what stands behind the end of the gzip data is named, and a damaged second member is damaged', async () => {
  const rubbish = new TextEncoder().encode('not the data');
  const needed = 'needed another member, or zeros';
  await expect(gunzip(joined(hello, rubbish))).rejects.toThrow(
    new RangeError(`gunzip: bytes have 12 bytes behind the end of the gzip data, ${needed}`),
  );
  await expect(gunzip(joined(hello, world, new Uint8Array(4), rubbish))).rejects.toThrow(
    `gunzip: bytes have 16 bytes behind the end of the gzip data, ${needed}`,
  );
  await expect(gunzip(joined(hello, Uint8Array.of(0x1f)))).rejects.toThrow(
    'bytes have 1 bytes behind the end',
  );
  for (let kept = 2; kept < world.length; kept++)
    await expect(gunzip(joined(hello, world.subarray(0, kept)))).rejects.toThrow(
      /^gunzip: bytes are damaged or truncated \(\d+ bytes, \d+ unpacked\), needed a whole gzip file$/,
    );
});

test('the limit of gunzip holds for all members together', async () => {
  const two = joined(hello, world);
  expect((await gunzip(two, { maxBytes: 10 })).length).toBe(10);
  await expect(gunzip(two, { maxBytes: 9 })).rejects.toThrow('unpack to more than 9 bytes');
  const many = joined(...new Array(40).fill(gzipSync(new Uint8Array(1_000_000))));
  await expect(gunzip(many, { maxBytes: 20_000_000 })).rejects.toThrow('unpack to more than 20000000 bytes');
});

test('a gzip header may hold a name, a comment, extra fields and a checksum of its own', async () => {
  const body = hello.subarray(10);
  const fields = [
    ...[3, 0, 7, 7, 7], // extra
    ...new TextEncoder().encode('a name\0a comment\0'),
  ];
  const header = Uint8Array.of(0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, ...fields);
  const check = crc32(header) & 0xffff;
  const [low, high] = [check & 255, check >> 8];
  expect(await read(joined(header, Uint8Array.of(low, high), body))).toBe('hello');
  await expect(read(joined(header, Uint8Array.of(low ^ 1, high), body))).rejects.toThrow(
    'damaged or truncated',
  );
  for (let length = 2; length < header.length; length++)
    await expect(gunzip(header.subarray(0, length))).rejects.toThrow('damaged or truncated');
  const reserved = hello.slice();
  reserved[3] = 0x20;
  await expect(gunzip(reserved)).rejects.toThrow('damaged or truncated');
});
