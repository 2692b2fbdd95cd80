import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../src/files/crc32';
import type { Json } from '../../src/files/json';
import { readSafetensors, type StoredArray, writeSafetensors } from '../../src/files/safetensors';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('crc32', () => {
  it('has the known values', () => {
    expect(crc32(bytesOf('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
    expect(crc32(bytesOf('The quick brown fox jumps over the lazy dog'))).toBe(0x414fa339);
  });

  it('of pieces is that of the whole', () => {
    expect(crc32(bytesOf('1234'), bytesOf(''), bytesOf('56789'))).toBe(0xcbf43926);
  });
});

const file = {
  arrays: {
    weights: {
      shape: [2, 3],
      data: Float32Array.of(1.5, -0, Number.NaN, 3e-45, Number.POSITIVE_INFINITY, 7),
    },
    'net/a b': { shape: [], data: Float64Array.of(Math.PI) },
    counts: { shape: [2, 1], data: Int32Array.of(-(2 ** 31), 5) },
    mask: { shape: [3], data: Uint8Array.of(0, 1, 255) },
    none: { shape: [0, 4], data: new Float32Array() },
  },
  metadata: { format: 'test', text: 'ε „“ \\ "', list: [1, null, true, { deep: [] }] },
} as const;

const written = writeSafetensors(file);

const arrays = fc.dictionary(
  fc.string({ unit: 'grapheme', maxLength: 12 }).filter((name) => name !== '__metadata__'),
  fc.oneof(
    fc.float32Array({ maxLength: 6 }),
    fc.float64Array({ maxLength: 6 }),
    fc.int32Array({ maxLength: 6 }),
    fc.uint8Array({ maxLength: 6 }),
  ),
);

describe('safetensors files', () => {
  it('bring back arrays of every type, and metadata', () => {
    expect(readSafetensors(written)).toEqual(file);
  });

  it('have the layout of the format: length, JSON padded to a multiple of 8, the widest arrays first', () => {
    const length = Number(new DataView(written.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(written.subarray(8, 8 + length)));
    expect(header['net/a b']).toEqual({ dtype: 'F64', shape: [], data_offsets: [0, 8] });
    expect(header.weights).toEqual({ dtype: 'F32', shape: [2, 3], data_offsets: [8, 32] });
    expect(header.counts.dtype).toBe('I32');
    expect(header.mask).toEqual({ dtype: 'U8', shape: [3], data_offsets: [40, 43] });
    expect(Object.values(header.__metadata__).every((value) => typeof value === 'string')).toBe(true);
    expect(written.length).toBe(8 + length + 43);
  });

  it('bring back whatever was written (property)', () => {
    fc.assert(
      fc.property(arrays, fc.jsonValue(), (data, metadata) => {
        const stored = Object.fromEntries(
          Object.entries(data).map(([name, values]): [string, StoredArray] => [
            name,
            { shape: [values.length], data: values as StoredArray['data'] },
          ]),
        );
        const read = readSafetensors(writeSafetensors({ arrays: stored, metadata: metadata as Json }));
        expect(new Map(Object.entries(read.arrays))).toEqual(new Map(Object.entries(stored)));
        expect(JSON.stringify(read.metadata)).toBe(JSON.stringify(metadata));
      }),
    );
  });

  it('are read from any view of bytes, into new arrays', () => {
    const offset = new Uint8Array(written.length + 3);
    offset.set(written, 3);
    expect(readSafetensors(offset.subarray(3))).toEqual(file);
    const buffer = Buffer.from(written);
    const read = readSafetensors(buffer);
    buffer.fill(0);
    expect(read).toEqual(file);
    expect(read.arrays.mask?.data.buffer.byteLength).toBe(3);
  });

  it('are refused whole at whatever byte they are cut off', () => {
    for (let length = 0; length < written.length; length++)
      expect(() => readSafetensors(written.subarray(0, length), 'test')).toThrow(RangeError);
  });

  it('are refused, or read the same, whatever single byte is changed', () => {
    for (let i = 0; i < written.length; i++) {
      for (const bits of [0x01, 0x80, 0xff]) {
        const damaged = written.slice();
        damaged[i] = (damaged[i] as number) ^ bits;
        try {
          expect(readSafetensors(damaged, 'test')).toEqual(file);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect((error as Error).message).toMatch(/^test: /);
        }
      }
    }
  });

  it('are refused, or read the same, after any damage (property)', () => {
    const damage = fc.array(fc.tuple(fc.nat(written.length - 1), fc.nat(255)), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(damage, (changes) => {
        const damaged = written.slice();
        for (const [at, byte] of changes) damaged[at] = byte;
        try {
          expect(readSafetensors(damaged, 'test')).toEqual(file);
        } catch (error) {
          expect((error as Error).message).toMatch(/^test: the (file|header|checksum|entry)/);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are refused where they are noise (property)', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(() => readSafetensors(noise, 'test')).toThrow(/^test: /);
      }),
    );
  });

  const withHeader = (header: object | string, body = 8): Uint8Array => {
    const text = bytesOf(typeof header === 'string' ? header : JSON.stringify(header));
    const bytes = new Uint8Array(8 + text.length + body);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    return bytes;
  };
  /** A file whose checksum is right and whose entry is not. */
  const withEntry = (entry: unknown): Uint8Array => {
    const checksum = crc32(bytesOf(`${JSON.stringify({ a: entry })}null`), new Uint8Array(8));
    const crc = checksum.toString(16).padStart(8, '0');
    return withHeader({ __metadata__: { ssvae: 'null', crc32: crc }, a: entry });
  };

  it.each<[string, Uint8Array, string]>([
    ['no header', new Uint8Array(4), 'test: the file has 4 bytes, needed a safetensors header'],
    [
      'a header longer than memory',
      Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, 0),
      'test: the header claims 9223372036854775807 bytes, the file has 1; truncated, or not a safetensors file',
    ],
    [
      'a header that is not JSON',
      withHeader('{"a":'),
      'test: the header is not a JSON object; damaged, or not a safetensors file',
    ],
    [
      'a header that is a list',
      withHeader('[1]'),
      'test: the header is not a JSON object; damaged, or not a safetensors file',
    ],
    [
      'another program’s file',
      withHeader({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8] } }),
      'test: the file has no ssvae metadata, needed a file that ssvae wrote',
    ],
    [
      'an unknown type',
      withEntry({ dtype: 'F16', shape: [4], data_offsets: [0, 8] }),
      'test: the entry "a" does not fit the file',
    ],
    [
      'a shape that asks for more than there is',
      withEntry({ dtype: 'F32', shape: [1e15, 1e15], data_offsets: [0, 8] }),
      'test: the entry "a" does not fit the file',
    ],
    [
      'offsets beyond the end',
      withEntry({ dtype: 'F32', shape: [4], data_offsets: [0, 16] }),
      'test: the entry "a" does not fit the file',
    ],
    [
      'offsets that run backwards',
      withEntry({ dtype: 'F32', shape: [0], data_offsets: [8, 0] }),
      'test: the entry "a" does not fit the file',
    ],
    ['an entry that is null', withEntry(null), 'test: the entry "a" does not fit the file'],
  ])('are refused with %s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes, 'test')).toThrowError(new RangeError(message));
  });

  /** A file of eight bytes of values whose checksum is right. */
  const signed = (entries: string, metadata = 'null'): Uint8Array => {
    const crc = crc32(bytesOf(entries + metadata), new Uint8Array(8))
      .toString(16)
      .padStart(8, '0');
    const stamps = JSON.stringify({ ssvae: metadata, crc32: crc });
    return withHeader(`{"__metadata__":${stamps},${entries.slice(1)}`);
  };
  const bytes8 = (name: string, from: number, to: number): string =>
    `${JSON.stringify(name)}:{"dtype":"U8","shape":[${to - from}],"data_offsets":[${from},${to}]}`;

  // The checksum of the last of the two, as a reader sees the header.
  const twice = (() => {
    const bytes = signed(`{${bytes8('a', 0, 8)}}`);
    const text = new TextDecoder().decode(bytes.subarray(8, bytes.length - 8));
    return withHeader(text.replace(/,"a":/, `,${bytes8('a', 0, 4)},"a":`));
  })();

  it.each([
    [
      'one piece under two names',
      signed(`{${bytes8('a', 0, 8)},${bytes8('b', 0, 8)}}`),
      'test: the entry "b" begins at byte 0, needed 8: arrays follow each other',
    ],
    [
      'a hole',
      signed(`{${bytes8('a', 0, 3)},${bytes8('b', 4, 8)}}`),
      'test: the entry "b" begins at byte 4, needed 3: arrays follow each other',
    ],
    [
      'bytes that belong to nothing',
      signed(`{${bytes8('a', 0, 6)}}`),
      'test: the entries end at byte 6, needed 8, the end of the file',
    ],
    ['two arrays of one name', twice, 'test: the header has two entries of one name, needed each name once'],
    [
      'metadata of two entries of one name',
      signed(`{${bytes8('a', 0, 8)}}`, '{"spec":{"a":1,"b":{"a":2},"a":3}}'),
      'test: the metadata has two entries of one name, needed each name once',
    ],
    [
      'an entry with something beside',
      signed('{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8],"more":1}}'),
      'test: the entry "a" does not fit the file',
    ],
    [
      'more names than any model has',
      signed(`{${Array.from({ length: 130_000 }, (_, i) => bytes8(String(i), 0, 0)).join(',')}}`),
      'test: the header has 520003 entries, needed at most 500000',
    ],
    ['a name of two lines', signed('{"a\\nb":null}'), 'test: the entry "a\\nb" does not fit the file'],
    [
      'metadata that is cut off',
      signed(`{${bytes8('a', 0, 8)}}`, '{"format":'),
      'test: the metadata is not JSON, needed a file that ssvae wrote',
    ],
    [
      'metadata nested beyond sense',
      signed(`{${bytes8('a', 0, 8)}}`, '['.repeat(20_000) + ']'.repeat(20_000)),
      'test: the metadata is not JSON, needed a file that ssvae wrote',
    ],
    [
      'a header nested beyond sense',
      withHeader(`{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`),
      'test: the header is not a JSON object; damaged, or not a safetensors file',
    ],
  ])('are refused with %s, though the checksum is right', (_, bytes, message) => {
    expect(() => readSafetensors(bytes, 'test')).toThrowError(new RangeError(message));
  });

  it('nested less deep, and brackets within texts, are read', () => {
    const metadata = JSON.stringify([
      `"\\${'['.repeat(2000)}`,
      JSON.parse('['.repeat(400) + ']'.repeat(400)),
    ]);
    const read = readSafetensors(signed(`{${bytes8('a', 0, 8)}}`, metadata));
    expect(JSON.stringify(read.metadata)).toBe(metadata);
  });

  it('are not written with metadata that JSON lacks', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(() => writeSafetensors({ arrays: {}, metadata: cycle as never })).toThrow(
      /^writeSafetensors: metadata is Object, needed a value that JSON holds$/,
    );
    expect(() => writeSafetensors({ arrays: {}, metadata: { seed: 1n } as never })).toThrow(
      /^writeSafetensors: metadata/,
    );
  });

  it('are not written with a shape that does not hold the values', () => {
    const arrays = { a: { shape: [2, 2], data: Float32Array.of(1, 2, 3) } };
    expect(() => writeSafetensors({ arrays, metadata: null })).toThrowError(
      new RangeError('writeSafetensors: "a" has 3 values, needed 4 for [2,2]'),
    );
  });
});
