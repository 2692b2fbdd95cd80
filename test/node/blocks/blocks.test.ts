import { execFileSync } from 'node:child_process';
import {
  appendFile,
  mkdir,
  mkdtemp,
  rm,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { disposeBatch } from '../../../src/core/batch';
import { columns } from '../../../src/data/columns';
import type { Blocks } from '../../../src/data/stream/blocks';
import { streamBatches } from '../../../src/data/stream/streamBatches';
import { vectors } from '../../../src/data/vectors';
import { crc32 } from '../../../src/files/crc32';
import { imageBlocks } from '../../../src/node/blocks/imageBlocks';
import { lineBlocks } from '../../../src/node/blocks/lineBlocks';
import { rowBlocks } from '../../../src/node/blocks/rowBlocks';
import { imageFolder } from '../../../src/node/images/imageFolder';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ssvae-blocks-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Inputs of all blocks in turn. */
const allOf = async (blocks: Blocks): Promise<number[]> => {
  const all: number[] = [];
  for (let block = 0; block < blocks.sizes.length; block++) all.push(...(await blocks.read(block)).x);
  return all;
};

const batches = (unlabeled: Blocks) =>
  streamBatches({ unlabeled, batchSize: { labeled: 0, unlabeled: 2 }, window: 1, seed: 1 });

describe('rowBlocks', () => {
  it.each<[string, Uint8Array]>([
    ['zip', Uint8Array.of(0x50, 0x4b, 3, 4)],
    ['Zstandard', Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd)],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0)],
    ['Parquet', Uint8Array.from(Buffer.from('PAR1'))],
    ['HDF5', Uint8Array.of(0x89, 0x48, 0x44, 0x46)],
    ['PNG', Uint8Array.of(0x89, 0x50, 0x4e, 0x47)],
    ['PDF', Uint8Array.from(Buffer.from('%PDF-1.7'))],
    ['Arrow', Uint8Array.from(Buffer.from('ARROW1\0\0'))],
    ['SQLite', Uint8Array.from(Buffer.from('SQLite format 3\0'))],
    ['tar', Uint8Array.from(Buffer.from(`${'a'.repeat(257)}ustar\0`.padEnd(512)))],
    ['safetensors', Uint8Array.from(Buffer.from('\x10\x27\0\0\0\0\0\0{"a":{"dtyp', 'latin1'))],
  ])('refuses a file of %s, whatever its name', async (format, begin) => {
    const path = join(dir, 'rows.bin');
    await writeFile(path, Buffer.concat([begin, new Uint8Array(60).fill(7)]));
    const rows = { shape: [4], type: 'uint8' } as const;
    await expect(rowBlocks(path, rows)).rejects.toThrow(
      new RegExp(`rows.bin is a file of ${format}.* by its first bytes, needed bare rows`),
    );
    const offset = begin.length % 4 || 4;
    expect((await rowBlocks(path, { ...rows, offset })).sizes).toEqual([(begin.length + 60 - offset) / 4]);
  });

  it.each<[string, ArrayBufferView, string]>([
    ['bytes', Uint8Array.from({ length: 4000 }, (_, i) => (i * 37) % 256), 'holds numbers of another type'],
    [
      'bytes of 0 and 1',
      Uint8Array.from({ length: 4000 }, (_, i) => (i % 3 ? 0 : 1)),
      'holds integers or bytes',
    ],
    ['int16 with signs', Int16Array.from({ length: 4000 }, (_, i) => (i % 50) - 25), 'holds'],
    ['int32 with signs', Int32Array.from({ length: 4000 }, (_, i) => (i % 50) - 25), 'holds'],
    [
      'float64 of many digits',
      Float64Array.from({ length: 500 }, (_, i) => Math.sin(i)),
      'holds numbers of another type',
    ],
    [
      'float64 with zeros',
      Float64Array.from({ length: 500 }, (_, i) => ((i * 7) % 50) / 2),
      'has 0 in every second place',
    ],
    ['a table of commas', Buffer.from('0.5,1.25,3,4\n'.repeat(200)), 'is a text'],
    ['int32', Int32Array.from({ length: 400 }, (_, i) => i % 17), 'holds integers'],
    ['int64', BigInt64Array.from({ length: 400 }, (_, i) => BigInt(i % 17)), 'holds integers'],
    [
      'float64 of few digits',
      Float64Array.from({ length: 500 }, (_, i) => (1 + (i % 9)) / 4),
      'has 0 in every second place',
    ],
  ])('refuses %s where float32 is asked for', async (_, values, message) => {
    const path = join(dir, 'rows.f32');
    await writeFile(path, values as Uint8Array);
    await expect(rowBlocks(path, { shape: [5], type: 'float32' })).rejects.toThrow(message);
  });

  it('reads float32 with zeros, tiny numbers and columns that are 0', async () => {
    const path = join(dir, 'rows.f32');
    const kinds = [
      Float32Array.from({ length: 400 }, (_, i) => (i % 3 ? 0 : 1 + i)),
      Float32Array.from({ length: 400 }, (_, i) => (i % 4 ? i : 1e-42)),
      Float32Array.from({ length: 400 }, (_, i) => (i % 2 ? i : 0)),
    ];
    for (const values of kinds) {
      await writeFile(path, values);
      expect(await allOf(await rowBlocks(path, { shape: [2], type: 'float32' }))).toEqual(Array.from(values));
    }
  });

  it('reads rows of bytes behind a header', async () => {
    const path = join(dir, 'rows.u8');
    await writeFile(
      path,
      Uint8Array.from({ length: 3 + 14 }, (_, i) => i),
    );
    const blocks = await rowBlocks(path, { shape: [2, 1], type: 'uint8', offset: 3, rowsPerBlock: 3 });
    expect(blocks).toMatchObject({ name: 'rows.u8', shape: [2, 1], sizes: [3, 3, 1], bytes: 'unit' });
    expect(await allOf(blocks)).toEqual(Array.from({ length: 14 }, (_, i) => 3 + i));
  });

  it('reads rows of float32 numbers, as they are or as vectors of a data set', async () => {
    const path = join(dir, 'rows.f32');
    const rows = Float32Array.from({ length: 10 }, (_, i) => i / 4);
    await writeFile(path, rows);
    const options = { shape: [2], type: 'float32', rowsPerBlock: 2 } as const;
    expect(await allOf(await rowBlocks(path, options))).toEqual(Array.from(rows));
    const { input, x } = vectors({ values: rows, width: 2 });
    const scaled = await rowBlocks(path, { ...options, input });
    expect(scaled.input).toEqual(input);
    expect(await allOf(scaled)).toEqual(Array.from(x));
  });

  it('refuses files whose header would be read as rows, and says where the rows begin', async () => {
    const write = async (name: string, ...parts: readonly Uint8Array[]): Promise<string> => {
      await writeFile(join(dir, name), Buffer.concat(parts));
      return join(dir, name);
    };
    const values = new Uint8Array(400).fill(9);
    const words = Buffer.from(
      `${"{'descr': '|u1', 'fortran_order': False, 'shape': (100, 4), }".padEnd(117)}\n`,
    );
    const numpy = await write('a.npy', Buffer.from([0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0]), words, values);
    const idx = await write('b-idx2', Buffer.from([0, 0, 8, 2, 0, 0, 0, 100, 0, 0, 0, 4]), values);
    const packed = await write('c.u8.gz', values);
    const options = { shape: [4], type: 'uint8' } as const;
    await expect(rowBlocks(numpy, options)).rejects.toThrow(
      /a\.npy is a file of NumPy, .* needed the option offset: 128$/,
    );
    await expect(rowBlocks(idx, options)).rejects.toThrow(
      /b-idx2 is a file of IDX, .* needed the option offset: 12$/,
    );
    await expect(rowBlocks(packed, options)).rejects.toThrow(/c\.u8\.gz is compressed by gzip by its name/);
    for (const [path, offset] of [
      [numpy, 128],
      [idx, 12],
    ] as const)
      expect(await allOf(await rowBlocks(path, { ...options, offset }))).toEqual(Array.from(values));
  });

  it.each<[string, string, number[], RegExp]>([
    ['<f4', 'True', [25, 4], /written column by column \(fortran_order\), needed float32 row by row/],
    ['>f4', 'False', [25, 4], /a file of NumPy of type ">f4"/],
    ['<f8', 'False', [25, 2], /a file of NumPy of type "<f8"/],
    ['<f4', 'False', [20, 5], /with rows of shape \[5\], needed rows of 4 numbers/],
  ])(
    'reads no rows of NumPy of type %s, column by column %s, of shape %j',
    async (type, order, shape, message) => {
      const path = join(dir, 'x.npy');
      const header = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': (${shape.join(', ')}), }`;
      const begin = Buffer.from([0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0]);
      const values = Buffer.from(Float32Array.from({ length: 100 }, (_, i) => i + 0.5).buffer);
      await writeFile(path, Buffer.concat([begin, Buffer.from(`${header.padEnd(117)}\n`), values]));
      for (const offset of [0, 128])
        await expect(rowBlocks(path, { shape: [4], type: 'float32', offset })).rejects.toThrow(message);
    },
  );

  it('refuses numbers of IDX, which it writes with the high byte first', async () => {
    const path = join(dir, 'floats-idx2');
    const header = Buffer.from([0, 0, 13, 2, 0, 0, 0, 25, 0, 0, 0, 4]);
    await writeFile(path, Buffer.concat([header, Buffer.alloc(400, 9)]));
    await expect(rowBlocks(path, { shape: [4], type: 'float32', offset: 12 })).rejects.toThrow(
      /a file of IDX with numbers of 4 bytes, the high byte first/,
    );
  });

  it('is not mixed with labeled data that are read by an input, where it has none, and the other way round', async () => {
    const path = join(dir, 'mixed.f32');
    const rows = Float32Array.from({ length: 40 }, (_, i) => 100 + ((i * 7) % 13));
    await writeFile(path, rows);
    const labels = Array.from({ length: 20 }, (_, i) => 'ab'[i % 2] as string);
    const labeled = vectors({ values: rows, width: 2 }, { labels });
    const { input: _, ...raw } = labeled;
    const options = { shape: [2], type: 'float32' } as const;
    const stream = (unlabeled: Blocks, given: typeof labeled | typeof raw) =>
      streamBatches({ unlabeled, labeled: given, batchSize: { labeled: 2, unlabeled: 2 }, seed: 1 });
    const bare = await rowBlocks(path, options);
    const read = await rowBlocks(path, { ...options, input: labeled.input });
    expect(() => stream(bare, labeled)).toThrow(
      /^streamBatches: labeled is read by an input of kind "vectors", unlabeled has none, needed both read alike: /,
    );
    expect(() => stream(read, raw)).toThrow(
      /unlabeled is read by an input of kind "vectors", labeled has none/,
    );
    for (const [unlabeled, given] of [
      [bare, raw],
      [read, labeled],
    ] as const)
      stream(unlabeled, given).dispose?.();
  });

  it.skipIf(process.platform === 'win32')(
    'refuses folders, devices and pipes at once, a pipe in place of the file too',
    async () => {
      const pipe = join(dir, 'pipe');
      execFileSync('mkfifo', [pipe]);
      for (const path of [dir, '/dev/zero', pipe]) {
        const none = /cannot be read \(it is not a regular file\)/;
        await expect(rowBlocks(path, { shape: [1], type: 'uint8' })).rejects.toThrow(none);
        await expect(lineBlocks(path, { parse: (lines) => [...lines] })).rejects.toThrow(none);
      }
      const path = join(dir, 'rows');
      await writeFile(path, Uint8Array.of(1, 2));
      const blocks = await rowBlocks(path, { shape: [1], type: 'uint8' });
      await unlink(path);
      execFileSync('mkfifo', [path]);
      await expect(blocks.read(0)).rejects.toThrow('cannot be read (it is not a regular file)');
    },
  );

  it('finds the file where the working directory changes', async () => {
    const former = process.cwd();
    await writeFile(join(dir, 'rows'), Uint8Array.of(1, 2));
    await writeFile(join(dir, 'lines'), '{"a": 1}\n{"a": 2}\n');
    try {
      process.chdir(dir);
      const rows = await rowBlocks('rows', { shape: [1], type: 'uint8' });
      const lines = await lineBlocks('lines', { parse: (list) => list.map((line) => JSON.parse(line)) });
      process.chdir(former);
      expect(await allOf(rows)).toEqual([1, 2]);
      expect(await allOf(lines)).toEqual([-1, 1]);
    } finally {
      process.chdir(former);
    }
  });

  it('names a file that is missing or does not divide into rows', async () => {
    const options = { shape: [4], type: 'uint8' } as const;
    await expect(rowBlocks(join(dir, 'none'), options)).rejects.toThrow(/^rowBlocks: .*none cannot be read/);
    const path = join(dir, 'rows');
    await writeFile(path, new Uint8Array(7));
    await expect(rowBlocks(path, options)).rejects.toThrow(/rows has 7 bytes, needed a multiple of 4/);
  });

  it.each([
    ['changed', appendFile, /^rowBlocks: .*rows has changed: it has 13 bytes of .*, needed 12 bytes of/],
    [
      'was touched',
      (path: string) => utimes(path, 1, 1),
      /^rowBlocks: .*rows has changed: it has 12 bytes of 1970-01-01T00:00:01/,
    ],
    ['vanished', unlink, /^rowBlocks: .*rows cannot be read \(ENOENT/],
  ])('names a file that %s in the middle of a pass', async (_, damage, message) => {
    const path = join(dir, 'rows');
    await writeFile(path, new Uint8Array(12));
    const source = batches(await rowBlocks(path, { shape: [1], type: 'uint8', rowsPerBlock: 2 }));
    disposeBatch(await source.at(0));
    await (damage as (path: string, data: string) => Promise<void>)(path, 'x');
    // The next block may have been read ahead.
    await expect(Promise.all([source.at(4), source.at(5)])).rejects.toThrow(message);
  });

  it('names the data by size and time of the file, or by a version', async () => {
    const path = join(dir, 'rows');
    const identity = async (version?: string) =>
      (await rowBlocks(path, { shape: [1], type: 'uint8', ...(version && { version }) })).identity;
    await writeFile(path, new Uint8Array(4));
    await utimes(path, 1, 1);
    const first = await identity();
    expect(await identity()).toBe(first);
    const named = await identity('v1');
    await utimes(path, 2, 2);
    expect(await identity()).not.toBe(first);
    expect(await identity('v1')).toBe(named);
    expect(await identity('v2')).not.toBe(named);
  });
});

describe('lineBlocks', () => {
  const ROWS = Array.from({ length: 50 }, (_, i) => ({ size: (i * 7) % 13, kind: i % 3 ? 'a' : 'é' }));
  const csv = (newline: string): string =>
    ['size,kind', ...ROWS.map(({ size, kind }) => `${size},${kind}`), ''].join(newline);
  const parse = (lines: readonly string[], header: string) =>
    lines.map((line) => {
      const cells = line.split(',');
      return Object.fromEntries(header.split(',').map((name, i) => [name, cells[i]]));
    });

  it.each(['\n', '\r\n', '\n\n'])(
    'reads rows of CSV between line breaks %j as columns does',
    async (newline) => {
      const path = join(dir, 'rows.csv');
      await writeFile(path, csv(newline));
      const blocks = await lineBlocks(path, { parse, header: true, bytesPerBlock: 50 });
      expect(blocks.sizes.length).toBeGreaterThan(4);
      expect(Array.from(blocks.sizes).reduce((sum, size) => sum + size)).toBe(ROWS.length);
      expect(await allOf(blocks)).toEqual(Array.from(columns(ROWS, { input: blocks.input }).x));
    },
  );

  it('refuses a file that is not UTF-8, all of whose letters beyond ASCII would be one', async () => {
    const path = join(dir, 'latin1.csv');
    await writeFile(path, Buffer.from(csv('\n'), 'latin1'));
    await expect(lineBlocks(path, { parse, header: true })).rejects.toThrow(
      /^lineBlocks: .*latin1\.csv is not UTF-8 from about row 0 on, needed a file in UTF-8/,
    );
    await writeFile(path, Buffer.from(csv('\n')).subarray(0, 13)); // ends inside é
    await expect(lineBlocks(path, { parse, header: true })).rejects.toThrow('is not UTF-8');
  });

  it('fits columns to all rows of a file of few blocks', async () => {
    const path = join(dir, 'rows.jsonl');
    await writeFile(path, ROWS.map((row) => JSON.stringify(row)).join('\n'));
    const blocks = await lineBlocks(path, { parse: (lines) => lines.map((line) => JSON.parse(line)) });
    expect(blocks.input).toEqual(columns(ROWS).input);
    expect(blocks.sizes).toEqual([50]);
  });

  it('names the file where its rows are not columns', async () => {
    const path = join(dir, 'rows.csv');
    await writeFile(path, 'u\n1\n2\n?\n4\n');
    const options = { header: true, parse: (lines: readonly string[]) => lines.map((u) => ({ u })) };
    await expect(lineBlocks(path, options)).rejects.toThrow(
      /^lineBlocks: .*rows\.csv, of which 4 rows are read first: column "u" of rows\[2\] is "\?"/,
    );
  });

  it('refuses a file without line breaks before it is held as a whole', async () => {
    const path = join(dir, 'array.json');
    await writeFile(path, '[');
    await truncate(path, 2 ** 26 + 2 ** 21);
    await expect(lineBlocks(path, { parse })).rejects.toThrow(
      /array\.json has no line break in \d+ bytes from byte 0 on, needed a row on each line: write JSON lines/,
    );
  });

  it('leaves out a column, and reads as another data set is read', async () => {
    const path = join(dir, 'rows.csv');
    await writeFile(path, csv('\n'));
    const options = { parse, header: true };
    const without = await lineBlocks(path, { ...options, types: { kind: 'ignore' } });
    expect(without.shape).toEqual([1]);
    const { input } = columns(ROWS.slice(0, 20));
    const given = await lineBlocks(path, { ...options, input });
    expect(await allOf(given)).toEqual(Array.from(columns(ROWS, { input }).x));
  });

  it('finds lines that cross what is read at once', async () => {
    const path = join(dir, 'long');
    const lines = Array.from({ length: 40 }, (_, i) => `${i} `.padEnd(2 ** 16 + 7 * i, 'x'));
    await writeFile(path, lines.join('\r\n'));
    const seen: string[] = [];
    const blocks = await lineBlocks(path, {
      parse: (some) => {
        seen.push(...some);
        return some.map((line) => ({ number: line.split(' ')[0], length: line.length }));
      },
      bytesPerBlock: 2 ** 18,
    });
    seen.length = 0;
    await allOf(blocks);
    expect(seen).toEqual(lines);
  });

  it('names the rows that a parser fails on or leaves out', async () => {
    const path = join(dir, 'rows.jsonl');
    await writeFile(path, '{"a":1}\n{"a":2}\n{"a":\n');
    const json = (lines: readonly string[]) => lines.map((line) => JSON.parse(line));
    await expect(lineBlocks(path, { parse: json })).rejects.toThrow(
      /^lineBlocks: parse fails on rows 0 to 2 of .*rows\.jsonl: .*JSON/,
    );
    await expect(lineBlocks(path, { parse: (lines) => json(lines.slice(0, 2)) })).rejects.toThrow(
      /^lineBlocks: parse gives 2 rows for rows 0 to 2 of .*rows\.jsonl, needed 3, one for each line/,
    );
    await writeFile(path, 'a,b\n');
    await expect(lineBlocks(path, { parse, header: true })).rejects.toThrow(
      /rows\.jsonl has no rows, needed at least one line after the header/,
    );
  });
});

describe('imageBlocks', () => {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const bytes = Buffer.alloc(body.length + 8);
    bytes.writeUInt32BE(data.length);
    body.copy(bytes, 4);
    bytes.writeUInt32BE(crc32(body), body.length + 4);
    return bytes;
  };
  /** A PNG file of gray or red, green and blue pixels. */
  const png = (width: number, height: number, channels: 1 | 3, first: number): Buffer => {
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width);
    header.writeUInt32BE(height, 4);
    header.set([8, channels === 1 ? 0 : 2], 8);
    const row = (y: number) => [0, ...Array.from({ length: width * channels }, (_, i) => first + 10 * y + i)];
    const pixels = Uint8Array.from(Array.from({ length: height }, (_, y) => row(y)).flat());
    return Buffer.concat([
      Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(pixels)),
      chunk('IEND', new Uint8Array(0)),
    ]);
  };
  const write = async (names: readonly string[], make: (n: number) => Buffer): Promise<void> => {
    await mkdir(join(dir, 'photos', 'deep'), { recursive: true });
    for (const [n, name] of names.entries()) await writeFile(join(dir, 'photos', name), make(n));
  };
  const NAMES = ['a.png', 'b.png', 'deep/c.png', 'deep/d.png', 'e.png'];

  it('reads images of all folders as imageFolder does', async () => {
    await write(NAMES, (n) => png(3, 2, n === 4 ? 3 : 1, 20 * n));
    await writeFile(join(dir, 'photos', 'notes.txt'), '');
    const blocks = await imageBlocks(join(dir, 'photos'), { imagesPerBlock: 2 });
    expect(blocks).toMatchObject({ name: 'photos', shape: [2, 3, 3], sizes: [2, 2, 1], bytes: 'unit' });
    const folder = await imageFolder(dir);
    expect(blocks.input).toEqual(folder.input);
    expect(await allOf(blocks)).toEqual(Array.from(folder.x));
    const small = await imageBlocks(join(dir, 'photos'), { size: 2, gray: true });
    expect(await allOf(small)).toEqual(Array.from((await imageFolder(dir, { size: 2, gray: true })).x));
  });

  it('names a file that is damaged, of another size or gone', async () => {
    await write(NAMES, (n) => png(3, 2, 1, n));
    const blocks = await imageBlocks(join(dir, 'photos'), { imagesPerBlock: 2 });
    await unlink(join(dir, 'photos', 'b.png'));
    await expect(allOf(blocks)).rejects.toThrow(/^imageBlocks: .*b\.png cannot be read \(ENOENT/);
    await writeFile(join(dir, 'photos', 'b.png'), png(4, 4, 1, 0));
    await expect(allOf(blocks)).rejects.toThrow(/^imageBlocks: .*b\.png has changed: it has/);
    const { input } = blocks;
    const again = await imageBlocks(join(dir, 'photos'), { input });
    await expect(allOf(again)).rejects.toThrow(
      'imageBlocks: b.png has 4 × 4 pixels, needed 2 × 3, or the option size',
    );
    await writeFile(join(dir, 'photos', 'b.png'), 'no image');
    await expect(imageBlocks(join(dir, 'photos'))).rejects.toThrow(
      'imageBlocks: b.png does not begin as a PNG file',
    );
  });

  it('names the data by names, sizes and times of the files, or by a version', async () => {
    await write(NAMES, (n) => png(3, 2, 1, n));
    const photos = join(dir, 'photos');
    const first = (await imageBlocks(photos)).identity;
    expect((await imageBlocks(photos)).identity).toBe(first);
    await utimes(join(photos, 'a.png'), 1, 1);
    expect((await imageBlocks(photos)).identity).not.toBe(first);
    expect((await imageBlocks(photos, { version: 'v1' })).identity).toBe('v1');
  });

  it('follows links to files and folders, and names one that leads to nothing', async () => {
    await write(NAMES, (n) => png(3, 2, 1, n));
    const links = join(dir, 'links');
    await mkdir(links);
    await symlink(join(dir, 'photos'), join(links, 'all'));
    await symlink(join(dir, 'photos', 'b.png'), join(links, 'one.png'));
    await symlink(join(dir, 'none'), join(links, 'gone'));
    await symlink('.', join(links, 'loop'));
    const blocks = await imageBlocks(links);
    expect((await allOf(blocks)).length).toBe((NAMES.length + 1) * 6);
    expect(blocks.notes).toEqual([
      'the path gone is passed over: it leads to nothing',
      'the path loop is passed over: it leads to a folder that is read already',
    ]);
    expect((await imageBlocks(join(dir, 'photos'))).notes).toEqual([]);
  });

  it.each([
    ['', '""'],
    [3, '3'],
    [undefined, 'undefined'],
  ])('refuses the path %j', async (path, shown) => {
    await expect(imageBlocks(path as string)).rejects.toThrow(
      new TypeError(`imageBlocks: dir is ${shown}, needed the path of a folder`),
    );
  });
});
